package web

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"time"

	"balaikota/backend/city"

	"github.com/labstack/echo/v4"
)

// ProofStore keeps pictures from the place of the work and what is said of them.
type ProofStore interface {
	IssueProofTokens(ctx context.Context, asker city.Asker, disposition int64, count int) ([]city.ProofToken, error)
	Proof(ctx context.Context, asker city.Asker, id int64) (city.Proof, error)
	Proofs(ctx context.Context, asker city.Asker, disposition int64) ([]city.Proof, error)
	ReporterWords(ctx context.Context, asker city.Asker, disposition int64) ([]city.ReporterWord, error)
	ProofReviews(ctx context.Context, asker city.Asker) ([]city.ProofReviewItem, error)
	ReviewProof(ctx context.Context, by city.Actor, asker city.Asker, id int64, verdict city.ProofVerdict, reason string) (city.Proof, error)
	ReporterQuestion(ctx context.Context, token string) (city.ReporterQuestion, error)
	AnswerReporter(ctx context.Context, token, answer, text string) error
}

// Prover takes pictures in and shows them. cmd/balaikota makes it of the store
// and backend/analysis/picture.
type Prover interface {
	// Take keeps a picture as it arrived; its checks follow.
	Take(ctx context.Context, by city.Actor, asker city.Asker, in city.ProofInput) (city.Proof, error)
	// Show returns a proof's picture as a JPEG without anything beside it.
	Show(ctx context.Context, asker city.Asker, id int64) ([]byte, error)
}

// reviewers may be the second person of a proof.
var reviewers = audience{name: "head of an agency, camat, secretary, auditor", roles: city.ProofReviewers}

type proofTokensInput struct {
	ID   int64 `path:"id"`
	Body struct {
		Count int `json:"count" minimum:"1" maximum:"10"`
	}
}

type proofTokensBody struct {
	Body struct {
		Tokens []city.ProofToken `json:"tokens" nullable:"false"`
	}
}

func (s *server) postProofTokens(ctx context.Context, in *proofTokensInput) (*proofTokensBody, error) {
	tokens, err := s.Store.IssueProofTokens(ctx, askerOf(ctx), in.ID, in.Body.Count)
	if err != nil {
		return nil, err
	}
	out := &proofTokensBody{}
	out.Body.Tokens = orEmpty(tokens)
	return out, nil
}

type idInput struct {
	ID int64 `path:"id"`
}

type proofsBody struct {
	Body []city.Proof `nullable:"false"`
}

func (s *server) getProofs(ctx context.Context, in *idInput) (*proofsBody, error) {
	out, err := s.Store.Proofs(ctx, askerOf(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return &proofsBody{Body: orEmpty(out)}, nil
}

type proofBody struct{ Body city.Proof }

func (s *server) getProof(ctx context.Context, in *idInput) (*proofBody, error) {
	out, err := s.Store.Proof(ctx, askerOf(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return &proofBody{Body: out}, nil
}

type reporterWordsBody struct {
	Body []city.ReporterWord `nullable:"false"`
}

func (s *server) getReporterWords(ctx context.Context, in *idInput) (*reporterWordsBody, error) {
	out, err := s.Store.ReporterWords(ctx, askerOf(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return &reporterWordsBody{Body: orEmpty(out)}, nil
}

type proofReviewsBody struct {
	Body []city.ProofReviewItem `nullable:"false"`
}

func (s *server) getProofReviews(ctx context.Context, _ *struct{}) (*proofReviewsBody, error) {
	out, err := s.Store.ProofReviews(ctx, askerOf(ctx))
	if err != nil {
		return nil, err
	}
	for i := range out {
		out[i].Before = orEmpty(out[i].Before)
	}
	return &proofReviewsBody{Body: orEmpty(out)}, nil
}

type proofReviewInput struct {
	ID   int64 `path:"id"`
	Body struct {
		Verdict city.ProofVerdict `json:"verdict" enum:"sah,ditolak"`
		Reason  string            `json:"reason" minLength:"10" maxLength:"1000"`
	}
}

func (s *server) postProofReview(ctx context.Context, in *proofReviewInput) (*proofBody, error) {
	out, err := s.Store.ReviewProof(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.ID, in.Body.Verdict, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return &proofBody{Body: out}, nil
}

// largestProof bounds a picture; formRoom is for the fields beside it.
const (
	largestProof = 12 << 20
	formRoom     = 64 << 10
)

// postProof answers POST /api/proofs: multipart/form-data with the fields of
// city.ProofInput and the file photo.
func (s *server) postProof(c echo.Context) error {
	ctx := c.Request().Context()
	if err := deciders.admit(ctx); err != nil {
		return err
	}
	in, err := readProof(c)
	if err != nil {
		return err
	}
	out, err := s.Prover.Take(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, out)
}

func readProof(c echo.Context) (in city.ProofInput, err error) {
	r := c.Request()
	r.Body = http.MaxBytesReader(c.Response(), r.Body, largestProof+formRoom)
	parts, err := r.MultipartReader()
	if err != nil {
		return in, city.InvalidField("header.content-type", "must be multipart/form-data")
	}
	form := map[string]string{}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return in, notWhole(err)
		}
		if err := readPart(part, form, &in); err != nil {
			return in, err
		}
	}
	if len(in.Bytes) == 0 {
		return in, city.InvalidField("photo", "must be a JPEG or PNG file")
	}
	return in, fillProof(form, &in)
}

func notWhole(err error) error {
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		e := city.InvalidField("photo", "is larger than %d MB", largestProof>>20)
		e.Key = "proof.refused.heavy"
		return e
	}
	return city.Wrap(city.Invalid, err, "the picture did not arrive whole")
}

func readPart(part *multipart.Part, form map[string]string, in *city.ProofInput) error {
	limit := int64(8 << 10)
	if part.FormName() == "photo" {
		limit = largestProof
	}
	raw, err := io.ReadAll(io.LimitReader(part, limit+1))
	switch {
	case err != nil:
		return notWhole(err)
	case int64(len(raw)) > limit && part.FormName() == "photo":
		return notWhole(&http.MaxBytesError{Limit: limit})
	case int64(len(raw)) > limit:
		return city.InvalidField(part.FormName(), "is too long")
	case part.FormName() == "photo":
		in.Bytes = raw
	default:
		form[part.FormName()] = string(raw)
	}
	return nil
}

// fillProof reads the form's fields.
func fillProof(form map[string]string, in *city.ProofInput) error {
	var err error
	in.ClientID, in.Token, in.Stage, in.Device, in.Note = form["client_id"], form["token"], form["stage"], form["device"], form["note"]
	switch {
	case !city.IsUUID(in.ClientID):
		return city.InvalidField("client_id", "must be a UUID")
	case in.Stage != "before" && in.Stage != "during" && in.Stage != "after":
		return city.InvalidField("stage", "is none of before, during and after")
	case len(in.Token) > 64, len(in.Device) > 200:
		return city.InvalidField("token", "or device is too long")
	case len([]rune(in.Note)) > 500:
		return city.InvalidField("note", "is longer than 500 characters")
	}
	if in.DispositionID, err = strconv.ParseInt(form["disposition_id"], 10, 64); err != nil || in.DispositionID <= 0 {
		return city.InvalidField("disposition_id", "must be a number")
	}
	if v := form["taken_at"]; v != "" {
		t, err := time.Parse(time.RFC3339, v)
		if err != nil {
			return city.InvalidField("taken_at", "must be a time such as 2026-11-22T09:30:00+08:00")
		}
		in.TakenAt = &t
	}
	return fillPlace(form, in)
}

func fillPlace(form map[string]string, in *city.ProofInput) error {
	lon, lat := form["lon"], form["lat"]
	if (lon == "") != (lat == "") {
		return city.InvalidField("lon", "and lat come together")
	}
	if lon != "" {
		x, errX := strconv.ParseFloat(lon, 64)
		y, errY := strconv.ParseFloat(lat, 64)
		if errX != nil || errY != nil || !(x >= -180 && x <= 180 && y >= -90 && y <= 90) {
			return city.InvalidField("lon", "and lat must be degrees")
		}
		in.Lon, in.Lat = &x, &y
	}
	if v := form["accuracy_m"]; v != "" {
		m, err := strconv.ParseFloat(v, 64)
		if err != nil || !(m >= 0 && m <= 1e7) {
			return city.InvalidField("accuracy_m", "must be metres")
		}
		in.AccuracyM = m
	}
	return nil
}

// getProofPicture answers GET /api/proofs/{id}/picture. A picture never
// changes, so a browser may keep it, for its own officer.
func (s *server) getProofPicture(c echo.Context) error {
	ctx := c.Request().Context()
	if err := officers.admit(ctx); err != nil {
		return err
	}
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil {
		return city.Errorf(city.NotFound, "there is no such proof")
	}
	raw, err := s.Prover.Show(ctx, askerOf(ctx), id)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "private, max-age=86400, immutable")
	return c.Blob(http.StatusOK, "image/jpeg", raw)
}
