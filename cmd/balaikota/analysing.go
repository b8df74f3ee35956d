package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"balaikota/backend/analysis/classify"
	"balaikota/backend/analysis/incident"
	"balaikota/backend/analysis/place"
	"balaikota/backend/analysis/urgency"
	"balaikota/backend/city"
	"balaikota/backend/store"
)

// analyst works out category, urgency, place and incident of every report
// that is queued, and takes officers' decisions. Any number of nodes may have
// one: a lock of the whole city lets one work at a time.
type analyst struct {
	db        *database
	geography *geography
	log       *slog.Logger
	location  *time.Location
	wake      chan struct{}
	gazetteer atomic.Pointer[place.Gazetteer]
	finder    atomic.Pointer[place.Finder]
	models    *categoriser
}

// A transaction analyses batchSize reports and, where many wait, a quarter of
// them up to mostAtOnce: each reads all the reports of the incidents it touches, so
// that many small ones read the same again and again, and a long one keeps officers'
// decisions about those incidents waiting. Where at least bulkSize and a quarter of
// all wait, everything is grouped from scratch in memory.
const (
	batchSize  = 500
	mostAtOnce = 2000
	bulkSize   = 3000
)

func newAnalyst(ctx context.Context, db *database, g *geography, log *slog.Logger) (*analyst, error) {
	loc, err := time.LoadLocation(db.city.Timezone)
	if err != nil {
		return nil, fmt.Errorf("load the city's time zone: %w", err)
	}
	if g == nil {
		if g, err = newGeography(ctx, db.Store); err != nil {
			return nil, err
		}
	}
	a := &analyst{db: db, geography: g, log: log, location: loc, wake: make(chan struct{}, 1), models: newCategoriser(db)}
	a.learnPlaces(nil)
	return a, nil
}

// stir makes the analyst look at the queue now.
func (a *analyst) stir() {
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// run works until ctx ends. It looks at the queue when it is stirred and, in
// case another node stored something, every second.
func (a *analyst) run(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	var prepared time.Time
	for {
		if time.Since(prepared) > prepareEvery {
			if err := a.prepare(ctx); err != nil && ctx.Err() == nil {
				a.log.Warn("The analysis is not prepared", "err", err)
			} else {
				prepared = time.Now()
			}
		}
		if err := a.drain(ctx); err != nil && ctx.Err() == nil {
			a.log.Warn("Reports were not analysed; they stay queued", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-a.wake:
		case <-tick.C:
		}
	}
}

// prepareEvery is how often names of places are learned anew.
const prepareEvery = 24 * time.Hour

// placeSamples is how many of the newest reports with a point names of places
// are learned from.
const placeSamples = 100_000

// prepare learns the names of places, sees to it that everything was read as
// texts are read now, and takes up the weights that links were made with.
func (a *analyst) prepare(ctx context.Context) error {
	book := place.NewBook(a.geography)
	err := a.db.EachPlaceSample(ctx, placeSamples, func(s store.PlaceSample) {
		book.Add(place.Sample{Text: s.Text, Address: s.Address, Lon: s.Lon, Lat: s.Lat, At: s.CreatedAt, AreaCode: s.AreaCode})
	})
	if err != nil {
		return err
	}
	a.learnPlaces(book.Known())
	queued, err := a.db.QueueAllUnless(ctx, reading())
	if queued > 0 {
		a.log.Info("Texts are read otherwise than before: all reports are analysed anew", "reports", queued)
	}
	return err
}

// probes are sentences whose features show how texts are read.
var probes = []string{
	"Got mampet di jl. Melati 3 RT 05 dekat masjid Al Huda kel. Air Putih, air meluap tiap hujan",
	"lampu2 jln mati gelap bgt sdh seminggu di gg. Mawar blkg pasar", "jalanan berlubang parahhh depan SD 12 tolong diperbaiki",
	"Sampah menumpuk nda diangkut, baunya menyengat di simpang empat", "pohon tumbang menimpa kabel listrik", "banyu calap sampai ka rumah warga",
	"PDAM tidak mengalir sejak kemarin di perumahan Bukit Indah blok C no. 7", "pengurusan KTP dipersulit petugas loket minta uang",
}

// reading names the way in which features are made of texts: it changes with
// the words, the grammar of places or the format.
func reading() string {
	h := fnv.New64a()
	for _, p := range probes {
		f := incident.Default().Features(incident.Report{Key: "probe", Text: p, Category: "banjir-drainase", Stated: "64.72.03.1004"})
		b, _ := f.MarshalBinary() // never fails
		_, _ = h.Write(b)
		for _, block := range f.Blocks() {
			_, _ = fmt.Fprintf(h, "%x ", block)
		}
	}
	return strconv.FormatUint(h.Sum64(), 16)
}

// learnGrouping learns from officers' merges and splits how to weigh the
// evidence of links. When the weights change, all reports are grouped anew by
// them, in the transaction that stores them.
func (a *analyst) learnGrouping(ctx context.Context) error {
	release, ok, err := a.db.TryLock(ctx, "analisis")
	if err != nil || !ok {
		return err
	}
	defer release()
	pairs, err := a.db.RuledPairs(ctx)
	if err != nil {
		return err
	}
	lessons := make([]incident.Lesson, 0, len(pairs))
	for _, p := range pairs {
		l := incident.Lesson{Same: p.Same}
		var errA, errB error
		l.A, errA = incident.UnmarshalFeatures(p.A)
		l.B, errB = incident.UnmarshalFeatures(p.B)
		if errA == nil && errB == nil { // else they wait for being read anew
			lessons = append(lessons, l)
		}
	}
	model, err := json.Marshal(incident.Learn(lessons))
	if err != nil {
		return fmt.Errorf("encode the weights of links: %w", err)
	}
	had, err := a.weights(ctx)
	if err != nil {
		return err
	}
	if old, err := json.Marshal(had); err == nil && bytes.Equal(old, model) {
		return nil
	}
	if err := a.regroupBy(ctx, model); err != nil {
		return err
	}
	a.log.Info("Learned from officers how to weigh links", "rulings", len(lessons))
	return nil
}

// weights are what links are made with: the default until officers have
// taught, on whatever node.
func (a *analyst) weights(ctx context.Context) (*incident.Model, error) {
	stored, err := a.db.GroupingModel(ctx)
	if err != nil || stored == nil {
		return incident.Default(), err
	}
	m := incident.Default()
	if err := json.Unmarshal(stored, m); err != nil {
		return nil, fmt.Errorf("read the weights of links: %w", err)
	}
	return m, nil
}

// catchUp prepares and analyses all that waits.
func (a *analyst) catchUp(ctx context.Context) error {
	if err := a.prepare(ctx); err != nil {
		return err
	}
	return a.settleNow(ctx)
}

// settleNow analyses all that waits, also when another process is at it.
func (a *analyst) settleNow(ctx context.Context) error {
	for {
		if err := a.drain(ctx); err != nil {
			return err
		}
		n, err := a.db.Waiting(ctx)
		if err != nil || n == 0 {
			return err
		}
		select { // another process holds the lock
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// drain works the queue off, unless another process is at it.
func (a *analyst) drain(ctx context.Context) error {
	release, ok, err := a.db.TryLock(ctx, "analisis")
	if err != nil || !ok {
		return err
	}
	defer release()
	for {
		waiting, err := a.db.Waiting(ctx)
		if err != nil || waiting == 0 {
			return err
		}
		if err := a.workOff(ctx, waiting); err != nil {
			return err
		}
		if waiting < batchSize {
			return nil // what came meanwhile stirs again
		}
	}
}

// workOff analyses as many reports as waited when it began. What is worth while
// depends on how many that are, and in a flood more come than are worked off.
func (a *analyst) workOff(ctx context.Context, waiting int) error {
	bulk := false
	if waiting >= bulkSize {
		state, err := a.db.Grouping(ctx)
		if err != nil {
			return err
		}
		// Grouping all in memory pays when much of all is new.
		bulk = waiting >= state.Reports/4
	}
	x, err := a.examination(ctx)
	if err != nil {
		return err
	}
	atOnce := min(max(batchSize, waiting/4), mostAtOnce)
	for done := 0; done < waiting; {
		pending, err := a.db.Pending(ctx, atOnce)
		if err != nil {
			return err
		}
		if len(pending) == 0 {
			break
		}
		if err := a.batch(ctx, x, pending, bulk); err != nil {
			return err
		}
		done += len(pending)
	}
	if bulk {
		return a.regroup(ctx)
	}
	return nil
}

// examination is what reports are looked at with, the same for a whole drain.
type examination struct {
	model      *classify.Model
	offices    *classify.Offices
	categories []city.Category
	gazetteer  *place.Gazetteer
	grouping   *incident.Model
	known      map[string]bool   // category slugs
	names      map[string]string // of categories by slug
	warnings   []city.Alert
	areas      city.AreaIndex
}

func (a *analyst) examination(ctx context.Context) (*examination, error) {
	categories, err := a.db.Categories(ctx)
	if err != nil {
		return nil, err
	}
	x := &examination{categories: categories, gazetteer: a.gazetteer.Load(), known: map[string]bool{}, names: map[string]string{}, areas: a.geography}
	for _, c := range categories {
		x.known[c.Slug], x.names[c.Slug] = true, c.Name
	}
	if x.model, x.offices, err = a.models.current(ctx, categories); err != nil {
		return nil, err
	}
	if x.grouping, err = a.weights(ctx); err != nil {
		return nil, err
	}
	alerts, err := a.db.Alerts(ctx, city.System)
	if err != nil {
		return nil, err
	}
	x.warnings = slices.DeleteFunc(alerts, func(al city.Alert) bool { return al.Kind != city.AlertWarning })
	return x, nil
}

// examine works out all about a report but its incident.
func (x *examination) examine(p store.PendingReport) (store.Analysis, incident.Features) {
	out := store.Analysis{
		ReportID: p.ID, QueuedAt: p.QueuedAt, Key: p.Key, CreatedAt: p.CreatedAt, Removed: p.Removed,
		Urgency: city.Info, UrgencyBy: "rules", Words: []string{},
	}
	if p.Removed {
		return out, incident.Features{Key: p.Key}
	}
	p.Text, p.Address = clipped(city.OwnWords(p.Text)), clipped(p.Address)
	guess := x.classify(p, &out)
	named := x.locate(p, &out)
	area := p.StatedArea
	if area == "" {
		area = p.ComputedArea
	}
	if area == "" {
		area = out.SetArea
	}
	if p.OfficeID == 0 && x.offices != nil {
		category := p.Category
		if category == "" {
			category = out.SetCategory
		}
		out.SetOffice, _ = x.offices.OfficeFor(category, area)
	}
	x.judge(p, area, &out)
	f := x.grouping.Features(incident.Report{
		ID: p.ID, Key: p.Key, At: p.CreatedAt, Text: p.Text, Address: p.Address, Category: p.Category, Guess: guess, Lon: p.Lon, Lat: p.Lat,
		Stated: p.StatedArea, Computed: p.ComputedArea, Said: named, Channel: p.Channel, Photo: uint64(p.Photo),
	})
	out.Features, _ = f.MarshalBinary() // never fails
	out.Blocks = f.Blocks()
	return out, f
}

// mostRead is how much of a text is looked at, in bytes: some forty times a
// usual report, so that none can keep the analysis busy.
const mostRead = 8000

func clipped(text string) string {
	if len(text) <= mostRead {
		return text
	}
	return strings.ToValidUTF8(text[:mostRead], "")
}

// classify proposes a category and returns it if it is sure. One that source
// or officer gave stands; where none is given and the machine is not sure, a
// person must decide.
func (x *examination) classify(p store.PendingReport, out *store.Analysis) (guess string) {
	if x.model == nil {
		out.Review = p.Category == ""
		return ""
	}
	pred := x.model.Classify(p.Text)
	out.Category, out.Confidence, out.Sure = pred.Label, pred.Confidence, pred.Sure && x.known[pred.Label]
	for _, proposal := range []city.Proposal{{Category: pred.Label, Confidence: pred.Confidence}, {Category: pred.Second, Confidence: pred.SecondConfidence}} {
		if x.known[proposal.Category] {
			out.Proposals = append(out.Proposals, proposal)
		}
	}
	for _, w := range pred.Words {
		out.Words = append(out.Words, w.Word)
	}
	if !x.known[out.Category] {
		out.Category = ""
	}
	if p.Category == "" {
		if out.Sure {
			out.SetCategory = out.Category
		} else {
			out.Review = true
		}
	}
	if out.Sure {
		return out.Category
	}
	return ""
}

// judge applies the rules of urgency, unless an officer has decided.
func (x *examination) judge(p store.PendingReport, area string, out *store.Analysis) {
	facts := urgency.Facts{Voices: 1, Category: p.Category}
	for _, w := range x.warnings {
		if w.Severity.Rank() > facts.Warning.Rank() && covers(w.AreaCodes, area) {
			facts.Warning = w.Severity
		}
	}
	j := urgency.Judge(p.Text, facts)
	out.Urgency = j.Level
	for _, r := range j.Reasons {
		out.UrgencyReasons = append(out.UrgencyReasons, city.Said{Text: r.Text, TextEN: r.TextEN})
	}
	if p.Urgency != "" {
		out.Urgency, out.UrgencyBy = city.Severity(p.Urgency), "officer"
		out.UrgencyReasons = []city.Said{{Text: "Ditetapkan petugas", TextEN: "Set by an officer"}}
	}
}

// covers reports whether one of the areas, none standing for the whole city,
// holds the code.
func covers(areas []string, code string) bool {
	return len(areas) == 0 || slices.ContainsFunc(areas, func(a string) bool { return city.Within(code, a) })
}
