package officerchat

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"balaikota/backend/city"
)

// attempt finds the answer, keeps it, and writes what is not written yet. The errors
// are tried again.
func (w *Worker) attempt(ctx context.Context, e city.OfficerErrand) (city.NoticeOutcome, error) {
	switch {
	case e.Chat.Person == "" && e.Mailbox == "":
		return city.NoticeOutcome{Ended: true, Error: city.LostNoAddress}, nil
	case e.Channel == city.NoticeEmail && w.Mail == nil:
		return city.NoticeOutcome{Ended: true, Error: city.LostNoMail}, nil
	case w.Now().Sub(e.ReceivedAt) > giveUpAfter:
		return city.NoticeOutcome{Ended: true, Error: city.LostTooLate}, nil
	}
	if len(e.Replies) == 0 {
		replies, err := w.answer(ctx, e)
		if err != nil {
			return city.NoticeOutcome{}, err
		}
		ours, err := w.Queue.AnswerWord(ctx, e, replies)
		if err != nil {
			return city.NoticeOutcome{}, err
		}
		if !ours {
			return city.NoticeOutcome{}, errElsewhere
		}
		e.Replies, e.Sent = replies, 0
	}
	if e.Channel == city.NoticeEmail {
		return w.mail(ctx, e)
	}
	return w.write(ctx, e)
}

// mail writes the replies as one letter, to the address that the officer confirmed.
func (w *Worker) mail(ctx context.Context, e city.OfficerErrand) (city.NoticeOutcome, error) {
	try, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	body := strings.ReplaceAll(strings.Join(e.Replies, "\n\n"), "\n", "\r\n") + "\r\n"
	err := w.Mail(try, e.Mailbox, city.MailSubject, body, "obrolan/"+strconv.FormatInt(e.ID, 10))
	if err != nil {
		return refused(e, err)
	}
	return city.NoticeOutcome{Taken: true}, nil
}

// refused is what follows from a failure to write: the end when nobody can be reached
// there (any more), else another try.
func refused(e city.OfficerErrand, err error) (city.NoticeOutcome, error) {
	if city.CodeOf(err) == city.NotFound {
		return city.NoticeOutcome{Ended: true, Error: err.Error()}, nil
	}
	return city.NoticeOutcome{}, fmt.Errorf("write by %s: %w", e.Channel, err)
}

// write writes the replies that are left, and notes each before the next: who takes
// over writes none twice but the one under way.
func (w *Worker) write(ctx context.Context, e city.OfficerErrand) (city.NoticeOutcome, error) {
	for n := e.Sent; n < len(e.Replies); n++ {
		try, cancel := context.WithTimeout(ctx, patience)
		err := w.Write(try, city.ChatMessage{ReporterChat: e.Chat, Text: e.Replies[n], Key: "obrolan/" + strconv.FormatInt(e.ID, 10)})
		cancel()
		if err != nil {
			return refused(e, err)
		}
		// Also when we are asked to stop: what was written must not be written again.
		noted, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		err = w.Queue.SentReply(noted, e, n+1)
		cancel()
		if err != nil {
			return city.NoticeOutcome{}, err
		}
	}
	return city.NoticeOutcome{Taken: true}, nil
}

// answer asks the assistant as the page does, or follows what was asked before, and
// words what it found.
func (w *Worker) answer(ctx context.Context, e city.OfficerErrand) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	if e.Question == 0 {
		x, err := w.ask(ctx, e)
		if own, ok := invalid(err); ok {
			return []string{"Pertanyaan tidak dapat diterima: " + own}, nil
		}
		if err != nil {
			return nil, err
		}
		e.Question = x.Question.ID
	}
	for _, err := range w.Assistant.Follow(ctx, e.Asker, e.Question) {
		if err != nil {
			return w.lost(ctx, err)
		}
	}
	x, err := w.Assistant.Exchange(ctx, e.Asker, e.Question)
	if err != nil {
		return w.lost(ctx, err)
	}
	sources, err := w.sources(ctx, e.Asker, x.Answer.Receipt)
	if err != nil {
		return nil, err
	}
	page := ""
	if w.PublicURL != "" {
		page = strings.TrimRight(w.PublicURL, "/") + "/tanya/" + strconv.FormatInt(x.Question.ConversationID, 10)
	}
	return city.ChatAnswer(x.Answer, sources, page, w.Zone, w.Label), nil
}

// lost is what is written when the question is gone: its asker removed it.
func (w *Worker) lost(ctx context.Context, err error) ([]string, error) {
	if ctx.Err() == nil && city.CodeOf(err) == city.NotFound {
		return []string{city.ChatFailed}, nil
	}
	return nil, err
}

// ask asks in the conversation that the message follows, or in a new one when that
// was removed.
func (w *Worker) ask(ctx context.Context, e city.OfficerErrand) (city.Exchange, error) {
	q := city.Question{Text: e.Text, Channel: e.Channel, Word: e.ID}
	if e.Conversation != 0 {
		x, err := w.Assistant.Ask(ctx, e.Asker, e.Conversation, q)
		if city.CodeOf(err) != city.NotFound || err == nil {
			return x, err
		}
	}
	c, err := w.Assistant.Start(ctx, e.Asker)
	if err != nil {
		return city.Exchange{}, err
	}
	return w.Assistant.Ask(ctx, e.Asker, c.ID, q)
}

// invalid is what is wrong with a question, in words for its asker.
func invalid(err error) (string, bool) {
	if err == nil || city.CodeOf(err) != city.Invalid {
		return "", false
	}
	return "tulis satu pertanyaan, paling panjang 1.000 huruf.", true
}

// sources are the names of the sources that an answer's figures came from.
func (w *Worker) sources(ctx context.Context, who city.Asker, receipt string) ([]string, error) {
	number, err := strconv.ParseInt(strings.TrimLeft(strings.TrimPrefix(receipt, "B-"), "0"), 10, 64)
	if err != nil {
		return nil, nil //nolint:nilerr // an answer without a receipt has no sources
	}
	r, err := w.Assistant.Receipt(ctx, who, number)
	if err != nil {
		return nil, fmt.Errorf("read the receipt: %w", err)
	}
	seen, slugs := map[string]bool{}, []string{}
	for _, c := range r.Calls {
		for _, s := range c.Data.Sources {
			if !seen[s] {
				seen[s] = true
				slugs = append(slugs, s)
			}
		}
	}
	return w.Names(ctx, slugs), nil
}
