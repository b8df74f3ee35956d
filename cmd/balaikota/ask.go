package main

import (
	"bufio"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/config"
)

type askCommand struct {
	config.AI
	Question string `arg:"" optional:"" help:"The question, in Indonesian."`
	JSONL    bool   `name:"jsonl" help:"Read questions from standard input as JSON lines with id, conversation, question, as, at; write JSON lines with id, status, answer, value, unit, area, category, receipt."`
	As       string `name:"as" default:"wali_kota" enum:"wali_kota,sekda,kepala_opd,camat,lurah,operator,auditor" help:"With whose rights it is asked: ${enum}. A line's own counts before it."`
	Area     string `placeholder:"CODE" help:"Area code, for camat and lurah."`
	Office   string `placeholder:"NAME" help:"Office's short name, for kepala_opd."`
	At       string `placeholder:"TIME" help:"Moment the question is asked from, such as 2026-06-18T20:00:00+08:00; now if empty."`
}

// asking is one run of the command.
type asking struct {
	c       *askCommand
	a       *assisting
	key     string // by which this run owns its conversations
	offices map[string]int64
	started map[string]int64 // conversation and rights → number
}

// Run answers one question for a person, or lines of them for a script.
func (c *askCommand) Run(in *invocation) error {
	if !c.JSONL && strings.TrimSpace(c.Question) == "" {
		return city.InvalidField("question", `is missing; ask as in: balaikota ask "Berapa laporan sampah bulan ini?"`)
	}
	return withDatabase(in, func(d *database) error {
		g, err := newGeography(in.ctx, d.Store)
		if err != nil {
			return err
		}
		parts := assistantParts{AI: c.AI, AtRisk: &paceKeeper{db: d, log: in.log, now: time.Now}}
		a, err := newAssistant(in.ctx, d, g, in.log, parts)
		if err != nil {
			return err
		}
		run := &asking{c: c, a: a, key: "perintah:" + rand.Text(), offices: map[string]int64{}, started: map[string]int64{}}
		for id, name := range *a.offices.Load() {
			run.offices[strings.ToLower(name)] = id
		}
		if c.JSONL {
			return run.lines(in)
		}
		return run.one(in)
	})
}

// askLine is one question of a script.
type askLine struct {
	ID           json.RawMessage `json:"id"`
	Conversation json.RawMessage `json:"conversation"`
	Question     *string         `json:"question"`
	As           string          `json:"as"`
	Area         string          `json:"area"`
	Office       string          `json:"office"`
	At           string          `json:"at"`
}

// answerLine is its answer: the fields of the command line's contract.
type answerLine struct {
	ID       json.RawMessage   `json:"id"`
	Status   city.AnswerStatus `json:"status"`
	Answer   string            `json:"answer"`
	Value    *float64          `json:"value"`
	Unit     string            `json:"unit"`
	Area     string            `json:"area"`
	Category string            `json:"category"`
	Receipt  string            `json:"receipt"`
}

// lines answers standard input line by line. A line that cannot be asked is
// reported and the others are answered all the same; the exit status is 0 only
// when all were.
func (r *asking) lines(in *invocation) (err error) {
	out := bufio.NewWriterSize(in.stdout, 64<<10)
	defer func() { err = errors.Join(err, out.Flush()) }()
	lines := newLines(in.stdin, "stdin")
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	asked, wrong := 0, 0
	for in.ctx.Err() == nil {
		raw, more, err := lines.next()
		if err != nil {
			return err
		}
		if !more {
			break
		}
		asked++
		answer, err := r.line(in, lines, raw)
		switch {
		case in.ctx.Err() != nil:
			return in.ctx.Err()
		case city.CodeOf(err) == city.Invalid:
			wrong++
			_, _ = fmt.Fprintln(in.stderr, "balaikota: "+oneLine(err))
		case err != nil:
			return err
		default:
			if err := enc.Encode(answer); err != nil {
				return fmt.Errorf("write the answer: %w", err)
			}
			if answer.Status == city.Failed {
				wrong++
			}
		}
		if lines.drained() {
			if err := out.Flush(); err != nil {
				return fmt.Errorf("write the answer: %w", err)
			}
		}
	}
	if wrong > 0 {
		return city.InvalidField("stdin", "%d of %d lines were not answered; the lines above say which", wrong, asked)
	}
	return in.ctx.Err()
}

func (r *asking) line(in *invocation, lines *lineReader, raw []byte) (answerLine, error) {
	var l askLine
	if err := json.Unmarshal(raw, &l); err != nil {
		return answerLine{}, lines.wrong("", "is no JSON object of the right form: "+reason(err))
	}
	if named(l.ID) == "" {
		return answerLine{}, lines.wrong("id", "is missing")
	}
	if l.Question == nil || strings.TrimSpace(*l.Question) == "" {
		return answerLine{}, lines.wrong("question", "is missing")
	}
	if l.As == "" {
		l.As, l.Area, l.Office = r.c.As, r.c.Area, r.c.Office
	}
	if l.At == "" {
		l.At = r.c.At
	}
	who, field, err := r.asker(l.As, l.Area, l.Office)
	if err != nil {
		return answerLine{}, lines.wrong(field, err.Error())
	}
	at, err := moment(l.At)
	if err != nil {
		return answerLine{}, lines.wrong("at", err.Error())
	}
	answer, err := r.ask(in, who, named(l.Conversation), *l.Question, at)
	if err != nil {
		if own, ok := errors.AsType[*city.Error](err); ok && own.Code == city.Invalid {
			return answerLine{}, lines.wrong(own.Field, own.Message)
		}
		return answerLine{}, err
	}
	return answerLine{
		ID: l.ID, Status: answer.Status, Answer: answer.Text, Value: answer.Value, Unit: answer.Unit,
		Area: answer.Area, Category: answer.Category, Receipt: answer.Receipt,
	}, nil
}

// named is an id or a conversation's name as it was written; "" for none.
func named(raw json.RawMessage) string {
	if s := string(raw); s != "null" && s != `""` {
		return s
	}
	return ""
}

// asker is on whose behalf a line is asked; what is wrong is said of a field.
func (r *asking) asker(role, area, office string) (who city.Asker, field string, err error) {
	who = city.Asker{Role: city.Role(role), Key: r.key}
	if !who.Role.Valid() {
		return who, "as", fmt.Errorf("is %q; a role is one of wali_kota, sekda, kepala_opd, camat, lurah, operator, auditor", role)
	}
	switch who.Role {
	case city.Camat, city.Lurah:
		if _, ok := city.LevelOfCode(area); area != "" && !ok {
			return who, "area", fmt.Errorf("is %q; an area has a code such as 64.72.08.1001", area)
		}
		who.AreaCode = area
	case city.KepalaOPD:
		id, ok := r.offices[strings.ToLower(strings.TrimSpace(office))]
		if office != "" && !ok {
			return who, "office", fmt.Errorf("is %q, which is no office's short name", office)
		}
		who.OfficeID = id
	}
	return who, "", nil
}

func moment(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, fmt.Errorf("is %q; write it as 2026-06-18T20:00:00+08:00", text)
	}
	return at, nil
}

// ask asks within the named conversation of this run; without a name the
// question stands alone.
func (r *asking) ask(in *invocation, who city.Asker, conversation, question string, at time.Time) (city.Answer, error) {
	name := fmt.Sprintf("%s\x00%+v", conversation, who)
	id, ok := r.started[name]
	if !ok || conversation == "" {
		c, err := r.a.Start(in.ctx, who)
		if err != nil {
			return city.Answer{}, err
		}
		id = c.ID
		r.started[name] = id
	}
	x, err := r.a.Answer(in.ctx, who, id, city.Question{Text: question, At: at})
	return x.Answer, err
}

// one answers one question for a person.
func (r *asking) one(in *invocation) error {
	who, field, err := r.asker(r.c.As, r.c.Area, r.c.Office)
	if err != nil {
		return city.InvalidField("--"+field, "%s", err)
	}
	at, err := moment(r.c.At)
	if err != nil {
		return city.InvalidField("--at", "%s", err)
	}
	answer, err := r.ask(in, who, "", r.c.Question, at)
	if err != nil {
		return err
	}
	if err := tellAnswer(in.stdout, answer); err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	if answer.Status == city.Failed {
		return exit(1)
	}
	return nil
}

// toldFigures is how many figures a person is shown below an answer.
const toldFigures = 12

// tellAnswer writes an answer for a person.
func tellAnswer(out io.Writer, a city.Answer) error {
	var b strings.Builder
	b.WriteString(a.Text + "\n")
	for _, o := range a.Options {
		b.WriteString("  ? " + o.Text + "\n")
	}
	for i, f := range a.Figures {
		if i == toldFigures {
			fmt.Fprintf(&b, "  … dan %d angka lagi\n", len(a.Figures)-toldFigures)
			break
		}
		fmt.Fprintf(&b, "  %-4s %s · %s\n", f.ID, city.FormatValue(f.Value, f.Decimals, f.Unit), f.Label)
	}
	for _, c := range a.Caveats {
		b.WriteString("  ! " + c + "\n")
	}
	if a.FellBack != "" {
		b.WriteString("  ! " + a.FellBack + "\n")
	}
	if a.Receipt != "" {
		b.WriteString("Bukti " + a.Receipt + "\n")
	}
	_, err := io.WriteString(out, b.String())
	return err
}
