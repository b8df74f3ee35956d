package store_test

import (
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
)

// TestReportersWordsMakeAFigureFromTenOn: the share of those who said that the
// work was done, of the 90 days before the period's end; below ten answers only
// how many there are, and to those who see neither report nor disposition none.
func TestReportersWordsMakeAFigureFromTenOn(t *testing.T) {
	t.Parallel()
	f := reported(t, 12)
	l := links(t, f)
	if len(l) < city.FewestAnswers {
		t.Fatalf("only %d were asked", len(l))
	}
	figures := func(who city.Asker, to time.Time) city.ReportFigures {
		t.Helper()
		out, err := f.Figures(t.Context(), who, city.ReportFilter{From: to.Add(-time.Hour), To: to})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for i, token := range l[:city.FewestAnswers] {
		soon := f.clock.now.Add(time.Minute)
		if got := figures(mayor, soon); got.Answers != i || got.Satisfaction != nil {
			t.Fatalf("after %d answers: %+v", i, got)
		}
		answer := "yes"
		if i%5 == 4 {
			answer = "partly"
		}
		if err := f.AnswerReporter(t.Context(), token, answer, ""); err != nil {
			t.Fatal(err)
		}
	}
	soon := f.clock.now.Add(time.Minute)
	if got := figures(mayor, soon); got.Answers != 10 || got.Satisfaction == nil || *got.Satisfaction != 0.8 {
		t.Errorf("after ten: %d, %v", got.Answers, got.Satisfaction)
	}
	if got := figures(city.Asker{Role: city.Lurah, AreaCode: storetest.Lempake}, soon); got.Answers != 0 {
		t.Errorf("another kelurahan's lurah counts %d", got.Answers)
	}
	if got := figures(city.Asker{Role: city.Layar}, soon); got.Answers != 0 || got.Satisfaction != nil {
		t.Errorf("a wall counts %d", got.Answers)
	}
	if got := figures(mayor, soon.AddDate(0, 0, city.SatisfactionDays+1)); got.Answers != 0 || got.Satisfaction != nil {
		t.Errorf("three months later: %+v", got)
	}
}
