package tools

import (
	"cmp"
	"context"
	_ "embed"
	"regexp"
	"strings"
	"time"

	"balaikota/agents/tool"
	"balaikota/backend/city"
)

//go:embed draft.md
var draftText string

// draftRoles may give an instruction to an office.
var draftRoles = []city.Role{city.WaliKota, city.Sekda, city.KepalaOPD, city.Camat, city.Lurah}

func (d Deps) draft() tool.Tool {
	return tool.Define(tool.Spec{Name: city.ToolDraft, Description: draftText, Roles: draftRoles}, func(ctx context.Context, c tool.Call, in city.DraftInput) (tool.Result, error) {
		a := d.answer(ctx, c)
		if in.Incident == 0 && !in.Gravest && c.Screen != nil {
			in.Incident = c.Screen.Incident
		}
		if err := a.drafted(in); err != nil {
			return tool.Result{}, err
		}
		return a.result()
	})
}

// drafted writes an instruction for a person to copy. Nothing is stored and
// nothing is sent.
func (a *answer) drafted(in city.DraftInput) error {
	if in.WorkingDays < 0 || in.WorkingDays > 60 {
		return city.InvalidField("working_days", "must be 1 to 60")
	}
	if err := a.mine(in.Area, ""); err != nil {
		return err
	}
	if in.Gravest && in.Incident == 0 {
		if none, err := a.draftGravest(&in); none || err != nil {
			return err
		}
	}
	draft := city.DispositionDraft{Area: in.Area}
	matter, err := a.draftMatter(&in, &draft)
	if err != nil {
		return err
	}
	c, known := a.category(in.Category)
	office := cmp.Or(in.Office, draft.Office, c.Office)
	o, ok := a.office(office)
	if !ok {
		a.r.Status = city.Clarify
		a.say("Disposisi ini ditujukan kepada perangkat daerah mana?")
		return nil
	}
	draft.Office = o.ShortName
	a.name(o.ShortName, o.Name)
	days, source := in.WorkingDays, "permintaan"
	if days == 0 && known {
		if days, source, err = a.norm(c); err != nil {
			return err
		}
	}
	instruction := a.d.ownWords(in.Instruction)
	if instruction == "" {
		instruction = "Tindak lanjuti " + matter + " dan laporkan hasilnya"
	}
	if ar, ok := a.area(in.Area); ok { // as the city writes it, however it was asked
		instruction = regexp.MustCompile(`(?i)\b`+regexp.QuoteMeta(ar.Name)+`\b`).ReplaceAllLiteralString(instruction, ar.Name)
	}
	draft.Instruction = closed(upper(instruction))
	s := "Konsep disposisi untuk " + o.ShortName + " tentang " + matter
	if days > 0 {
		due, err := a.dueDay(days)
		if err != nil {
			return err
		}
		draft.DueOn = due.Format(time.DateOnly)
		end := due.AddDate(0, 0, 1)
		a.name(a.day(due))
		a.head(city.Figure{Label: "Batas waktu konsep disposisi (" + source + ")", Value: float64(days), Unit: "hari kerja", Category: in.Category, Office: o.ShortName, From: &due, To: &end})
		s += ", batas waktu " + city.FormatNumber(float64(days), 0) + " hari kerja, sampai " + a.day(due)
	}
	a.say(s + ".")
	a.say("Ini hanya konsep; belum ada yang dikirim.")
	a.chip("office", o.ShortName, o.ShortName)
	a.r.Area, a.r.Category = draft.Area, in.Category
	a.r.Blocks = append(a.r.Blocks, city.Block{Kind: "draft", Title: "Konsep disposisi untuk " + o.ShortName, Draft: &draft})
	return nil
}

// draftGravest puts the gravest running incident in its place; none says that
// nothing runs there, which is answered.
func (a *answer) draftGravest(in *city.DraftInput) (none bool, err error) {
	found, _, err := a.pressing(a.scoped(city.MeasureQuery{Area: in.Area, Category: in.Category, Office: in.Office}))
	if err != nil {
		return false, err
	}
	if len(found) == 0 {
		a.say("Tidak ada kejadian aktif untuk didisposisikan " + a.place(in.Area) + ".")
		return true, nil
	}
	in.Incident = found[0].ID
	return false, nil
}

// draftMatter says what the draft is about and fills in what an incident says.
func (a *answer) draftMatter(in *city.DraftInput, draft *city.DispositionDraft) (string, error) {
	if in.Incident != 0 {
		d, err := a.d.Incidents.Incident(a.ctx, a.asker, in.Incident)
		if err != nil {
			return "", asField(err, "incident")
		}
		draft.Incidents = []int64{d.ID}
		draft.Area, draft.Office = cmp.Or(in.Area, d.AreaCode), d.Office
		in.Category = cmp.Or(in.Category, d.Category)
		a.chip("incident", itoa(d.ID), "Kejadian "+itoa(d.ID))
		return a.matterOf(d.Incident), nil
	}
	if in.Category == "" && in.Instruction == "" {
		return "", city.InvalidField("incident", "name an incident, a category or an instruction")
	}
	var parts []string
	if in.Category != "" {
		parts = append(parts, "laporan "+a.categoryWord(in.Category))
	} else {
		parts = append(parts, "perintah ini")
	}
	if in.Area != "" {
		if _, ok := a.area(in.Area); !ok {
			return "", city.InvalidField("area", "unknown area %.40q", in.Area)
		}
		parts = append(parts, a.place(in.Area))
	}
	return strings.Join(parts, " "), nil
}

// norm is how many working days a category's closing may take, and who says so.
func (a *answer) norm(c city.Category) (days int, source string, err error) {
	norms, err := a.d.Catalogue.Norms(a.ctx)
	if err != nil {
		return 0, "", err
	}
	clock := city.Clock{Norms: norms}
	_, closing := clock.Standard("", c.Slug, a.c.At.In(a.c.Zone).Format(time.DateOnly), c.WorkingDaysToClose)
	if closing.Source != "" {
		a.name(closing.Source)
	}
	return closing.CloseDays, cmp.Or(closing.Source, "norma kategori"), nil
}

// dueDay is the last day of so many working days from the question's moment.
func (a *answer) dueDay(days int) (time.Time, error) {
	clock, err := a.d.Catalogue.Clock(a.ctx)
	if err != nil {
		return time.Time{}, err
	}
	cal := clock.Calendar
	cal.Location = a.c.Zone
	return cal.AddWorkingDays(a.c.At, days), nil
}
