package proof_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"balaikota/backend/analysis/picture"
	"balaikota/backend/analysis/proof"
	"balaikota/backend/city"
)

var (
	received = time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)
	wita     = time.FixedZone("WITA", 8*3600)
	work     = proof.Point{Lon: 117.15, Lat: -0.5}
)

// honest is an officer's picture of the place, taken inside the app.
func honest(change ...func(*proof.Evidence)) proof.Evidence {
	e := proof.Evidence{
		Stage: "after", Token: "good", TakenAt: new(received.Add(-time.Hour)), ReceivedAt: received, SentAt: received.Add(-48 * time.Hour),
		AcceptedAt: new(received.Add(-40 * time.Hour)), Zone: wita, Phone: &proof.Point{Lon: 117.1502, Lat: -0.5001}, Accuracy: 12, Work: &work,
		Device: "a", Devices: []string{"a"}, Compared: 12345, Before: &picture.Facing{Matches: 40, Spread: 0.6}, BeforeID: 7,
		Sight: picture.Sight{Legibility: picture.Legibility{Sharp: 30, Mean: 120, Spread: 40}, Noise: 0.6, Peak: 4},
	}
	for _, c := range change {
		c(&e)
	}
	return e
}

func TestOneThingAtATime(t *testing.T) {
	t.Parallel()
	type change = func(*proof.Evidence)
	for name, c := range map[string]struct {
		change  change
		check   city.ProofCheckName
		outcome string
		verdict city.ProofVerdict
	}{
		"all is well":            {func(*proof.Evidence) {}, city.CheckSame, "baik", "sah"},
		"no token":               {func(e *proof.Evidence) { e.Token = "none" }, city.CheckToken, "ragu", "ragu"},
		"a token used before":    {func(e *proof.Evidence) { e.Token = "used" }, city.CheckToken, "buruk", "ragu"},
		"another's token":        {func(e *proof.Evidence) { e.Token = "foreign" }, city.CheckToken, "buruk", "ragu"},
		"300 m away":             {func(e *proof.Evidence) { e.Phone.Lon += 0.003 }, city.CheckPlace, "ragu", "ragu"},
		"11 km away":             {func(e *proof.Evidence) { e.Phone.Lon += 0.1 }, city.CheckPlace, "buruk", "ragu"},
		"no place":               {func(e *proof.Evidence) { e.Phone = nil }, city.CheckPlace, "ragu", "ragu"},
		"the camera elsewhere":   {func(e *proof.Evidence) { e.Sight.Metadata.Lat, e.Sight.Metadata.Lon = new(-0.55), new(117.15) }, city.CheckPlace, "buruk", "ragu"},
		"inside the kelurahan":   {func(e *proof.Evidence) { e.Work, e.AreaName, e.InArea = nil, "Air Putih", true }, city.CheckPlace, "baik", "sah"},
		"outside the kelurahan":  {func(e *proof.Evidence) { e.Work, e.AreaName = nil, "Air Putih" }, city.CheckPlace, "buruk", "ragu"},
		"before the order":       {func(e *proof.Evidence) { e.TakenAt = new(e.SentAt.Add(-time.Hour)) }, city.CheckTime, "buruk", "ragu"},
		"before it was taken on": {func(e *proof.Evidence) { e.TakenAt = new(e.SentAt.Add(time.Hour)) }, city.CheckTime, "ragu", "sah"},
		"two days offline":       {func(e *proof.Evidence) { e.ReceivedAt = received.Add(47 * time.Hour) }, city.CheckTime, "baik", "sah"},
		"EXIF of last month":     {func(e *proof.Evidence) { e.Sight.Metadata.Taken = "2026:10:21 11:00:00" }, city.CheckTime, "buruk", "ragu"},
		"EXIF without an offset": {func(e *proof.Evidence) { e.Sight.Metadata.Taken = "2026:11:21 11:00:00" }, city.CheckTime, "baik", "sah"},
		"EXIF with an offset": {func(e *proof.Evidence) {
			e.Sight.Metadata.Taken, e.Sight.Metadata.Offset = "2026:11:21 10:00:00", "+07:00"
		}, city.CheckTime, "baik", "sah"},
		"a new phone":     {func(e *proof.Evidence) { e.Device = "b" }, city.CheckDevice, "ragu", "sah"},
		"the first proof": {func(e *proof.Evidence) { e.Devices = nil }, city.CheckDevice, "tidak-diperiksa", "sah"},
		"the same file":   {func(e *proof.Evidence) { e.Same = []proof.Again{{ProofID: 3, Exact: true}} }, city.CheckSame, "buruk", "ragu"},
		"cut from an earlier one": {func(e *proof.Evidence) {
			e.Same = []proof.Again{{ProofID: 3, Likeness: picture.Likeness{Same: 0.9, Overlap: 1}}}
		}, city.CheckSame, "buruk", "ragu"},
		"an earlier one, from a screen": {func(e *proof.Evidence) {
			e.Same = []proof.Again{{ProofID: 3, Likeness: picture.Likeness{Same: 0.9, Structure: 1, Overlap: 1, Screen: true}}}
		}, city.CheckSame, "buruk", "ragu"},
		"the reporter's picture": {func(e *proof.Evidence) { e.Same = []proof.Again{{ReportID: 3}} }, city.CheckSame, "ragu", "ragu"},
		"another view":           {func(e *proof.Evidence) { e.Before.Matches = 3 }, city.CheckView, "ragu", "sah"},
		"nothing before":         {func(e *proof.Evidence) { e.Before = nil }, city.CheckView, "tidak-diperiksa", "sah"},
		"made":                   {func(e *proof.Evidence) { e.Sight.Metadata.Generator = "midjourney" }, city.CheckEdited, "buruk", "ragu"},
		"edited":                 {func(e *proof.Evidence) { e.Sight.Metadata.Editor = "gimp" }, city.CheckEdited, "ragu", "ragu"},
		"painted":                {func(e *proof.Evidence) { e.Sight.Painted.Score = 30 }, city.CheckEdited, "ragu", "sah"},
		"copied within":          {func(e *proof.Evidence) { e.Sight.Copied.Score = 30 }, city.CheckEdited, "ragu", "sah"},
		"painted, another view":  {func(e *proof.Evidence) { e.Sight.Painted.Score, e.Before.Matches = 30, 3 }, city.CheckEdited, "ragu", "ragu"},
		"copied, on a screen":    {func(e *proof.Evidence) { e.Sight.Copied.Score, e.Sight.Peak = 30, 60 }, city.CheckEdited, "ragu", "ragu"},
		"no noise at all":        {func(e *proof.Evidence) { e.Sight.Noise = 0.01 }, city.CheckEdited, "ragu", "ragu"},
		"noise unknown":          {func(e *proof.Evidence) { e.Sight.Noise = math.NaN() }, city.CheckEdited, "baik", "sah"},
		"changed on another day": {func(e *proof.Evidence) {
			e.Sight.Metadata.Taken, e.Sight.Metadata.Changed = "2026:11:21 11:00:00", "2026:11:23 11:00:00"
		}, city.CheckMetadata, "ragu", "sah"},
		"a screen":             {func(e *proof.Evidence) { e.Sight.Peak = 60 }, city.CheckScreen, "ragu", "ragu"},
		"blurred":              {func(e *proof.Evidence) { e.Sight.Legibility.Sharp = 1 }, city.CheckLegible, "ragu", "sah"},
		"a finger on the lens": {func(e *proof.Evidence) { e.Sight.Legibility.Spread = 2 }, city.CheckLegible, "buruk", "ragu"},
		"two lesser doubts":    {func(e *proof.Evidence) { e.Device, e.Before.Matches = "b", 3 }, city.CheckView, "ragu", "ragu"},
	} {
		checks := proof.Check(honest(c.change))
		verdict, words := proof.Judge(checks)
		if verdict != c.verdict {
			t.Errorf("%s: %s: %s", name, verdict, words.TextEN)
		}
		for _, k := range checks {
			if k.Name == c.check && k.Outcome != c.outcome {
				t.Errorf("%s: %s is %s: %s", name, k.Name, k.Outcome, k.TextEN)
			}
			if k.Text == "" || k.TextEN == "" || !strings.HasSuffix(k.Text, ".") {
				t.Errorf("%s: %s says %q", name, k.Name, k.Text)
			}
			if k.Outcome == "buruk" && (k.Name == city.CheckSame || k.Name == city.CheckEdited) && k.LookAt == nil {
				t.Errorf("%s: %s does not say what to look at", name, k.Name)
			}
		}
	}
}

// TestNoMachineRejects: whatever is wrong at once, a person decides.
func TestNoMachineRejects(t *testing.T) {
	t.Parallel()
	checks := proof.Check(proof.Evidence{Token: "foreign", ReceivedAt: received, SentAt: received, Same: []proof.Again{{ProofID: 1, Exact: true}}})
	verdict, words := proof.Judge(checks)
	if verdict != city.VerdictDoubtful || !strings.Contains(words.Text, "orang kedua") {
		t.Errorf("%s: %s", verdict, words.Text)
	}
	if len(checks) != 10 {
		t.Errorf("%d checks", len(checks))
	}
}

// TestDistance: Samarinda to Balikpapan, and a degree on the equator, which is
// 111.195 km on this sphere.
func TestDistance(t *testing.T) {
	t.Parallel()
	if d := proof.Distance(proof.Point{Lon: 0}, proof.Point{Lon: 1}); math.Abs(d-111195) > 1 {
		t.Error(d)
	}
	if d := proof.Distance(work, work); d != 0 {
		t.Error(d)
	}
}
