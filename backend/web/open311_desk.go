package web

import (
	"context"
	"strings"

	"balaikota/backend/city"
)

type open311DeskBody struct {
	CacheControl string `header:"Cache-Control"`
	Body         city.Open311Desk
}

func (s *server) getOpen311Desk(ctx context.Context, _ *struct{}) (*open311DeskBody, error) {
	desk, err := s.Store.Open311Desk(ctx, askerOf(ctx))
	desk.Keys, desk.Services, desk.Sources = orEmpty(desk.Keys), orEmpty(desk.Services), orEmpty(desk.Sources)
	for n := range desk.Services {
		desk.Services[n].Attributes = orEmpty(desk.Services[n].Attributes)
	}
	return &open311DeskBody{CacheControl: "no-store", Body: desk}, err
}

type open311KeyInput struct {
	Body struct {
		Name      string `json:"name" minLength:"1" maxLength:"80"`
		Reads     string `json:"reads" enum:"public,city"`
		Files     bool   `json:"files"`
		PerMinute int    `json:"per_minute" minimum:"1" maximum:"600"`
	}
}

// Open311Secret is a new key with its secret, which is told this once.
type Open311Secret struct {
	Key    city.Open311Key `json:"key"`
	Secret string          `json:"secret" doc:"The api_key; nobody can read it again"`
}

type open311SecretBody struct {
	CacheControl string `header:"Cache-Control"`
	Body         Open311Secret
}

func (s *server) postOpen311Key(ctx context.Context, in *open311KeyInput) (*open311SecretBody, error) {
	secret, hash, err := s.Passwords.NewSecret()
	if err != nil {
		return nil, err
	}
	key, err := s.Store.AddOpen311Key(ctx, sessionOf(ctx).Actor(), askerOf(ctx), city.Open311Key{
		Name: strings.TrimSpace(in.Body.Name), Reads: in.Body.Reads, Files: in.Body.Files, PerMinute: in.Body.PerMinute,
	}, hash)
	if err != nil {
		return nil, err
	}
	return &open311SecretBody{CacheControl: "no-store", Body: Open311Secret{Key: key, Secret: secret}}, nil
}

type open311KeyPath struct {
	ID int64 `path:"id" minimum:"1"`
}

func (s *server) deleteOpen311Key(ctx context.Context, in *open311KeyPath) (*struct{}, error) {
	return nil, s.Store.RevokeOpen311Key(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.ID)
}

type open311ServiceInput struct {
	Category string `path:"category" maxLength:"80"`
	Body     struct {
		Public     bool                    `json:"public"`
		Attributes []city.Open311Attribute `json:"attributes,omitempty" maxItems:"20" nullable:"false" doc:"Left as they are when absent"`
	}
}

func (s *server) putOpen311Service(ctx context.Context, in *open311ServiceInput) (*struct{}, error) {
	return nil, s.Store.SetOpen311Service(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.Category, in.Body.Public, in.Body.Attributes)
}

type open311SourceInput struct {
	Slug string `path:"slug" maxLength:"80"`
	Body struct {
		Public bool `json:"public"`
		Media  bool `json:"media" doc:"Addresses of its pictures too"`
	}
}

func (s *server) putOpen311Source(ctx context.Context, in *open311SourceInput) (*struct{}, error) {
	return nil, s.Store.PublishSource(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.Slug, in.Body.Public, in.Body.Media)
}

type open311WithheldInput struct {
	ID   int64 `path:"id" minimum:"1"`
	Body struct {
		Withheld bool   `json:"withheld"`
		Reason   string `json:"reason,omitempty" maxLength:"500" doc:"Needed to hold it back; recorded"`
	}
}

func (s *server) putOpen311Withheld(ctx context.Context, in *open311WithheldInput) (*struct{}, error) {
	return nil, s.Store.WithholdReport(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.ID, in.Body.Withheld, strings.TrimSpace(in.Body.Reason))
}
