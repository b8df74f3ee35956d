package assistant

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
)

// serveOn runs the assistant's background work until the test ends.
func serveOn(t *testing.T, a *Assistant) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(20 * time.Second):
			t.Error("the assistant does not stop")
		}
	})
}

func follow(t *testing.T, a *Assistant, who city.Asker, question int64) (steps []city.Step) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for s, err := range a.Follow(ctx, who, question) {
		if err != nil {
			t.Fatalf("follow: %v", err)
		}
		steps = append(steps, s)
	}
	return steps
}

func TestAskAnswersInTheBackgroundAndShowsItsSteps(t *testing.T) {
	t.Parallel()
	b := newBench(t, &scripted{lines: []line{palaran, {text: "Ada 34 laporan di Palaran bulan ini."}}})
	serveOn(t, b.Assistant)
	c, err := b.Start(t.Context(), b.mayor)
	if err != nil {
		t.Fatal(err)
	}
	x, err := b.Ask(t.Context(), b.mayor, c.ID, city.Question{Text: "Berapa laporan di Palaran bulan ini?"})
	if err != nil || x.Answer.Status != city.Running || x.Question.ID == 0 {
		t.Fatalf("%+v, %v", x, err)
	}
	steps := follow(t, b.Assistant, b.mayor, x.Question.ID)
	kinds := []city.StepKind{}
	for _, s := range steps {
		kinds = append(kinds, s.Kind)
	}
	if !slices.Equal(kinds, []city.StepKind{city.StepUnderstand, city.StepFetch, city.StepCheck}) {
		t.Errorf("steps %v", kinds)
	}
	done, err := b.Exchange(t.Context(), b.mayor, x.Question.ID)
	if err != nil || done.Answer.Status != city.Answered || len(done.Steps) != len(steps) {
		t.Errorf("%+v, %v", done.Answer, err)
	}
	// All steps again after a broken connection, also on another node.
	other := benchOn(t, b.store, b.mayor, nil)
	if again := follow(t, other.Assistant, b.mayor, x.Question.ID); len(again) != len(steps) {
		t.Errorf("%d steps again, want %d", len(again), len(steps))
	}
}

func TestCancelStopsAtOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t, &scripted{lines: []line{{hang: true}}})
	serveOn(t, b.Assistant)
	c, err := b.Start(t.Context(), b.mayor)
	if err != nil {
		t.Fatal(err)
	}
	x, err := b.Ask(t.Context(), b.mayor, c.ID, city.Question{Text: "Berapa laporan di Palaran?"})
	if err != nil {
		t.Fatal(err)
	}
	other := storetest.Officer(t, b.store, city.Auditor).Asker()
	if _, err := b.Cancel(t.Context(), other, x.Question.ID); city.CodeOf(err) != city.NotFound {
		t.Errorf("somebody else's cancel: %v", err)
	}
	got, err := b.Cancel(t.Context(), b.mayor, x.Question.ID)
	if err != nil || got.Answer.Status != city.Canceled || got.Answer.Text == "" {
		t.Fatalf("%+v, %v", got.Answer, err)
	}
	b.under.Wait() // the work itself has stopped, not only its display
	after, err := b.Exchange(t.Context(), b.mayor, x.Question.ID)
	if err != nil || after.Answer.Status != city.Canceled || after.Answer.Receipt != "" {
		t.Errorf("%+v, %v", after.Answer, err)
	}
	if numbers, err := b.store.ReceiptNumbers(t.Context(), time.Time{}); err != nil || len(numbers) != 0 {
		t.Errorf("receipts of a canceled question: %v, %v", numbers, err)
	}
}

// TestADeadNodesQuestionIsAskedAgain: a node that is killed in mid-answer
// leaves its question running; another answers it, once.
func TestADeadNodesQuestionIsAskedAgain(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	mayor := storetest.Officer(t, s, city.WaliKota).Asker()
	now := func(o *Options) { o.Now = time.Now }
	dead := benchOn(t, s, mayor, nil, now)
	c, err := dead.Start(t.Context(), mayor)
	if err != nil {
		t.Fatal(err)
	}
	left := func(askedAt time.Time) int64 {
		// What a killed process leaves behind: a running question, its lease over.
		q, err := s.AddQuestion(t.Context(), mayor, city.Question{ConversationID: c.ID, Text: "Berapa laporan di Palaran?", AskedAt: askedAt, At: askedAt}, "mati", -time.Second)
		if err != nil {
			t.Fatal(err)
		}
		return q.ID
	}
	young, old := left(time.Now().Add(-time.Minute)), left(time.Now().Add(-time.Hour))
	for range 2 { // two nodes look at the same time
		serveOn(t, benchOn(t, s, mayor, nil, now).Assistant)
	}
	follow(t, dead.Assistant, mayor, young)
	follow(t, dead.Assistant, mayor, old)
	x, err := dead.Exchange(t.Context(), mayor, young)
	if err != nil || x.Answer.Status != city.Answered || x.Answer.Receipt == "" {
		t.Errorf("young: %+v, %v", x.Answer, err)
	}
	x, err = dead.Exchange(t.Context(), mayor, old)
	if err != nil || x.Answer.Status != city.Failed || x.Answer.Text != strandedText {
		t.Errorf("old: %+v, %v", x.Answer, err)
	}
	if numbers, err := s.ReceiptNumbers(t.Context(), time.Time{}); err != nil || len(numbers) != 1 {
		t.Errorf("receipts %v, %v", numbers, err)
	}
	// What the dead node would still write is refused.
	_, err = s.FinishQuestion(t.Context(), young, "mati", dead.failed(city.Asked{Question: city.Question{ID: young}}, "x"))
	if city.CodeOf(err) != city.Conflict {
		t.Errorf("the dead node's answer: %v", err)
	}
}

func TestConversationsAreTheOwnersAlone(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	auditor := storetest.Officer(t, b.store, city.Auditor).Asker()
	token, other := city.Asker{Role: city.WaliKota, Key: "satu"}, city.Asker{Role: city.WaliKota, Key: "dua"}
	for _, who := range []city.Asker{b.mayor, token} {
		c, err := b.Start(t.Context(), who)
		if err != nil {
			t.Fatal(err)
		}
		x, err := b.Answer(t.Context(), who, c.ID, city.Question{Text: "Berapa laporan di Palaran?", At: asOf})
		if err != nil {
			t.Fatal(err)
		}
		number, err := city.ParseReceiptName(x.Answer.Receipt)
		if err != nil {
			t.Fatal(err)
		}
		for _, stranger := range []city.Asker{other, auditor, {Role: city.WaliKota}, {Role: city.Publik}} {
			if _, _, err := b.Conversation(t.Context(), stranger, c.ID); city.CodeOf(err) != city.NotFound {
				t.Errorf("%+v reads a conversation: %v", stranger, err)
			}
			if _, err := b.Exchange(t.Context(), stranger, x.Question.ID); city.CodeOf(err) != city.NotFound {
				t.Errorf("%+v reads a question: %v", stranger, err)
			}
			if err := b.Forget(t.Context(), stranger, c.ID); city.CodeOf(err) != city.NotFound && city.CodeOf(err) != city.Forbidden {
				t.Errorf("%+v forgets a conversation: %v", stranger, err)
			}
			if list, err := b.Conversations(t.Context(), stranger); err != nil || len(list) != 0 {
				t.Errorf("%+v lists %d conversations, %v", stranger, len(list), err)
			}
			_, err := b.Receipt(t.Context(), stranger, number)
			if may := stranger.Role == city.Auditor; may != (err == nil) {
				t.Errorf("%+v reads a receipt: %v", stranger, err)
			}
		}
		if err := b.Judge(t.Context(), who, x.Question.ID, city.AnswerVerdict{Right: false, Reason: "angka lama"}); err != nil {
			t.Error(err)
		}
		if got, err := b.Exchange(t.Context(), who, x.Question.ID); err != nil || got.Verdict == nil || got.Verdict.Right || got.Verdict.Reason != "angka lama" {
			t.Errorf("verdict %+v, %v", got.Verdict, err)
		}
		if err := b.Forget(t.Context(), who, c.ID); err != nil {
			t.Error(err)
		}
		if _, err := b.Receipt(t.Context(), who, number); err != nil {
			t.Errorf("the receipt of a forgotten conversation: %v", err)
		}
	}
	if _, err := b.Start(t.Context(), city.Asker{Role: city.WaliKota}); city.CodeOf(err) != city.Forbidden {
		t.Errorf("nobody starts a conversation: %v", err)
	}
}

func TestQuestionsAreCheckedAtTheDoor(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	c, err := b.Start(t.Context(), b.mayor)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", " \u200b ", strings.Repeat("a", 1001)} {
		if _, err := b.Answer(t.Context(), b.mayor, c.ID, city.Question{Text: text}); city.CodeOf(err) != city.Invalid {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := b.Answer(t.Context(), b.mayor, c.ID+99, city.Question{Text: "Berapa laporan?"}); city.CodeOf(err) != city.NotFound {
		t.Errorf("another's conversation: %v", err)
	}
}

func TestPinsAreMadeAnewWhenDataChanges(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	c, err := b.Start(t.Context(), b.mayor)
	if err != nil {
		t.Fatal(err)
	}
	x, err := b.Answer(t.Context(), b.mayor, c.ID, city.Question{Text: "Berapa laporan di Palaran?", At: asOf})
	if err != nil {
		t.Fatal(err)
	}
	pin, err := b.Pin(t.Context(), b.mayor, x.Question.ID)
	if err != nil || *pin.Answer.Value != 34 || pin.Call == nil {
		t.Fatalf("%+v, %v", pin, err)
	}
	if again, err := b.Pin(t.Context(), b.mayor, x.Question.ID); err != nil || again.ID != pin.ID {
		t.Errorf("pinned twice: %+v, %v", again, err)
	}
	if err := b.Forget(t.Context(), b.mayor, c.ID); err != nil {
		t.Fatal(err)
	}
	b.data.mu.Lock()
	b.data.counts["64.72.01"] = 41
	b.data.mu.Unlock()
	if err := b.RefreshPins(t.Context()); err != nil {
		t.Fatal(err)
	}
	if pins, err := b.Pins(t.Context(), b.mayor); err != nil || *pins[0].Answer.Value != 34 {
		t.Errorf("no event, and yet %+v, %v", pins, err)
	}
	source := storetest.Source(t, b.store)
	storetest.Ingest(t, b.store, city.Delivery{SourceID: source, Reports: storetest.Reports("r", 1)})
	if err := b.RefreshPins(t.Context()); err != nil {
		t.Fatal(err)
	}
	pins, err := b.Pins(t.Context(), b.mayor)
	if err != nil || len(pins) != 1 || *pins[0].Answer.Value != 41 || pins[0].Answer.Text != "Ada 41 laporan di Kecamatan Palaran bulan ini." {
		t.Errorf("%+v, %v", pins, err)
	}
	stranger := storetest.Officer(t, b.store, city.Sekda).Asker()
	if list, err := b.Pins(t.Context(), stranger); err != nil || len(list) != 0 {
		t.Errorf("a stranger's pins: %d, %v", len(list), err)
	}
	if err := b.Unpin(t.Context(), stranger, pin.ID); city.CodeOf(err) != city.NotFound {
		t.Errorf("a stranger unpins: %v", err)
	}
	if err := b.Unpin(t.Context(), b.mayor, pin.ID); err != nil {
		t.Error(err)
	}
}

// TestARecheckSaysWhatChanged: the figures are the receipt's, the reason comes
// from what happened to the rows.
func TestARecheckSaysWhatChanged(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	a := b.ask(t, "Berapa laporan di Palaran bulan ini?")
	number, err := city.ParseReceiptName(a.Receipt)
	if err != nil {
		t.Fatal(err)
	}
	b.data.mu.Lock()
	b.data.counts["64.72.01"] = 36
	b.data.mu.Unlock()
	check, err := b.CheckReceipt(t.Context(), b.mayor, number)
	if err != nil || check.Same || !check.Chain || len(check.Differences) != 1 {
		t.Fatalf("%+v, %v", check, err)
	}
	if d := check.Differences[0]; *d.Before != 34 || *d.After != 36 || d.Reason != "unknown" {
		t.Errorf("%+v", d)
	}
	// Rows of that month and place that came after the answer.
	source := storetest.Source(t, b.store)
	storetest.Ingest(t, b.store, city.Delivery{SourceID: source, Reports: storetest.Reports("r", 2, func(r *city.Report) {
		r.CreatedAt, r.StatedArea = asOf.AddDate(0, 0, -3), "64.72.01.1001"
	})})
	check, err = b.CheckReceipt(t.Context(), b.mayor, number)
	if err != nil || check.Differences[0].Reason != "arrived" {
		t.Errorf("%+v, %v", check.Differences, err)
	}
	lurah := storetest.Officer(t, b.store, city.Lurah).Asker()
	if _, err := b.CheckReceipt(t.Context(), lurah, number); city.CodeOf(err) != city.NotFound {
		t.Errorf("a lurah checks the mayor's receipt: %v", err)
	}
}

func TestStoppingTheServerLeavesQuestionsForTheNext(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	mayor := storetest.Officer(t, s, city.WaliKota).Asker()
	now := func(o *Options) { o.Now = time.Now; o.Limits.Lease = 300 * time.Millisecond }
	first := benchOn(t, s, mayor, &scripted{lines: []line{{hang: true}}}, now)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- first.Run(ctx) }()
	c, err := first.Start(t.Context(), mayor)
	if err != nil {
		t.Fatal(err)
	}
	// Run has to have taken over the context before the question comes.
	for {
		first.mu.Lock()
		ready := first.work == ctx
		first.mu.Unlock()
		if ready {
			break
		}
		if t.Context().Err() != nil {
			t.Fatal("the assistant does not run")
		}
	}
	x, err := first.Ask(t.Context(), mayor, c.ID, city.Question{Text: "Berapa laporan di Palaran?"})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	second := benchOn(t, s, mayor, nil, now)
	serveOn(t, second.Assistant)
	follow(t, second.Assistant, mayor, x.Question.ID)
	if got, err := second.Exchange(t.Context(), mayor, x.Question.ID); err != nil || got.Answer.Status != city.Answered {
		t.Errorf("%+v, %v", got.Answer, err)
	}
}
