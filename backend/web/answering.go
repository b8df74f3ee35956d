package web

import (
	"context"
	"slices"

	"balaikota/backend/city"
)

// AnswerStore is where answers to reporters are drafted and sent, and their
// templates kept. backend/store implements it.
type AnswerStore interface {
	AnswerTemplates(ctx context.Context, asker city.Asker) ([]city.AnswerTemplate, error)
	AnswerTemplateVersions(ctx context.Context, asker city.Asker, id int64) ([]city.AnswerTemplate, error)
	SaveAnswerTemplate(ctx context.Context, by city.Actor, asker city.Asker, want city.AnswerTemplate, reason string) (city.AnswerTemplate, error)
	Answering(ctx context.Context, asker city.Asker, id int64, offered []city.NoticeChannel) (city.Answering, error)
	Reply(ctx context.Context, by city.Actor, asker city.Asker, id int64, r city.Reply, offered []city.NoticeChannel) error
	QuestionRules(ctx context.Context, asker city.Asker) (city.QuestionRules, error)
	ChangeQuestionRule(ctx context.Context, by city.Actor, asker city.Asker, c city.QuestionRuleChange) error
	QuestionCounts(ctx context.Context) ([]city.QuestionCount, error)
	AskReporter(ctx context.Context, by city.Actor, asker city.Asker, id int64, clientID string, gaps []city.Gap, offered []city.NoticeChannel) error
}

// Replying is what answering reporters needs beside the store. Zero: no channel
// is carried, and nothing is known to be missing.
type Replying struct {
	// Channels are those by which this server reaches reporters.
	Channels []city.NoticeChannel
	// Missing says what a report does not say (backend/analysis/missing).
	Missing func(city.ReportDetail) []city.Gap
}

func (r Replying) missing(d city.ReportDetail) []city.Gap {
	if r.Missing == nil {
		return []city.Gap{}
	}
	return r.Missing(d)
}

// templateKeepers change templates; the store knows whose category is whose.
var templateKeepers = audience{name: "sekda, operator, or the kepala_opd that owns the category", roles: []city.Role{city.Sekda, city.Operator, city.KepalaOPD}}

// AnswerTemplates are the texts of answers, and the words that they may hold.
type AnswerTemplates struct {
	Words []city.AnswerWord     `json:"words" nullable:"false" enum:"nomor,kategori,wilayah,kantor,diterima,tenggat,selesai,bukti,kota" doc:"That may stand in braces"`
	Items []city.AnswerTemplate `json:"items" nullable:"false"`
}

type answerTemplatesBody struct{ Body AnswerTemplates }

func (s *server) getAnswerTemplates(ctx context.Context, _ *struct{}) (*answerTemplatesBody, error) {
	out, err := s.Store.AnswerTemplates(ctx, askerOf(ctx))
	return &answerTemplatesBody{Body: AnswerTemplates{Words: city.AnswerWords, Items: orEmpty(out)}}, err
}

type answerTemplateVersionsInput struct {
	ID int64 `path:"id"`
}

type answerTemplateVersionsBody struct {
	Body []city.AnswerTemplate `nullable:"false"`
}

func (s *server) getAnswerTemplateVersions(ctx context.Context, in *answerTemplateVersionsInput) (*answerTemplateVersionsBody, error) {
	out, err := s.Store.AnswerTemplateVersions(ctx, askerOf(ctx), in.ID)
	return &answerTemplateVersionsBody{Body: orEmpty(out)}, err
}

// AnswerTemplateInput is a template as its form sends it.
type AnswerTemplateInput struct {
	Category string            `json:"category,omitempty" maxLength:"100"`
	Status   city.ReportStatus `json:"status,omitempty" enum:",open,in_progress,closed,rejected"`
	Title    string            `json:"title" maxLength:"200"`
	Body     string            `json:"body" maxLength:"4000"`
	Enabled  bool              `json:"enabled"`
	Version  int               `json:"version,omitempty" minimum:"0" doc:"The version that was read; another since then is a conflict"`
	Reason   string            `json:"reason" minLength:"1" maxLength:"500" doc:"Why it is changed; it is kept with the version"`
}

type answerTemplateBody struct{ Body city.AnswerTemplate }

type postAnswerTemplateInput struct{ Body AnswerTemplateInput }

func (s *server) postAnswerTemplate(ctx context.Context, in *postAnswerTemplateInput) (*answerTemplateBody, error) {
	in.Body.Version = 0
	return s.saveAnswerTemplate(ctx, 0, in.Body)
}

type putAnswerTemplateInput struct {
	ID   int64 `path:"id" minimum:"1"`
	Body AnswerTemplateInput
}

func (s *server) putAnswerTemplate(ctx context.Context, in *putAnswerTemplateInput) (*answerTemplateBody, error) {
	return s.saveAnswerTemplate(ctx, in.ID, in.Body)
}

func (s *server) saveAnswerTemplate(ctx context.Context, id int64, b AnswerTemplateInput) (*answerTemplateBody, error) {
	out, err := s.Store.SaveAnswerTemplate(ctx, sessionOf(ctx).Actor(), askerOf(ctx), city.AnswerTemplate{
		ID: id, Category: b.Category, Status: b.Status, Title: b.Title, Body: b.Body, Enabled: b.Enabled, Version: b.Version,
	}, b.Reason)
	return &answerTemplateBody{Body: out}, err
}

type answeringBody struct{ Body city.Answering }

func (s *server) getAnswering(ctx context.Context, in *reportInput) (*answeringBody, error) {
	report, err := s.Store.Report(ctx, askerOf(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	out, err := s.Store.Answering(ctx, askerOf(ctx), in.ID, s.Replying.Channels)
	out.Missing = s.Replying.missing(report)
	return &answeringBody{Body: out}, err
}

type postReplyInput struct {
	ID   int64 `path:"id"`
	Body struct {
		ClientID   string `json:"client_id" format:"uuid" doc:"The same one sends once"`
		TemplateID int64  `json:"template_id,omitempty" minimum:"0" doc:"The template of the draft; absent for none"`
		Text       string `json:"text" maxLength:"8000"`
		InPerson   bool   `json:"in_person,omitempty" doc:"The officer told it; nothing is sent"`
	}
}

func (s *server) postReply(ctx context.Context, in *postReplyInput) (*answeringBody, error) {
	err := s.Store.Reply(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.ID, city.Reply{
		ClientID: in.Body.ClientID, TemplateID: in.Body.TemplateID, Text: in.Body.Text, InPerson: in.Body.InPerson,
	}, s.Replying.Channels)
	if err != nil {
		return nil, err
	}
	return s.getAnswering(ctx, &reportInput{ID: in.ID})
}

type postReporterQuestionInput struct {
	ID   int64 `path:"id"`
	Body struct {
		ClientID string     `json:"client_id" format:"uuid" doc:"The same one asks once"`
		Asks     []city.Gap `json:"asks" nullable:"false" enum:"where,what" minItems:"1" maxItems:"2" doc:"Of what is missing"`
	}
}

// postReporterQuestion asks for what is missing, and for nothing else: the
// sentences are ours, and nobody is asked what the report says.
func (s *server) postReporterQuestion(ctx context.Context, in *postReporterQuestionInput) (*answeringBody, error) {
	report, err := s.Store.Report(ctx, askerOf(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	may, err := s.Store.Answering(ctx, askerOf(ctx), in.ID, s.Replying.Channels)
	if err != nil {
		return nil, err
	}
	if !may.May {
		e := city.Errorf(city.Forbidden, "an operator or the office that owns the report asks its reporter")
		e.Key = "error.reply_rights"
		return nil, e
	}
	gaps := s.Replying.missing(report)
	for _, g := range in.Body.Asks {
		if !slices.Contains(gaps, g) {
			e := city.InvalidField("asks", "the report says %s already; ask for what is missing", g)
			e.Key = "error.question_known"
			return nil, e
		}
	}
	if err := s.Store.AskReporter(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.ID, in.Body.ClientID, in.Body.Asks, s.Replying.Channels); err != nil {
		return nil, err
	}
	return s.getAnswering(ctx, &reportInput{ID: in.ID})
}

type questionRulesBody struct{ Body city.QuestionRules }

func (s *server) getQuestionRules(ctx context.Context, _ *struct{}) (*questionRulesBody, error) {
	out, err := s.Store.QuestionRules(ctx, askerOf(ctx))
	out.History = orEmpty(out.History)
	return &questionRulesBody{Body: out}, err
}

type putQuestionRuleInput struct{ Body city.QuestionRuleChange }

func (s *server) putQuestionRule(ctx context.Context, in *putQuestionRuleInput) (*questionRulesBody, error) {
	if err := s.Store.ChangeQuestionRule(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.Body); err != nil {
		return nil, err
	}
	return s.getQuestionRules(ctx, nil)
}
