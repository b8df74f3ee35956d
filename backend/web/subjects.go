package web

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"balaikota/backend/city"

	"github.com/labstack/echo/v4"
)

// SubjectStore keeps requests of persons about their own data. backend/store
// implements it.
type SubjectStore interface {
	Subjects(ctx context.Context, asker city.Asker) (city.SubjectRequests, error)
	Subject(ctx context.Context, asker city.Asker, id int64) (city.SubjectDetail, error)
	NoteSubject(ctx context.Context, by city.Actor, asker city.Asker, n city.NewSubject) (int64, error)
	FindSubject(ctx context.Context, by city.Actor, asker city.Asker, id int64, link string) (city.Reporter, error)
	SendSubjectCode(ctx context.Context, by city.Actor, asker city.Asker, id int64, channel city.NoticeChannel, offered []city.NoticeChannel) error
	ReadBackSubjectCode(ctx context.Context, by city.Actor, asker city.Asker, id int64, said string) error
	ShowSubjectProof(ctx context.Context, by city.Actor, asker city.Asker, id int64, how, note string) error
	DecideSubject(ctx context.Context, by city.Actor, asker city.Asker, id int64, o city.SubjectOutcome, offered []city.NoticeChannel) error
	SubjectNorms(ctx context.Context, asker city.Asker) ([]city.SubjectNorms, error)
	ChangeSubjectNorm(ctx context.Context, by city.Actor, asker city.Asker, kind city.SubjectKind, c city.SubjectNormChange) error
}

// SubjectDesk does what a request asks for. cmd implements it.
type SubjectDesk interface {
	// Correct puts right what a person asked for in one report of theirs.
	Correct(ctx context.Context, by city.Actor, asker city.Asker, id int64, c city.SubjectChange) error
	// Copy writes the copy as a ZIP; begin is called before the first byte.
	Copy(ctx context.Context, by city.Actor, asker city.Asker, id int64, begin func(city.SubjectCopyHead) io.Writer) error
	// Controller and Contact are who answers for the data and how the officer for
	// data protection is reached, "" when not set.
	Controller() (controller, contact string)
}

type subjectsBody struct{ Body city.SubjectRequests }

type subjectInput struct {
	ID int64 `path:"id" minimum:"1"`
}

type subjectBody struct{ Body city.SubjectDetail }

func (s *server) getSubjects(ctx context.Context, _ *struct{}) (*subjectsBody, error) {
	out, err := s.Store.Subjects(ctx, askerOf(ctx))
	out.Items = orEmpty(out.Items)
	out.Controller, out.Contact = s.Subjects.Controller()
	return &subjectsBody{Body: out}, err
}

func (s *server) getSubject(ctx context.Context, in *subjectInput) (*subjectBody, error) {
	out, err := s.Store.Subject(ctx, askerOf(ctx), in.ID)
	out.Found, out.Messages, out.Corrections, out.Channels = orEmpty(out.Found), orEmpty(out.Messages), orEmpty(out.Corrections), orEmpty(s.Replying.Channels)
	return &subjectBody{Body: out}, err
}

type noteSubjectInput struct {
	Body struct {
		ClientID   string           `json:"client_id" format:"uuid" doc:"The same one is noted once"`
		Kind       city.SubjectKind `json:"kind" enum:"salinan,perbaikan,hapus"`
		Way        string           `json:"way" enum:"loket,surat,telepon,surel,obrolan"`
		ReceivedAt time.Time        `json:"received_at,omitzero" doc:"When it came; absent: now. Its time runs from here"`
		Name       string           `json:"name,omitempty" maxLength:"200" doc:"Finds nobody by itself"`
		Phone      string           `json:"phone,omitempty" maxLength:"40"`
		Email      string           `json:"email,omitempty" maxLength:"254"`
		Handle     string           `json:"handle,omitempty" maxLength:"200" doc:"Account at the channel they wrote by"`
	}
}

func (s *server) postSubject(ctx context.Context, in *noteSubjectInput) (*subjectBody, error) {
	b := in.Body
	id, err := s.Store.NoteSubject(ctx, sessionOf(ctx).Actor(), askerOf(ctx), city.NewSubject{
		ClientID: b.ClientID, Kind: b.Kind, Way: b.Way, ReceivedAt: b.ReceivedAt, Who: city.Reporter{Name: b.Name, Phone: b.Phone, Email: b.Email, Handle: b.Handle},
	})
	if err != nil {
		return nil, err
	}
	return s.getSubject(ctx, &subjectInput{ID: id})
}

type findSubjectInput struct {
	ID   int64 `path:"id" minimum:"1"`
	Body struct {
		Link string `json:"link,omitempty" maxLength:"300" doc:"The secret link of a letter that they show"`
	}
}

// SubjectFound is a request with who asks, opened.
type SubjectFound struct {
	Request city.SubjectDetail `json:"request"`
	Name    string             `json:"name"`
	Phone   string             `json:"phone"`
	Email   string             `json:"email"`
	Handle  string             `json:"handle"`
}

type subjectFoundBody struct{ Body SubjectFound }

func (s *server) findSubject(ctx context.Context, in *findSubjectInput) (*subjectFoundBody, error) {
	who, err := s.Store.FindSubject(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.ID, linkSecret(in.Body.Link))
	if err != nil {
		return nil, err
	}
	d, err := s.getSubject(ctx, &subjectInput{ID: in.ID})
	if err != nil {
		return nil, err
	}
	return &subjectFoundBody{Body: SubjectFound{Request: d.Body, Name: who.Name, Phone: who.Phone, Email: who.Email, Handle: who.Handle}}, nil
}

// linkSecret is what a secret link ends in.
func linkSecret(link string) string {
	for i := len(link) - 1; i >= 0; i-- {
		if link[i] == '/' {
			return link[i+1:]
		}
	}
	return link
}

type subjectCodeInput struct {
	ID   int64 `path:"id" minimum:"1"`
	Body struct {
		Channel city.NoticeChannel `json:"channel" enum:"surel,telegram,whatsapp"`
	}
}

func (s *server) postSubjectCode(ctx context.Context, in *subjectCodeInput) (*subjectBody, error) {
	if err := s.Store.SendSubjectCode(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.ID, in.Body.Channel, s.Replying.Channels); err != nil {
		return nil, err
	}
	return s.getSubject(ctx, &subjectInput{ID: in.ID})
}

type subjectProofInput struct {
	ID   int64 `path:"id" minimum:"1"`
	Body struct {
		How  string `json:"how" enum:"kode,identitas,tautan"`
		Code string `json:"code,omitempty" maxLength:"20" doc:"As it was read back"`
		Note string `json:"note,omitempty" maxLength:"200" doc:"Which paper was shown, never its number"`
	}
}

func (s *server) postSubjectProof(ctx context.Context, in *subjectProofInput) (*subjectBody, error) {
	by, asker := sessionOf(ctx).Actor(), askerOf(ctx)
	var err error
	if in.Body.How == "kode" {
		err = s.Store.ReadBackSubjectCode(ctx, by, asker, in.ID, in.Body.Code)
	} else {
		err = s.Store.ShowSubjectProof(ctx, by, asker, in.ID, in.Body.How, in.Body.Note)
	}
	if err != nil {
		return nil, err
	}
	return s.getSubject(ctx, &subjectInput{ID: in.ID})
}

type subjectCorrectionInput struct {
	ID   int64 `path:"id" minimum:"1"`
	Body struct {
		ReportID int64    `json:"report_id" minimum:"1"`
		Reason   string   `json:"reason" maxLength:"500"`
		Text     *string  `json:"text,omitempty" maxLength:"8000" doc:"Absent: stays"`
		Address  *string  `json:"address,omitempty" maxLength:"500"`
		Lon      *float64 `json:"lon,omitempty" minimum:"-180" maximum:"180"`
		Lat      *float64 `json:"lat,omitempty" minimum:"-90" maximum:"90"`
		Identity *struct {
			Name   string `json:"name" maxLength:"200"`
			Phone  string `json:"phone" maxLength:"40"`
			Email  string `json:"email" maxLength:"254"`
			Handle string `json:"handle" maxLength:"200"`
		} `json:"identity,omitempty" doc:"All of it, as it is to be; absent: stays"`
	}
}

func (s *server) postSubjectCorrection(ctx context.Context, in *subjectCorrectionInput) (*subjectBody, error) {
	b := in.Body
	c := city.SubjectChange{ReportID: b.ReportID, Reason: b.Reason, Text: b.Text, Address: b.Address, Lon: b.Lon, Lat: b.Lat}
	if p := b.Identity; p != nil {
		c.Identity = &city.Reporter{Name: p.Name, Phone: p.Phone, Email: p.Email, Handle: p.Handle}
	}
	if err := s.Subjects.Correct(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.ID, c); err != nil {
		return nil, err
	}
	return s.getSubject(ctx, &subjectInput{ID: in.ID})
}

type subjectDecisionInput struct {
	ID   int64 `path:"id" minimum:"1"`
	Body struct {
		State   city.SubjectState  `json:"state" enum:"selesai,ditolak"`
		Reason  string             `json:"reason,omitempty" maxLength:"1000" doc:"Why it is refused; who asked reads it"`
		Channel city.NoticeChannel `json:"channel,omitempty" enum:",surel,telegram,whatsapp" doc:"By which who asked is told; empty: told in person"`
	}
}

func (s *server) postSubjectDecision(ctx context.Context, in *subjectDecisionInput) (*subjectBody, error) {
	o := city.SubjectOutcome{State: in.Body.State, Reason: in.Body.Reason, Channel: in.Body.Channel}
	if err := s.Store.DecideSubject(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.ID, o, s.Replying.Channels); err != nil {
		return nil, err
	}
	return s.getSubject(ctx, &subjectInput{ID: in.ID})
}

type subjectNormsBody struct {
	Body []city.SubjectNorms `nullable:"false"`
}

func (s *server) getSubjectNorms(ctx context.Context, _ *struct{}) (*subjectNormsBody, error) {
	out, err := s.Store.SubjectNorms(ctx, askerOf(ctx))
	return &subjectNormsBody{Body: orEmpty(out)}, err
}

type changeSubjectNormInput struct {
	Kind city.SubjectKind `path:"kind" enum:"salinan,perbaikan,hapus"`
	Body city.SubjectNormChange
}

func (s *server) putSubjectNorm(ctx context.Context, in *changeSubjectNormInput) (*subjectNormsBody, error) {
	if err := s.Store.ChangeSubjectNorm(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.Kind, in.Body); err != nil {
		return nil, err
	}
	return s.getSubjectNorms(ctx, nil)
}

// postSubjectCopy answers POST /api/subject-requests/:id/copy with a ZIP, written
// as it is made. It is a POST: it is recorded, and no link or prefetch may make it.
func (s *server) postSubjectCopy(c echo.Context) error {
	ctx := c.Request().Context()
	if err := operators.admit(ctx); err != nil {
		return err
	}
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil {
		return city.Errorf(city.NotFound, "there is no such request")
	}
	begun := false
	err = s.Subjects.Copy(ctx, sessionOf(ctx).Actor(), askerOf(ctx), id, func(h city.SubjectCopyHead) io.Writer {
		begun = true
		head := c.Response().Header()
		head.Set("Content-Type", "application/zip")
		head.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="salinan-data-pribadi-%d.zip"`, h.Request))
		head.Set("X-Content-Type-Options", "nosniff")
		head.Set("Cache-Control", "private, no-store")
		c.Response().WriteHeader(http.StatusOK)
		return c.Response()
	})
	if err != nil && begun {
		// What was sent cannot be taken back; a broken transfer must not look whole.
		s.Log.Warn("A copy for a person broke off", "request", id, "err", err)
		panic(http.ErrAbortHandler)
	}
	return err
}
