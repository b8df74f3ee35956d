package web

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"balaikota/backend/city"

	"github.com/labstack/echo/v4"
)

type reportsInput struct {
	Area     string    `query:"area" doc:"Area code: the area and all in it"`
	Category string    `query:"category"`
	Office   string    `query:"office" doc:"Short name"`
	Channel  string    `query:"channel"`
	Source   string    `query:"source"`
	Status   []string  `query:"status" nullable:"false" enum:"open,in_progress,closed,rejected" doc:"Comma separated"`
	Overdue  bool      `query:"overdue" doc:"Only unfinished reports past their deadline"`
	Review   bool      `query:"review" doc:"Only those whose category a person must decide"`
	Incident int64     `query:"incident" minimum:"0" doc:"Only the reports of this incident"`
	From     time.Time `query:"from" doc:"Created at or after, RFC 3339"`
	To       time.Time `query:"to" doc:"Created before, RFC 3339"`
	Q        string    `query:"q" maxLength:"200" doc:"Words of the text, all of them"`
	Before   string    `query:"before" doc:"next of the page before"`
	Limit    int       `query:"limit" minimum:"1" maximum:"500" default:"50"`
}

// ReportPage is a page of reports, newest first.
type ReportPage struct {
	Items []city.ReportSummary `json:"items" nullable:"false"`
	Next  string               `json:"next,omitempty" doc:"Pass as before for the next page; absent on the last"`
}

type reportPageBody struct{ Body ReportPage }

func (s *server) filter(in *reportsInput) (city.ReportFilter, error) {
	f := city.ReportFilter{
		AreaCode: in.Area, Category: in.Category, Office: in.Office, Channel: in.Channel, Source: in.Source,
		Overdue: in.Overdue, Review: in.Review, Incident: in.Incident, From: in.From, To: in.To, Limit: in.Limit,
	}
	for _, st := range in.Status {
		f.Status = append(f.Status, city.ReportStatus(st))
	}
	if in.Q != "" {
		f.Stems = s.Stems(in.Q)
		if len(f.Stems) == 0 {
			e := city.InvalidField("query.q", "has no word that could be searched for")
			e.Key = "error.search_empty"
			return f, e
		}
	}
	if in.Before != "" {
		t, id, err := readCursor(in.Before)
		if err != nil {
			return f, city.InvalidField("query.before", "is not a next of this list")
		}
		f.BeforeTime, f.BeforeID = t, id
	}
	return f, nil
}

func (s *server) getReports(ctx context.Context, in *reportsInput) (*reportPageBody, error) {
	f, err := s.filter(in)
	if err != nil {
		return nil, err
	}
	f.Limit = in.Limit
	items, err := s.Store.Reports(ctx, askerOf(ctx), f)
	if err != nil {
		return nil, err
	}
	page := ReportPage{Items: items}
	if page.Items == nil {
		page.Items = []city.ReportSummary{}
	}
	if len(items) == in.Limit {
		last := items[len(items)-1]
		page.Next = writeCursor(last.CreatedAt, last.ID)
	}
	return &reportPageBody{Body: page}, nil
}

func writeCursor(t time.Time, id int64) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d.%d", t.UnixMicro(), id))
}

func readCursor(s string) (time.Time, int64, error) {
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return time.Time{}, 0, fmt.Errorf("decode a cursor: %w", err)
	}
	micro, id, _ := strings.Cut(string(raw), ".")
	t, err := strconv.ParseInt(micro, 10, 64)
	if err != nil {
		return time.Time{}, 0, fmt.Errorf("decode a cursor's time: %w", err)
	}
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return time.Time{}, 0, fmt.Errorf("decode a cursor's number: %w", err)
	}
	return time.UnixMicro(t).UTC(), n, nil
}

type reportInput struct {
	ID int64 `path:"id"`
}

type reportBody struct{ Body city.ReportDetail }

func (s *server) getReport(ctx context.Context, in *reportInput) (*reportBody, error) {
	out, err := s.Store.Report(ctx, askerOf(ctx), in.ID)
	return &reportBody{Body: out}, err
}

type reporterInput struct {
	ID   int64 `path:"id"`
	Body struct {
		Reason string `json:"reason" minLength:"10" maxLength:"500" doc:"Why the identity is needed; it is recorded"`
	}
}

// ReporterInfo is who made a report.
type ReporterInfo struct {
	Name   string `json:"name"`
	Phone  string `json:"phone"`
	Email  string `json:"email"`
	Handle string `json:"handle"`
}

type reporterBody struct{ Body ReporterInfo }

func (s *server) postReporter(ctx context.Context, in *reporterInput) (*reporterBody, error) {
	p, err := s.Store.Reporter(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.ID, in.Body.Reason)
	return &reporterBody{Body: ReporterInfo(p)}, err
}

// getReportPicture answers GET /api/reports/{id}/picture: what the citizen sent
// along, for those who may see the report. A browser keeps it for an hour, for
// its own officer; the server keeps none.
func (s *server) getReportPicture(c echo.Context) error {
	ctx := c.Request().Context()
	if err := officers.admit(ctx); err != nil {
		return err
	}
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil {
		return city.Errorf(city.NotFound, "there is no such report")
	}
	raw, err := s.Pictures.Picture(ctx, askerOf(ctx), id)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "private, max-age=3600")
	return c.Blob(http.StatusOK, "image/jpeg", raw)
}

type periodInput struct {
	From time.Time `query:"from" doc:"RFC 3339; 30 days before to if empty"`
	To   time.Time `query:"to" doc:"RFC 3339; now if empty"`
	Area string    `query:"area" doc:"Area code: the area and all in it"`
}

func (s *server) period(in *periodInput) error {
	if in.To.IsZero() {
		in.To = s.Now()
	}
	if in.From.IsZero() {
		in.From = in.To.AddDate(0, 0, -30)
	}
	if !in.From.Before(in.To) {
		return city.InvalidField("query.from", "must lie before to")
	}
	return nil
}

// ReportCounts are reports received by kelurahan and category.
type ReportCounts struct {
	From time.Time          `json:"from"`
	To   time.Time          `json:"to"`
	Rows []city.ReportCount `json:"rows" nullable:"false"`
}

type countsBody struct{ Body ReportCounts }

func (s *server) getCounts(ctx context.Context, in *periodInput) (*countsBody, error) {
	if err := s.period(in); err != nil {
		return nil, err
	}
	rows, err := s.Store.Counts(ctx, askerOf(ctx), in.From, in.To)
	if err != nil {
		return nil, err
	}
	out := ReportCounts{From: in.From, To: in.To, Rows: []city.ReportCount{}}
	for _, r := range rows {
		if in.Area == "" || city.Within(r.AreaCode, in.Area) {
			out.Rows = append(out.Rows, r)
		}
	}
	return &countsBody{Body: out}, nil
}

type figuresBody struct{ Body city.ReportFigures }

func (s *server) getFigures(ctx context.Context, in *periodInput) (*figuresBody, error) {
	if err := s.period(in); err != nil {
		return nil, err
	}
	out, err := s.Store.Figures(ctx, askerOf(ctx), city.ReportFilter{AreaCode: in.Area, From: in.From, To: in.To})
	return &figuresBody{Body: out}, err
}

type alertsBody struct {
	Body []city.Alert `nullable:"false"`
}

func (s *server) getAlerts(ctx context.Context, _ *struct{}) (*alertsBody, error) {
	out, err := s.Store.Alerts(ctx, askerOf(ctx))
	return &alertsBody{Body: out}, err
}

type attentionBody struct {
	Body []city.AttentionItem `nullable:"false"`
}

func (s *server) getAttention(ctx context.Context, _ *struct{}) (*attentionBody, error) {
	alerts, err := s.Store.Alerts(ctx, askerOf(ctx))
	return &attentionBody{Body: city.Attention(alerts, s.Now())}, err
}
