package assistant

import (
	"context"
	"fmt"
	"math"
	"slices"

	"balaikota/agents/tool"
	"balaikota/backend/city"
)

// receiptStore keeps receipts. The auditor reads all, an officer their own.
type receiptStore interface {
	Receipt(ctx context.Context, who city.Asker, number int64) (city.Receipt, error)
	// ReceiptIntact reports whether a receipt's hash fits its content and the
	// receipt before it.
	ReceiptIntact(ctx context.Context, number int64) (bool, error)
	// DataChanges counts what happened to the rows under figures, in order.
	DataChanges(ctx context.Context, subjects []city.FigureSubject) ([]city.DataChange, error)
}

// statusOK is of a call that returned figures or words; statusError of one
// that failed and proves nothing.
const (
	statusOK    = "ok"
	statusError = "error"
)

// Receipt is the proof of one answer: the auditor's to read, and the asker's.
func (a *Assistant) Receipt(ctx context.Context, who city.Asker, number int64) (city.Receipt, error) {
	return a.Store.Receipt(ctx, who, number)
}

// CheckReceipt runs a receipt's calls again under the same rights and from the
// same moment, and says which figures differ and why. A person may do so whose
// rights are those of the receipt, or who sees the whole city.
func (a *Assistant) CheckReceipt(ctx context.Context, who city.Asker, number int64) (city.ReceiptCheck, error) {
	r, err := a.Store.Receipt(ctx, who, number)
	if err != nil {
		return city.ReceiptCheck{}, err
	}
	if who.Scope() != r.Asker.Scope() && !who.Role.CityWide() {
		return city.ReceiptCheck{}, city.Errorf(city.Forbidden, "the answer was given under other rights than yours are now; the auditor can check it")
	}
	return a.checkReceipt(ctx, r)
}

func (a *Assistant) checkReceipt(ctx context.Context, r city.Receipt) (city.ReceiptCheck, error) {
	check := city.ReceiptCheck{Number: r.Number, CheckedAt: a.Now().UTC(), Same: true, Differences: []city.ReceiptChange{}}
	var err error
	if check.Chain, err = a.Store.ReceiptIntact(ctx, r.Number); err != nil {
		return check, fmt.Errorf("look at the chain of receipt %d: %w", r.Number, err)
	}
	var known []city.Figure
	for _, call := range r.Calls {
		if call.Status == statusError {
			continue
		}
		res, err := a.Tools.Run(ctx, tool.Call{Asker: r.Asker, At: r.At, Zone: a.Zone, Figures: known}, call.Tool, string(call.Input))
		if err == nil && res.Failed && city.CodeOf(res.Err) == city.Internal {
			err = res.Err
		}
		if err != nil {
			return check, fmt.Errorf("run %s of receipt %d again: %w", call.Tool, r.Number, err)
		}
		again := sameIDs(res.Figures, call.Figures)
		known = append(known, again...)
		digest, err := city.FiguresDigest(again)
		if err != nil {
			return check, err
		}
		if digest == call.Digest && statusOf(res) == call.Status {
			continue
		}
		check.Same = false
		changes, err := a.differences(ctx, r, call, again)
		if err != nil {
			return check, err
		}
		check.Differences = append(check.Differences, changes...)
	}
	return check, nil
}

// sameIDs gives figures of a re-run the IDs that the receipt's have, so that
// a later hitung finds its operands; new ones get IDs of their own.
func sameIDs(again, before []city.Figure) []city.Figure {
	out, used := slices.Clone(again), make([]bool, len(before))
	for i := range out {
		out[i].ID = fmt.Sprintf("baru%d", i+1)
		for j, b := range before {
			if !used[j] && sameSubject(out[i], b) {
				out[i].ID, used[j] = b.ID, true
				break
			}
		}
	}
	return out
}

// sameSubject reports whether two figures are of the same thing.
func sameSubject(a, b city.Figure) bool {
	return a.Label == b.Label && a.Unit == b.Unit && a.Measure == b.Measure && a.Indicator == b.Indicator &&
		a.Area == b.Area && a.Category == b.Category && a.Office == b.Office && a.Operation == b.Operation
}

// pairing is a figure before and after; one of them may be absent.
type pairing struct{ before, after *city.Figure }

func pairFigures(before, after []city.Figure) (pairs []pairing) {
	used := make([]bool, len(after))
	for i := range before {
		p := pairing{before: &before[i]}
		for j := range after {
			if !used[j] && sameSubject(before[i], after[j]) {
				p.after, used[j] = &after[j], true
				break
			}
		}
		pairs = append(pairs, p)
	}
	for j := range after {
		if !used[j] {
			pairs = append(pairs, pairing{after: &after[j]})
		}
	}
	return pairs
}

func (p pairing) differs() bool {
	if p.before == nil || p.after == nil {
		return true
	}
	one, err1 := city.FiguresDigest([]city.Figure{*p.before})
	two, err2 := city.FiguresDigest([]city.Figure{*p.after})
	return err1 != nil || err2 != nil || one != two
}

func (p pairing) figure() *city.Figure {
	if p.before != nil {
		return p.before
	}
	return p.after
}

func (a *Assistant) differences(ctx context.Context, r city.Receipt, call city.ReceiptCall, again []city.Figure) ([]city.ReceiptChange, error) {
	var pairs []pairing
	for _, p := range pairFigures(call.Figures, again) {
		if p.differs() {
			pairs = append(pairs, p)
		}
	}
	since := call.Data.SnapshotAt
	if since.IsZero() {
		since = r.AnsweredAt
	}
	subjects := make([]city.FigureSubject, len(pairs))
	for i, p := range pairs {
		subjects[i] = city.FigureSubject{Figure: *p.figure(), At: r.At, Since: since}
	}
	happened, err := a.Store.DataChanges(ctx, subjects)
	if err != nil {
		return nil, fmt.Errorf("find why receipt %d differs: %w", r.Number, err)
	}
	if len(pairs) == 0 {
		reason := a.reasonOf(r, city.DataChange{})
		return []city.ReceiptChange{{Tool: call.Tool, Label: "Keadaan jawaban", Reason: reason, Text: "Alat ini kini menjawab lain; " + reasonText(reason, city.DataChange{})}}, nil
	}
	out := make([]city.ReceiptChange, len(pairs))
	for i, p := range pairs {
		out[i] = a.change(r, call, p, happened[i])
	}
	return out, nil
}

func (a *Assistant) change(r city.Receipt, call city.ReceiptCall, p pairing, d city.DataChange) city.ReceiptChange {
	f := p.figure()
	c := city.ReceiptChange{Tool: call.Tool, Label: f.Label, Unit: f.Unit, Reason: a.reasonOf(r, d)}
	if p.before != nil {
		c.Before = &p.before.Value
	}
	if p.after != nil {
		c.After = &p.after.Value
	}
	c.Text = fmt.Sprintf("%s: %s, kini %s; %s", f.Label, valueOrNone(p.before), valueOrNone(p.after), reasonText(c.Reason, d))
	return c
}

// reasonOf names the cause that explains most. Of several, what was taken away
// comes first: it cannot be seen any more.
func (a *Assistant) reasonOf(r city.Receipt, d city.DataChange) string {
	switch {
	case d.Withdrawn > 0 && d.Withdrawn >= max(d.Arrived, d.Corrected):
		return "withdrawn"
	case d.Corrected > 0 && d.Corrected >= d.Arrived:
		return "corrected"
	case d.Arrived > 0:
		return "arrived"
	case d.Moved:
		return "corrected"
	case d.Rule || r.Program != a.Program:
		return "rule"
	}
	return "unknown"
}

func reasonText(reason string, d city.DataChange) string {
	switch reason {
	case "withdrawn":
		return fmt.Sprintf("%s baris ditarik oleh sumbernya", city.FormatNumber(float64(d.Withdrawn), 0))
	case "corrected":
		if d.Corrected == 0 {
			return "mungkin ada baris yang dikoreksi dan kini tercatat di wilayah, kategori, atau perangkat daerah lain"
		}
		return fmt.Sprintf("%s baris dikoreksi sejak dijawab", city.FormatNumber(float64(d.Corrected), 0))
	case "arrived":
		return fmt.Sprintf("%s baris dari masa itu baru masuk kemudian", city.FormatNumber(float64(d.Arrived), 0))
	case "rule":
		return "ketentuan atau versi program berubah"
	}
	return "sebabnya tidak diketahui"
}

func valueOrNone(f *city.Figure) string {
	if f == nil || math.IsNaN(f.Value) {
		return "tidak ada"
	}
	return valueUnit(*f)
}

// valueUnit is a figure as people read it.
func valueUnit(f city.Figure) string { return city.FormatValue(f.Value, f.Decimals, f.Unit) }

func statusOf(r tool.Result) string {
	switch {
	case r.Failed:
		return statusError
	case r.Status != "":
		return string(r.Status)
	}
	return statusOK
}
