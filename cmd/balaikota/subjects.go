package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"balaikota/backend/analysis/language"
	"balaikota/backend/city"
	"balaikota/backend/config"
	"balaikota/backend/subject"
)

// subjectDesk does what persons ask for about their own data.
type subjectDesk struct {
	db        *database
	geography *geography
	pictures  func(ctx context.Context, asker city.Asker, report int64) ([]byte, error) // nil: none can be had
	cfg       config.Privacy
	stored    func() // called after a report changed; may be nil
}

// Controller implements web.SubjectDesk.
func (d *subjectDesk) Controller() (controller, contact string) {
	if d.cfg.PrivacyController != "" {
		return d.cfg.PrivacyController, d.cfg.PrivacyContact
	}
	return "Pemerintah " + d.db.city.Name, d.cfg.PrivacyContact
}

// Correct implements web.SubjectDesk: the kelurahan of a new point and the search
// words are worked out as at the door that all reports enter by.
func (d *subjectDesk) Correct(ctx context.Context, by city.Actor, asker city.Asker, id int64, c city.SubjectChange) error {
	c.Stems = func(text, address string) string { return strings.Join(language.Words(text+" "+address), " ") }
	if c.Lon != nil && c.Lat != nil {
		r := city.Report{Lon: c.Lon, Lat: c.Lat}
		d.geography.index.Load().Settle(&r)
		if r.ComputedArea == "" {
			e := city.InvalidField("lon", "the point lies outside the city")
			e.Key = "error.subject_outside"
			return e
		}
		c.Lon, c.Lat, c.Area = r.Lon, r.Lat, r.ComputedArea
	}
	if err := d.db.CorrectSubject(ctx, by, asker, id, c); err != nil {
		return err
	}
	if d.stored != nil {
		d.stored()
	}
	return nil
}

// copying hands a person's data to whoever writes their copy.
type copying struct {
	desk  *subjectDesk
	by    city.Actor
	asker city.Asker
	id    int64
}

// Copy implements subject.Source.
func (c copying) Copy(ctx context.Context, head func(city.SubjectCopyHead) error, each func(city.SubjectData) error) error {
	return c.desk.db.CopySubject(ctx, c.by, c.asker, c.id, head, each)
}

// Picture implements subject.Source.
func (c copying) Picture(ctx context.Context, report int64) ([]byte, error) {
	if c.desk.pictures == nil {
		return nil, errors.New("no pictures can be fetched here")
	}
	return c.desk.pictures(ctx, c.asker, report)
}

// Sound implements subject.Source.
func (c copying) Sound(ctx context.Context, report, note int64) ([]byte, error) {
	_, sound, err := c.desk.db.VoiceSound(ctx, c.asker, report, note)
	return sound, err
}

// Copy implements web.SubjectDesk.
func (d *subjectDesk) Copy(ctx context.Context, by city.Actor, asker city.Asker, id int64, begin func(city.SubjectCopyHead) io.Writer) error {
	controller, contact := d.Controller()
	return subject.Write(ctx, copying{d, by, asker, id}, controller, contact, begin)
}

// watchSubjects reminds operators of requests whose time ends soon or has ended.
func (s *serving) watchSubjects(ctx context.Context) error {
	_, err := s.db.TellSubjects(ctx, s.teller.Offered())
	return err
}

// subjectFinding says how requests about personal data stand.
func (d *database) subjectFinding(ctx context.Context) finding {
	f := finding{What: "data pribadi"}
	state, err := d.SubjectsStand(ctx)
	switch {
	case err != nil:
		f.Detail = oneLine(err)
	case state.Late > 0:
		f.Detail = fmt.Sprintf("%d dari %d permintaan melewati batas waktunya", state.Late, state.Open)
		f.Remedy = "meet or refuse them now: Pengaturan, Permintaan data pribadi; balaikota subject list"
	default:
		f.OK, f.Detail = true, fmt.Sprintf("%d permintaan menunggu", state.Open)
		if state.Next != nil {
			f.Detail += ", terdekat sampai " + city.FormatMoment(*state.Next, d.zone(), d.city.ZoneLabel)
		}
	}
	return f
}

// zone is the city's, UTC when it cannot be loaded.
func (d *database) zone() *time.Location {
	if zone, err := time.LoadLocation(d.city.Timezone); err == nil {
		return zone
	}
	return time.UTC
}

type subjectCommand struct {
	List subjectListCommand `cmd:"" help:"List the requests of persons about their own data, those due first before others."`
	Copy subjectCopyCommand `cmd:"" help:"Write the copy for a request whose asker proved who they are, as a ZIP."`
}

type subjectListCommand struct{}

// Run lists the requests.
func (c *subjectListCommand) Run(in *invocation) error {
	return withDatabase(in, func(d *database) error {
		all, err := d.Subjects(in.ctx, city.Asker{Role: city.Operator})
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(in.stdout, 0, 8, 2, ' ', 0)
		for _, r := range all.Items {
			late := ""
			if r.Late {
				late = "terlambat"
			}
			if _, err := fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%d laporan\n", r.ID, r.Kind, r.State, city.FormatMoment(r.DueAt, d.zone(), d.city.ZoneLabel), late, r.Reports); err != nil {
				return err
			}
		}
		return w.Flush()
	})
}

type subjectCopyCommand struct {
	config.Privacy
	Number int64  `arg:"" help:"The request's number."`
	Out    string `required:"" placeholder:"FILE" help:"Where the ZIP is written; a file that is there is not replaced."`
}

// Run writes the copy. Pictures are fetched by the server alone: the page names
// where they lie.
func (c *subjectCopyCommand) Run(in *invocation) error {
	return withDatabase(in, func(d *database) (err error) {
		var file *os.File
		var opened error
		desk := &subjectDesk{db: d, cfg: c.Privacy}
		err = desk.Copy(in.ctx, city.CommandLine, city.Asker{Role: city.Operator}, c.Number, func(city.SubjectCopyHead) io.Writer {
			if file, opened = os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600); opened != nil {
				return failing{opened}
			}
			return file
		})
		if file == nil {
			return err
		}
		return errors.Join(err, file.Close())
	})
}

// failing is a writer that cannot write.
type failing struct{ err error }

func (f failing) Write([]byte) (int, error) {
	return 0, city.Wrap(city.Invalid, f.err, "the copy cannot be written there")
}
