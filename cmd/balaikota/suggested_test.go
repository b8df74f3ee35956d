package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"balaikota/agents/assistant"
	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
)

// talking is the assistant on a database of its own in which every category,
// indicator and kecamatan has data of the last weeks.
type talking struct {
	*assisting
	t          *testing.T
	door       *intake
	source     int64
	now        time.Time
	areas      []city.Area
	categories []city.Category
	indicators []city.Indicator
	asked      map[string]bool
}

func newTalking(t *testing.T) *talking {
	t.Helper()
	analyst, door, source := newTestAnalyst(t)
	k := &talking{t: t, door: door, source: source, asked: map[string]bool{}}
	wita := time.FixedZone("WITA", 8*3600)
	y, m, day := time.Now().In(wita).AddDate(0, 0, -1).Date()
	k.now = time.Date(y, m, day, 20, 0, 0, 0, wita) // a full day behind, whenever the test runs
	var err error
	if k.areas, err = analyst.db.Areas(t.Context()); err != nil {
		t.Fatal(err)
	}
	if k.categories, k.indicators, err = analyst.db.catalogue(t.Context()); err != nil {
		t.Fatal(err)
	}
	k.fill()
	settleNow(t, analyst)
	log := slog.New(slog.DiscardHandler)
	if err := analyst.db.foresee(t.Context(), k.now, log); err != nil {
		t.Fatal(err)
	}
	k.assisting, err = newAssistant(t.Context(), analyst.db, analyst.geography, log, assistantParts{
		Similar: analyst, AtRisk: &paceKeeper{db: analyst.db, log: log, now: time.Now}, Places: analyst.places,
	})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// fill brings reports of each category to each kecamatan, this week, last
// week, last month and the month before, some closed; and values of each
// indicator at all its places, day by day.
func (k *talking) fill() {
	k.t.Helper()
	d := city.Delivery{SourceID: k.source}
	for _, a := range k.areas {
		for c := range k.categories {
			if a.Level != city.Kelurahan {
				break
			}
			for _, days := range []int{0, 1, 2, 9, 33, 40, 65} {
				d.Reports = append(d.Reports, k.report(fmt.Sprintf("%s-%d-%d", a.Code, c, days), a.Code, k.categories[c].Slug, days))
			}
		}
		for _, i := range k.indicators {
			for day := range 40 {
				if levelOfGrain[i.Grain] == a.Level {
					d.Observations = append(d.Observations, storetest.Observation(i.Slug, a.Code, k.now.AddDate(0, 0, -day).Add(-10*time.Minute), plausible(i, day)))
				}
			}
		}
	}
	ingest(k.t, k.door, d)
}

var levelOfGrain = map[string]city.Level{"city": city.Kota, "district": city.Kecamatan, "village": city.Kelurahan}

func plausible(i city.Indicator, day int) float64 {
	v := 5 + float64(day%7)
	if i.Max != nil {
		v = min(v, *i.Max)
	}
	if i.Min != nil {
		v = max(v, *i.Min)
	}
	return v
}

func (k *talking) report(id, area, category string, days int) city.Report {
	return storetest.Report(id, func(r *city.Report) {
		r.CreatedAt, r.StatedArea, r.Category = k.now.AddDate(0, 0, -days).Add(-time.Hour), area, category
		r.Text, r.Stems = "laporan uji "+category, "lapor uji "+category
		if days%2 == 0 && days > 0 {
			answered, closed := r.CreatedAt.Add(2*time.Hour), r.CreatedAt.Add(5*time.Hour)
			r.Status, r.RespondedAt, r.ClosedAt = city.Closed, &answered, &closed
		}
	})
}

func (k *talking) officer(role city.Role) city.Asker {
	k.t.Helper()
	return storetest.Officer(k.t, k.db.Store, role).Asker()
}

// begin starts a conversation.
func (k *talking) begin(who city.Asker) int64 {
	k.t.Helper()
	c, err := k.Start(k.t.Context(), who)
	if err != nil {
		k.t.Fatal(err)
	}
	return c.ID
}

func (k *talking) ask(who city.Asker, conversation int64, q city.Question) city.Answer {
	k.t.Helper()
	q.At = k.now
	x, err := k.Answer(k.t.Context(), who, conversation, q)
	if err != nil {
		k.t.Fatalf("%q: %v", q.Text, err)
	}
	return x.Answer
}

// mustAnswer asks what the page offers, alone, and then what each answer offers
// to ask next, in the same conversation as the page does, so many rounds deep.
func (k *talking) mustAnswer(who city.Asker, from string, q city.Question, rounds int) {
	k.t.Helper()
	k.follow(who, k.begin(who), from, q, rounds)
}

func (k *talking) follow(who city.Asker, conversation int64, from string, q city.Question, rounds int) {
	k.t.Helper()
	a := k.ask(who, conversation, q)
	if a.Status != city.Answered {
		k.t.Errorf("%s, %s, %q: %s, %s", who.Role, from, q.Text, a.Status, a.Text)
	}
	for _, next := range a.FollowUps {
		key := string(who.Role) + next
		if rounds == 0 || k.asked[key] {
			continue
		}
		k.asked[key] = true
		k.follow(who, conversation, "after "+fmt.Sprintf("%q", q.Text), city.Question{Text: next}, rounds-1)
	}
}

// pretended are signals of a made-up morning.
type pretended struct {
	assistant.Signals
	alert    city.Alert
	category city.Category
	state    city.IndicatorState
	now      time.Time
}

func (p pretended) Alerts(context.Context, city.Asker) ([]city.Alert, error) {
	return []city.Alert{p.alert}, nil
}

func (p pretended) IndicatorStates(context.Context, city.Asker) ([]city.IndicatorState, error) {
	return []city.IndicatorState{p.state}, nil
}

func (p pretended) SourceHealths(context.Context) ([]city.SourceHealth, error) {
	return []city.SourceHealth{{Name: "Sumber uji", Freshness: city.Broken}}, nil
}

func (p pretended) Measure(_ context.Context, _ city.Asker, at time.Time, qs ...city.MeasureQuery) (out []city.Measurement, err error) {
	n := 40.0
	if at.Before(p.now) {
		n = 3
	}
	for _, q := range qs {
		out = append(out, city.Measurement{Query: q, Rows: []city.MeasureRow{{Key: p.category.Slug, Label: p.category.Name, Value: &n}}})
	}
	return out, nil
}

// TestEverySuggestionIsAnswered: whatever happened that night, what the
// assistant suggests to ask has an answer without any provider; so has what
// the answers suggest to ask next.
func TestEverySuggestionIsAnswered(t *testing.T) {
	t.Parallel()
	k := newTalking(t)
	kinds := []city.AlertKind{city.AlertFlood, city.AlertWarning, city.AlertIncident, city.AlertSurge, city.AlertHotspot, city.AlertQuake}
	seen := map[string]bool{}
	for _, who := range []city.Asker{k.officer(city.WaliKota), k.officer(city.Camat), k.officer(city.Lurah), k.officer(city.KepalaOPD), k.officer(city.Operator)} {
		before := len(seen)
		for n := range max(len(k.categories), len(k.indicators), len(kinds)) {
			i, c := k.indicators[n%len(k.indicators)], k.categories[n%len(k.categories)]
			p := pretended{Signals: signals{k.db.Store, k.geography, k.db.city.Code}, category: c, now: k.now}
			p.alert = city.Alert{Kind: kinds[n%len(kinds)], Severity: city.Siaga, Headline: "Ada perubahan"}
			p.state = city.IndicatorState{Indicator: i.Slug, Severity: city.Awas, AreaCode: k.placeOf(i, who)}
			if who.Role.CityWide() {
				p.alert.AreaCodes = []string{k.areas[n%len(k.areas)].Code}
			}
			if who.Role == city.KepalaOPD && c.Office != "DPUPR" { // others' rows are none to rise
				p.category = city.Category{}
			}
			for _, s := range k.suggestions(p, who) {
				if key := string(who.Role) + s.Text; !seen[key] {
					seen[key] = true
					k.mustAnswer(who, "suggested", city.Question{Text: s.Text}, 1)
				}
			}
		}
		if len(seen) < before+8 {
			t.Errorf("%s was offered %d questions only", who.Role, len(seen)-before)
		}
	}
}

func (k *talking) suggestions(p assistant.Signals, who city.Asker) []city.Suggestion {
	k.t.Helper()
	out, err := assistant.New(assistant.Options{Store: k.db.Store, Signals: p}).Suggestions(k.t.Context(), who, k.now)
	if err != nil || len(out) < 3 || len(out) > 5 {
		k.t.Fatalf("%d suggestions, %v", len(out), err)
	}
	return out
}

// placeOf is a place that has values of an indicator and that the asker sees.
func (k *talking) placeOf(i city.Indicator, who city.Asker) string {
	for _, a := range k.areas {
		if a.Level == levelOfGrain[i.Grain] && (who.AreaCode == "" || city.Within(a.Code, who.AreaCode) || city.Within(who.AreaCode, a.Code)) {
			return a.Code
		}
	}
	return ""
}

// TestTheScreensOwnQuestionsAreAnswered: what "Tanya tentang ini" writes down
// (frontend/src/data/asking.svelte.ts) is answered for every area, indicator
// and category, an incident is by its number, and so are the questions offered
// after it.
func TestTheScreensOwnQuestionsAreAnswered(t *testing.T) {
	t.Parallel()
	k := newTalking(t)
	mayor := k.officer(city.WaliKota)
	for _, a := range k.areas {
		name := map[city.Level]string{city.Kecamatan: "Kecamatan ", city.Kelurahan: "Kelurahan "}[a.Level] + a.Name
		q := city.Question{Text: "Bagaimana keadaan " + name + " sekarang?", Screen: &city.ScreenContext{Area: a.Code}}
		k.mustAnswer(mayor, "an area", q, 2)
		if got := k.ask(mayor, k.begin(mayor), q); got.Area != a.Code && a.Level != city.Kota {
			t.Errorf("%q is answered about %q, the screen shows %s", q.Text, got.Area, a.Code)
		}
	}
	for _, i := range k.indicators {
		q := city.Question{Text: "Bagaimana " + i.Name + " 7 hari terakhir?", Screen: &city.ScreenContext{Indicator: i.Slug, Area: k.placeOf(i, mayor)}}
		k.mustAnswer(mayor, "an indicator", q, 2)
		q.Screen = &city.ScreenContext{Indicator: i.Slug}
		k.mustAnswer(mayor, "an indicator", q, 0)
	}
	for n, c := range k.categories {
		q := city.Question{Text: "Berapa laporan " + strings.ToLower(c.Name) + " 7 hari terakhir?", Screen: &city.ScreenContext{Category: c.Slug}}
		k.mustAnswer(mayor, "a category", q, 2)
		q.Screen = &city.ScreenContext{Category: c.Slug, Area: k.areas[n%len(k.areas)].Code}
		k.mustAnswer(mayor, "a category", q, 0)
	}
	incidents, _, err := k.db.Incidents(t.Context(), mayor, city.IncidentFilter{Limit: 3})
	if err != nil || len(incidents) == 0 {
		t.Fatalf("%d incidents, %v", len(incidents), err)
	}
	for _, i := range incidents {
		k.mustAnswer(mayor, "an incident", city.Question{Text: fmt.Sprintf("Jelaskan kejadian %d.", i.ID), Screen: &city.ScreenContext{Incident: i.ID}}, 2)
	}
	k.mustAnswer(mayor, "the reports", city.Question{Text: "Berapa laporan masuk hari ini dibanding kemarin?"}, 2)
}

// TestAPinFollowsItsDataAndNothingElse: the real tools on the real store.
func TestAPinFollowsItsDataAndNothingElse(t *testing.T) {
	t.Parallel()
	k := newTalking(t)
	mayor := k.officer(city.WaliKota)
	c := k.begin(mayor)
	x, err := k.Answer(t.Context(), mayor, c, city.Question{Text: "Berapa laporan sampah di Air Putih 7 hari terakhir?"})
	if err != nil || x.Answer.Value == nil || *x.Answer.Value != 3 {
		t.Fatalf("%+v, %v", x.Answer, err)
	}
	if _, err := k.Pin(t.Context(), mayor, x.Question.ID); err != nil {
		t.Fatal(err)
	}
	refreshed := func() city.Answer {
		t.Helper()
		if err := k.RefreshPins(t.Context()); err != nil {
			t.Fatal(err)
		}
		pins, err := k.Pins(t.Context(), mayor)
		if err != nil || len(pins) != 1 {
			t.Fatalf("%d pins, %v", len(pins), err)
		}
		return pins[0].Answer
	}
	if a := refreshed(); !a.AnsweredAt.Equal(x.Answer.AnsweredAt) {
		t.Errorf("nothing came in, and yet it was made anew at %s", a.AnsweredAt)
	}
	ingest(t, k.door, city.Delivery{SourceID: k.source, Reports: []city.Report{k.report("baru", storetest.AirPutih, "sampah", 1)}})
	if a := refreshed(); a.Value == nil || *a.Value != 4 || !strings.Contains(a.Text, "4") || !a.AnsweredAt.After(x.Answer.AnsweredAt) {
		t.Errorf("one more came in: %+v", a)
	}
	still := refreshed()
	if again := refreshed(); !again.AnsweredAt.Equal(still.AnsweredAt) {
		t.Error("it is made anew although nothing came in")
	}
	ingest(t, k.door, city.Delivery{SourceID: k.source, Removed: []string{"baru"}})
	if a := refreshed(); a.Value == nil || *a.Value != 3 {
		t.Errorf("it was taken back: %+v", a)
	}
	if receipts, err := k.db.ReceiptNumbers(t.Context(), time.Time{}); err != nil || !slices.Equal(receipts, []int64{1}) {
		t.Errorf("receipts %v, %v; only questions have one", receipts, err)
	}
}
