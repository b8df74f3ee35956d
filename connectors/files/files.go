// Package files watches a folder, here or on an SFTP server, and takes in what
// other systems put there: CSV, XLSX and JSON lines with reports or observations.
// It waits until a file is complete, reads it in pages, goes on where it was after
// a crash, and knows a file by its content. It may import connectors and backend/city; the
// reading of the files itself is handed in (connectors.Env.OpenRows).
package files

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// Config is the configuration of a files source.
type Config struct {
	Folder   string              `json:"folder" required:"true" format:"folder" label:"Folder" label_id:"Folder" doc:"Folder to watch, here or on the server." doc_id:"Folder yang diawasi, di sini atau di server." example:"/srv/balaikota/masuk"`
	Server   Server              `json:"server" label:"SFTP server" label_id:"Server SFTP" doc:"Where the folder is; this machine when empty." doc_id:"Letak folder; mesin ini bila kosong."`
	Kind     string              `json:"kind" required:"true" enum:"reports,observations" label:"Content" label_id:"Isi" doc:"What the files hold, in the columns of balaikota import." doc_id:"Isi berkas, dengan kolom seperti pada balaikota import."`
	Patterns []string            `json:"patterns" default:"*.csv,*.tsv,*.xlsx,*.jsonl,*.ndjson,*.json" label:"File names" label_id:"Nama berkas" doc:"Names to take; letters of either case. Hidden and half-written files (.part, .tmp, ~$…) are never taken." doc_id:"Pola nama yang diambil, huruf besar atau kecil. Berkas tersembunyi atau belum selesai (.part, .tmp, ~$…) tidak diambil."`
	Settle   connectors.Duration `json:"settle" default:"10s" label:"Wait until unchanged for" label_id:"Tunggu sampai tidak berubah" doc:"A file is complete when it has not changed for this long." doc_id:"Berkas dianggap selesai bila tidak berubah selama ini."`
	Done     string              `json:"done" format:"folder" label:"Folder of finished files" label_id:"Folder berkas selesai" doc:"Where finished files are moved, on the same disk. Nothing is moved if empty." doc_id:"Tempat berkas yang selesai dipindahkan, di diska yang sama. Bila kosong tidak ada yang dipindahkan."`
	PageRows int                 `json:"page_rows" default:"500" label:"Rows a page" label_id:"Baris per halaman" doc:"Rows stored in one transaction." doc_id:"Banyaknya baris yang disimpan sekali jalan."`
}

// Validate checks what tags cannot say.
func (c *Config) Validate() error {
	if c.PageRows < 1 || c.PageRows > 10_000 {
		return city.InvalidField("page_rows", "must be between 1 and 10000")
	}
	for i, p := range c.Patterns {
		if _, err := filepath.Match(p, "x"); err != nil || filepath.Base(p) != p {
			return city.InvalidField(fmt.Sprintf("patterns[%d]", i), "is not a pattern of file names; write for example *.csv")
		}
	}
	if c.Done != "" && filepath.Clean(c.Done) == filepath.Clean(c.Folder) {
		return city.InvalidField("done", "must be another folder than the one that is watched")
	}
	return c.Server.check(c)
}

// Spec declares the connector.
var Spec = connectors.Define(connectors.Spec{
	Name:  "files",
	Title: connectors.Text{ID: "Berkas dalam folder", EN: "Files in a folder"},
	Description: connectors.Text{
		ID: "Berkas CSV, XLSX, atau JSON lines yang ditaruh sistem lain di sebuah folder, di mesin ini atau di server SFTP.",
		EN: "CSV, XLSX or JSON lines files that other systems put into a folder, on this machine or on an SFTP server.",
	},
	Schedule: "@every 1m",
	Brings:   []string{"reports", "observations"},
}, newConnector)

// connector is one run of a files source.
type connector struct {
	cfg   Config
	env   connectors.Env
	place place
	// open is the file that is being read, at row number rows.
	open connectors.RowReader
	name string
	rows int
	// columns are those of the last file that was opened.
	columns []city.MappedField
}

// Mapped implements connectors.Mapper: which heading of the last file that was
// opened became which field. What the cells hold is not told.
func (c *connector) Mapped(context.Context) []city.MappedField { return c.columns }

func newConnector(cfg Config, env connectors.Env) (connectors.Connector, error) {
	if env.OpenRows == nil {
		return nil, errors.New("this program has no reader for files (connectors.Env.OpenRows is not wired)")
	}
	c := &connector{cfg: cfg, env: env, place: here{cfg.Folder}}
	if cfg.Server.Host != "" {
		remote, err := newRemote(cfg, env)
		if err != nil {
			return nil, err
		}
		c.place = remote
	}
	return c, nil
}

// Close closes the file that was being read, and the connection to its server.
func (c *connector) Close() error {
	return errors.Join(c.shut(), c.place.close())
}

// shut closes the file that was being read.
func (c *connector) shut() error {
	if c.open == nil {
		return nil
	}
	err := c.open.Close()
	c.open = nil
	if err != nil {
		return fmt.Errorf("close %s: %w", c.name, err)
	}
	return nil
}

// Pull hands over the next page of the file in progress, or of the oldest
// complete file that is not finished.
func (c *connector) Pull(ctx context.Context, raw json.RawMessage) (connectors.Page, error) {
	var cur cursor
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &cur); err != nil {
			return connectors.Page{}, fmt.Errorf("read the cursor: %w", err)
		}
	}
	// What the cursor calls finished is stored for good, so it may move now.
	if err := c.moveFinished(&cur); err != nil {
		return connectors.Page{}, err
	}
	stop := c.place.during(ctx)
	defer stop()
	found, err := c.list(ctx)
	if err != nil {
		return connectors.Page{}, err
	}
	cur.forgetGone(found)
	ready := c.ready(&cur, found)
	var page connectors.Page
	if len(ready) > 0 {
		if page, err = c.readPage(ctx, &cur, ready[0]); err != nil {
			return connectors.Page{}, err
		}
		page.More = cur.File != nil || len(ready) > 1
	}
	if page.Cursor, err = json.Marshal(cur); err != nil {
		return connectors.Page{}, fmt.Errorf("write the cursor: %w", err)
	}
	return page, nil
}

// readPage reads the next rows of a file.
func (c *connector) readPage(ctx context.Context, cur *cursor, f entry) (connectors.Page, error) {
	var page connectors.Page
	if cur.File == nil || cur.File.Name != f.Name || cur.File.Size != f.Size || !cur.File.Modified.Equal(f.Modified) {
		path, err := c.place.fetch(ctx, f)
		if err != nil {
			cur.File = &progress{entry: f}
			return c.refuseFile(cur, err)
		}
		sum, err := hashFile(path)
		if err != nil {
			return page, err
		}
		if cur.knows(sum) { // the same content under another name or date
			cur.finish(f, sum, c.cfg.Done != "")
			return page, nil
		}
		cur.File = &progress{entry: f, Sum: sum}
	}
	if err := c.openAt(ctx, cur.File); err != nil {
		return c.refuseFile(cur, err)
	}
	for range c.cfg.PageRows {
		row, err := c.open.Next()
		if errors.Is(err, io.EOF) {
			return page, c.finishFile(cur)
		}
		if err != nil {
			rest, err := c.refuseFile(cur, err)
			page.Refused = append(page.Refused, rest.Refused...)
			return page, err
		}
		c.rows++
		take(&page, row)
	}
	cur.File.Rows = c.rows
	return page, nil
}

func take(page *connectors.Page, row connectors.Row) {
	switch {
	case row.Report != nil:
		page.Reports = append(page.Reports, *row.Report)
	case row.Observation != nil:
		page.Observations = append(page.Observations, *row.Observation)
	case row.Refused != nil:
		page.Refused = append(page.Refused, *row.Refused)
	}
}

// openAt makes the file in progress open at its row: as it is from the page
// before, or opened anew and the finished rows passed over.
func (c *connector) openAt(ctx context.Context, p *progress) error {
	if c.open != nil && c.name == p.Name && c.rows == p.Rows {
		return nil
	}
	if err := c.shut(); err != nil {
		return err
	}
	path, err := c.place.fetch(ctx, p.entry)
	if err != nil {
		return err
	}
	rows, err := c.env.OpenRows(ctx, c.cfg.Kind, path)
	if err != nil {
		return err
	}
	c.open, c.name, c.rows = rows, p.Name, 0
	if says, ok := rows.(interface{ Columns() []city.MappedField }); ok {
		c.columns = says.Columns()
	}
	for c.rows < p.Rows {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := c.open.Next(); err != nil {
			if errors.Is(err, io.EOF) {
				return nil // shorter than it was: finishFile will see
			}
			return err
		}
		c.rows++
	}
	return nil
}

// refuseFile gives up a file whose content is at fault, with the reason; any
// other error is one of the moment, and the file is tried again.
func (c *connector) refuseFile(cur *cursor, err error) (connectors.Page, error) {
	var wrong *city.Error
	if !errors.As(err, &wrong) || wrong.Code != city.Invalid {
		return connectors.Page{}, fmt.Errorf("read %s: %w", cur.File.Name, err)
	}
	reason := wrong.Message
	if wrong.Field != "" && wrong.Field != cur.File.Name {
		reason = wrong.Field + ": " + reason
	}
	page := connectors.Page{Refused: []city.Refusal{{Kind: c.cfg.Kind, ExternalID: cur.File.Name, Place: cur.File.Name,
		Reason: "the rest of the file is not read: " + reason}}}
	cur.finish(cur.File.entry, cur.File.Sum, c.cfg.Done != "")
	return page, c.shut()
}

// finishFile ends a file, unless it has changed while it was read: then all of
// it is read again, which changes nothing for rows that stayed the same.
func (c *connector) finishFile(cur *cursor) error {
	f := cur.File
	now, err := c.place.stat(f.Name)
	if err == nil && (now.Size != f.Size || !now.Modified.Equal(f.Modified)) {
		c.env.Log.Info("a file changed while it was read; it is read again", "file", f.Name)
		cur.File = nil
		return c.shut()
	}
	cur.finish(f.entry, f.Sum, c.cfg.Done != "")
	return c.shut()
}

// moveFinished moves finished files to the done folder.
func (c *connector) moveFinished(cur *cursor) error {
	if c.cfg.Done == "" {
		cur.Finished = nil
		return nil
	}
	for len(cur.Finished) > 0 {
		name := cur.Finished[0]
		if err := moveFile(filepath.Join(c.cfg.Folder, name), c.cfg.Done); err != nil {
			return city.Wrap(city.Invalid, err, "%s cannot be moved to the folder of finished files; check that the folder exists on the same disk and may be written", name)
		}
		cur.Finished = cur.Finished[1:]
	}
	return nil
}

// moveFile moves a file and never over another one.
func moveFile(from, folder string) error {
	if _, err := os.Lstat(from); errors.Is(err, os.ErrNotExist) {
		return nil // moved before a crash, or taken away
	}
	ext := filepath.Ext(from)
	base := filepath.Base(from[:len(from)-len(ext)])
	to := filepath.Join(folder, base+ext)
	for n := 2; ; n++ {
		// The name is taken first: Rename alone would replace another file.
		hold, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err == nil {
			if err = errors.Join(hold.Close(), os.Rename(from, to)); err != nil {
				_ = os.Remove(to)
			}
			return err
		}
		if !errors.Is(err, os.ErrExist) || n > 10_000 {
			return err
		}
		to = filepath.Join(folder, fmt.Sprintf("%s-%d%s", base, n, ext))
	}
}

// modified is a file's time as the cursor keeps it.
func modified(info os.FileInfo) time.Time { return info.ModTime().UTC() }
