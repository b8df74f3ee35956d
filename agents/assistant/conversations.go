package assistant

import (
	"context"
	"strings"
	"unicode/utf8"

	"balaikota/backend/city"
)

// conversationStore keeps conversations. An asker reaches its own only:
// NotFound for others'.
type conversationStore interface {
	Conversations(ctx context.Context, who city.Asker) ([]city.Conversation, error)
	StartConversation(ctx context.Context, who city.Asker) (city.Conversation, error)
	Conversation(ctx context.Context, who city.Asker, id int64) (city.Conversation, []city.Exchange, error)
	ForgetConversation(ctx context.Context, who city.Asker, id int64) error
	JudgeAnswer(ctx context.Context, who city.Asker, question int64, v city.AnswerVerdict) error
}

// Conversations are the asker's own, the one last used first.
func (a *Assistant) Conversations(ctx context.Context, who city.Asker) ([]city.Conversation, error) {
	return a.Store.Conversations(ctx, who)
}

// Start begins a conversation.
func (a *Assistant) Start(ctx context.Context, who city.Asker) (city.Conversation, error) {
	return a.Store.StartConversation(ctx, who)
}

// Conversation is one of the asker's own with all its exchanges, oldest first.
func (a *Assistant) Conversation(ctx context.Context, who city.Asker, id int64) (city.Conversation, []city.Exchange, error) {
	return a.Store.Conversation(ctx, who, id)
}

// Forget removes a conversation with its questions and answers. Receipts stay.
func (a *Assistant) Forget(ctx context.Context, who city.Asker, id int64) error {
	return a.Store.ForgetConversation(ctx, who, id)
}

// longestReason is of a verdict, in characters.
const longestReason = 500

// Judge stores what the asker thought of an answer of theirs.
func (a *Assistant) Judge(ctx context.Context, who city.Asker, question int64, v city.AnswerVerdict) error {
	v.Reason = strings.TrimSpace(a.Mask(visible(v.Reason)))
	if utf8.RuneCountInString(v.Reason) > longestReason {
		return city.InvalidField("reason", "has more than %d characters", longestReason)
	}
	return a.Store.JudgeAnswer(ctx, who, question, v)
}
