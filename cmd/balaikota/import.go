package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/geo"
	"balaikota/backend/importing"
	"balaikota/backend/pack"
	"balaikota/connectors"
)

type importCommand struct {
	Kind  string   `arg:"" enum:"areas,reports,observations,indicators,categories,holidays,invoice" help:"What the files hold: ${enum}."`
	Files []string `arg:"" name:"file" help:"GeoJSON for areas; CSV with header, XLSX, JSON lines or a JSON array for the others."`

	JSON     bool   `name:"json" help:"Print one JSON line a file."`
	Refused  string `placeholder:"FILE" help:"Where refused rows go with their reason; below --data if empty."`
	Source   string `placeholder:"SLUG" default:"impor" help:"Source that reports and observations are counted under."`
	NewCity  string `placeholder:"CODE" help:"For areas: make the database serve the city with this Kemendagri code. Only while it holds no reports."`
	CityName string `placeholder:"NAME" help:"The new city's name, where the file has none."`
	From     string `placeholder:"TEXT" help:"For areas: whose borders they are, for the map's footer; the file's name if empty."`
}

// imported is what became of one file.
type imported struct {
	Kind string `json:"kind"`
	File string `json:"file"`
	city.Tally
	RefusedFile string      `json:"refused_file,omitempty"`
	Used        [][2]string `json:"used_columns,omitempty"`
	Ignored     []string    `json:"ignored_columns,omitempty"`
}

// Run imports the files one after the other.
func (c *importCommand) Run(in *invocation) error {
	return withDatabase(in, func(d *database) error {
		for _, file := range c.Files {
			done, err := c.one(in, d, file)
			if err != nil && !strings.Contains(err.Error(), filepath.Base(file)) {
				err = fmt.Errorf("%s: %w", filepath.Base(file), err)
			}
			if err != nil {
				return err
			}
			if err := c.tell(in.stdout, done); err != nil {
				return err
			}
		}
		return nil
	})
}

func (c *importCommand) tell(w io.Writer, done imported) error {
	if c.JSON {
		return json.NewEncoder(w).Encode(done)
	}
	line := fmt.Sprintf("%s: dibaca %d, baru %d, berubah %d, tetap %d, ditolak %d", done.File, done.Read, done.Added, done.Changed, done.Unchanged, done.Refused)
	if done.RefusedFile != "" {
		line += "; baris yang ditolak ada di " + done.RefusedFile
	}
	if len(done.Used) > 0 {
		var columns []string
		for _, u := range done.Used {
			columns = append(columns, strings.Join(strings.Fields(u[0]), " ")+" → "+u[1])
		}
		line += "; kolom: " + strings.Join(columns, ", ")
	}
	if len(done.Ignored) > 0 {
		line += "; kolom yang tidak dipakai: " + strings.Join(done.Ignored, ", ")
	}
	_, err := fmt.Fprintln(w, line)
	return err
}

func (c *importCommand) one(in *invocation, d *database, file string) (imported, error) {
	done := imported{Kind: c.Kind, File: filepath.Base(file)}
	if c.Kind == "areas" {
		tally, refused, err := c.areas(in, d, file)
		done.Tally = tally
		if err == nil && len(refused) > 0 {
			err = areasRefused(refused)
		}
		return done, err
	}
	geography, err := newGeography(in.ctx, d.Store)
	if err != nil {
		return done, err
	}
	env, err := d.importEnv(in.ctx, geography)
	if err != nil {
		return done, err
	}
	rows, err := importing.Open(file, importing.Kind(c.Kind))
	if err != nil {
		return done, err
	}
	defer rows.Close()
	done.Used, done.Ignored = rows.Used(), rows.Ignored()
	if done.RefusedFile = c.Refused; done.RefusedFile == "" {
		done.RefusedFile = filepath.Join(in.db.Data, "ditolak", strings.TrimSuffix(done.File, filepath.Ext(done.File))+"-"+c.Kind+".csv")
	}
	if err := os.MkdirAll(filepath.Dir(done.RefusedFile), 0o755); err != nil {
		return done, fmt.Errorf("make the folder for refused rows: %w", err)
	}
	job := &importJob{
		ctx: in.ctx, db: d, door: &intake{store: d.Store, geography: geography}, env: env, rows: rows,
		refused: importing.NewRefusedFile(done.RefusedFile), source: c.Source, progress: terminal(in.stderr), file: done.File,
	}
	err = job.ended(job.run(importing.Kind(c.Kind)))
	n, cerr := job.refused.Close()
	done.Tally = job.tally
	if n == 0 {
		done.RefusedFile = ""
	}
	return done, errors.Join(err, cerr)
}

// importBatch is how many rows one transaction takes: an import that is killed
// has stored whole batches, and running it again stores the rest.
const importBatch = 2000

// importJob reads one file into the database.
type importJob struct {
	ctx      context.Context
	db       *database
	door     *intake
	env      importing.Env
	rows     *importing.Rows
	refused  *importing.RefusedFile
	source   string
	progress io.Writer
	file     string
	tally    city.Tally
	// delivered is the source that rows went to, 0 before the first.
	delivered int64
	began     time.Time
}

func (j *importJob) run(kind importing.Kind) error {
	switch kind {
	case importing.Reports:
		if err := importRows(j, importing.Report, func(rs []city.Report) (city.Tally, error) { return j.ingest(city.Delivery{Reports: rs}) }); err != nil {
			return err
		}
		_, err := j.db.SealReports(j.ctx) // so that questions are quick before any server has run
		return err
	case importing.Observations:
		return importRows(j, importing.Observation, func(os []city.Observation) (city.Tally, error) {
			return j.ingest(city.Delivery{Observations: os})
		})
	case importing.Indicators:
		return importRows(j, importing.Indicator, func(is []city.Indicator) (city.Tally, error) { return j.db.SaveIndicators(j.ctx, is) })
	case importing.Categories:
		return importRows(j, importing.Category, func(cs []city.Category) (city.Tally, error) { return j.db.SaveCategories(j.ctx, cs) })
	case importing.Holidays:
		return importRows(j, importing.Holiday, func(hs []city.Holiday) (city.Tally, error) { return j.db.SaveHolidays(j.ctx, hs) })
	case importing.Invoices:
		return importRows(j, importing.Invoice, func(is []city.AIInvoice) (city.Tally, error) {
			return j.db.SaveAIInvoices(j.ctx, city.CommandLine, is)
		})
	}
	return city.InvalidField("kind", "there is no import of %q", kind)
}

func (j *importJob) ingest(d city.Delivery) (city.Tally, error) {
	id, err := j.db.ownSource(j.ctx, j.source, "Impor berkas")
	if err != nil {
		return city.Tally{}, err
	}
	d.SourceID = id
	if j.delivered == 0 {
		j.delivered, j.began = id, time.Now()
	}
	return j.door.Ingest(j.ctx, d)
}

// ended writes the import into its source's log, as one run whatever batches it
// took; cause is why it ended early. One that delivered nothing is no run.
func (j *importJob) ended(cause error) error {
	if j.delivered == 0 || j.ctx.Err() != nil {
		return cause
	}
	a := city.Attempt{Started: j.began, Finished: time.Now(), Err: cause, Before: j.tally}
	_, err := j.door.Ingest(j.ctx, city.Delivery{SourceID: j.delivered, Attempt: &a})
	return errors.Join(cause, err)
}

// importRows reads every row with read and saves them in batches.
func importRows[T any](j *importJob, read func(importing.Row, importing.Env) (T, *importing.Refused), save func([]T) (city.Tally, error)) error {
	var batch []T
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		t, err := save(batch)
		if err != nil {
			return err
		}
		j.tally.Added, j.tally.Changed = j.tally.Added+t.Added, j.tally.Changed+t.Changed
		j.tally.Unchanged, j.tally.Refused = j.tally.Unchanged+t.Unchanged, j.tally.Refused+t.Refused
		batch = batch[:0]
		if j.progress != nil {
			_, _ = fmt.Fprintf(j.progress, "\r%s: %d baris", j.file, j.tally.Read) // only for eyes
		}
		return nil
	}
	for {
		row, err := j.rows.Next()
		var bad *importing.Refused
		switch {
		case errors.Is(err, io.EOF):
			err := flush()
			if j.progress != nil {
				_, _ = fmt.Fprint(j.progress, "\r\x1b[K")
			}
			return err
		case errors.As(err, &bad):
		case err != nil:
			return errors.Join(err, flush())
		}
		j.tally.Read++
		var v T
		if bad == nil {
			v, bad = read(row, j.env)
		}
		if bad != nil {
			j.tally.Refused++
			if err := j.refused.Write(j.rows.Names(), row, bad); err != nil {
				return err
			}
			continue
		}
		if batch = append(batch, v); len(batch) == importBatch {
			if err := flush(); err != nil {
				return err
			}
		}
	}
}

// areas replaces the outlines of the city's areas, or lays out a new city.
func (c *importCommand) areas(in *invocation, d *database, file string) (city.Tally, []city.Refusal, error) {
	f, err := os.Open(file)
	if err != nil {
		return city.Tally{}, nil, city.Wrap(city.Invalid, err, "the file cannot be opened; check its name and rights")
	}
	defer f.Close()
	known, err := d.Areas(in.ctx)
	if err != nil {
		return city.Tally{}, nil, err
	}
	opt := geo.ParseOptions{Known: known, City: d.city.Code, File: filepath.Base(file), Source: c.From}
	if c.NewCity != "" && c.NewCity != d.city.Code {
		opt.Known, opt.City, opt.NewCity, opt.CityName = nil, c.NewCity, true, c.CityName
	}
	areas, refused, err := geo.ParseAreas(f, opt)
	if foreign, ok := errors.AsType[*geo.ForeignCity](err); ok && c.NewCity == "" {
		if opt, err = d.begin(in, f, opt, foreign, c.CityName); err == nil {
			areas, refused, err = geo.ParseAreas(f, opt)
		}
	}
	if err != nil || len(refused) > 0 {
		return city.Tally{Read: len(areas) + len(refused), Refused: len(refused)}, refused, err
	}
	if opt.NewCity {
		tally, err := d.newCity(in.ctx, opt.City, areas)
		return tally, nil, err
	}
	tally, err := d.SaveAreas(in.ctx, areas)
	return tally, nil, err
}

// begin makes the first file of another city lay that city out, while the
// database was never used for ours; else it gives the refusal back.
func (d *database) begin(in *invocation, f io.Seeker, opt geo.ParseOptions, foreign *geo.ForeignCity, name string) (geo.ParseOptions, error) {
	unused, err := d.Unused(in.ctx)
	if err != nil {
		return opt, err
	}
	if !unused {
		return opt, foreign
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return opt, fmt.Errorf("read the file again: %w", err)
	}
	opt.Known, opt.City, opt.NewCity = nil, foreign.Code, true
	opt.CityName = cmp.Or(name, foreign.Name, pack.CityName(foreign.Code), "Kota "+foreign.Code)
	in.log.Warn("The database was not in use yet and now serves the city of this file", "city", opt.CityName, "code", foreign.Code)
	return opt, nil
}

// areasRefused says what is wrong with a border file: it is taken whole or not
// at all, because borders with a hole in them are worse than approximate ones.
func areasRefused(refused []city.Refusal) error {
	lines := make([]string, 0, 3)
	for _, r := range refused[:min(3, len(refused))] {
		lines = append(lines, r.Place+": "+r.Reason)
	}
	more := ""
	if len(refused) > 3 {
		more = fmt.Sprintf(" (and %d more)", len(refused)-3)
	}
	return city.Errorf(city.Invalid, "%d areas are refused and nothing was changed: %s%s", len(refused), strings.Join(lines, "; "), more)
}

// newCity makes an empty database serve another city.
func (d *database) newCity(ctx context.Context, code string, areas []city.Area) (city.Tally, error) {
	name := code
	for _, a := range areas {
		if a.Code == code {
			name = a.Name
		}
	}
	zone, label := city.ZoneOfProvince(code)
	err := d.ReplaceCity(ctx, city.Setting{Code: code, Name: name, Timezone: zone, ZoneLabel: label}, areas)
	return city.Tally{Read: len(areas), Added: len(areas)}, err
}

// openRows opens import files for connectors that watch folders.
func (d *database) openRows(areas city.AreaIndex) connectors.OpenRowsFunc {
	return func(ctx context.Context, kind, path string) (connectors.RowReader, error) {
		env, err := d.importEnv(ctx, areas)
		if err != nil {
			return nil, err
		}
		rows, err := importing.Open(path, importing.Kind(kind))
		if err != nil {
			return nil, err
		}
		return &rowReader{rows: rows, env: env, kind: importing.Kind(kind)}, nil
	}
}

// rowReader offers an import file's rows to a connector.
type rowReader struct {
	rows *importing.Rows
	env  importing.Env
	kind importing.Kind
}

// Close implements connectors.RowReader.
func (r *rowReader) Close() error { return r.rows.Close() }

// Columns tells which heading became which field, for a trial.
func (r *rowReader) Columns() (out []city.MappedField) {
	for _, u := range r.rows.Used() {
		out = append(out, city.MappedField{Field: u[1], From: strings.Join(strings.Fields(u[0]), " ")})
	}
	return out
}

// Next implements connectors.RowReader.
func (r *rowReader) Next() (connectors.Row, error) {
	row, err := r.rows.Next()
	var bad *importing.Refused
	if err != nil && !errors.As(err, &bad) {
		return connectors.Row{}, err
	}
	out := connectors.Row{Number: row.Number}
	if bad == nil {
		if r.kind == importing.Observations {
			var o city.Observation
			o, bad = importing.Observation(row, r.env)
			out.Observation = &o
		} else {
			var rep city.Report
			rep, bad = importing.Report(row, r.env)
			out.Report = &rep
		}
	}
	if bad != nil {
		out.Report, out.Observation, out.Refused = nil, nil, &bad.Refusal
	}
	return out, nil
}
