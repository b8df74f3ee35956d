package ckan

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// resource is a file or table of a dataset.
type resource struct {
	ID        string  `json:"id"`
	Name      string  `json:"name,omitempty"`
	Format    string  `json:"format,omitempty"`
	URL       string  `json:"url,omitempty"`
	Datastore lenient `json:"datastore_active,omitempty"`
	State     string  `json:"state,omitempty"`
}

// lenient is a truth value that portals also write as text or number.
type lenient bool

// UnmarshalJSON takes true, "true", "1", 1 and their opposites; null is false.
func (l *lenient) UnmarshalJSON(b []byte) error {
	*l = lenient(slices.Contains([]string{"true", "1", "yes"}, strings.ToLower(strings.Trim(string(b), `"`))))
	return nil
}

// dataset is a package of resources.
type dataset struct {
	Name      string     `json:"name"`
	Title     string     `json:"title"`
	Resources []resource `json:"resources"`
}

// find looks up the resource that the configuration means.
func (c *connector) find(ctx context.Context) (resource, error) {
	var sets []dataset
	switch {
	case c.cfg.Dataset != "":
		result, err := c.act(ctx, "package_show", url.Values{"id": {c.cfg.Dataset}})
		if err != nil {
			return resource{}, err
		}
		var d dataset
		if err := one(result, &d); err != nil {
			return resource{}, err
		}
		sets = []dataset{d}
	case c.cfg.Search != "":
		var err error
		if sets, err = c.search(ctx); err != nil {
			return resource{}, err
		}
	default:
		result, err := c.act(ctx, "resource_show", url.Values{"id": {c.cfg.Resource}})
		if err != nil {
			return resource{}, err
		}
		var r resource
		if err := one(result, &r); err != nil {
			return resource{}, err
		}
		return r, nil
	}
	for _, d := range sets {
		if r, ok := c.choose(d.Resources); ok {
			return r, nil
		}
	}
	return resource{}, c.notThere(sets)
}

// search returns the datasets that match the words, last changed first.
func (c *connector) search(ctx context.Context) ([]dataset, error) {
	params := url.Values{"q": {c.cfg.Search}, "sort": {"metadata_modified desc"}, "rows": {"10"}}
	if c.cfg.Filter != "" {
		params.Set("fq", c.cfg.Filter)
	}
	result, err := c.act(ctx, "package_search", params)
	if err != nil {
		return nil, err
	}
	var found struct {
		Results []dataset `json:"results"`
	}
	if err := connectors.DecodeJSON(result, "", &found); err != nil {
		return nil, err
	}
	if len(found.Results) == 0 {
		return nil, city.InvalidField("search", "finds no dataset of the portal; try fewer words")
	}
	return found.Results, nil
}

// tables are the forms a table may be declared as.
var tables = []string{"csv", "tsv", "xlsx", "json", "geojson", "excel"}

// choose picks the resource by its id, its name or a part of it; without a
// wish the first that is a table.
func (c *connector) choose(all []resource) (resource, bool) {
	alive := slices.DeleteFunc(slices.Clone(all), func(r resource) bool { return r.State == "deleted" })
	wanted := strings.ToLower(c.cfg.Resource)
	for _, fits := range []func(resource) bool{
		func(r resource) bool {
			return wanted != "" && (r.ID == c.cfg.Resource || strings.ToLower(r.Name) == wanted)
		},
		func(r resource) bool { return wanted != "" && strings.Contains(strings.ToLower(r.Name), wanted) },
		func(r resource) bool { return wanted == "" && bool(r.Datastore) },
		func(r resource) bool {
			return wanted == "" && slices.Contains(tables, strings.ToLower(strings.TrimPrefix(r.Format, ".")))
		},
	} {
		if i := slices.IndexFunc(alive, fits); i >= 0 {
			return alive[i], true
		}
	}
	return resource{}, false
}

// notThere says what there is instead.
func (c *connector) notThere(sets []dataset) error {
	var names []string
	for _, d := range sets {
		for _, r := range d.Resources {
			names = append(names, strings.TrimSpace(fmt.Sprintf("%s (%s)", r.Name, strings.ToUpper(r.Format))))
		}
	}
	if len(names) == 0 {
		return city.InvalidField("dataset", "holds no resource")
	}
	if len(names) > 8 {
		names = append(names[:8], "…")
	}
	if c.cfg.Resource == "" {
		return city.InvalidField("resource", "must be named: none of the dataset's is a table; they are %s", strings.Join(names, ", "))
	}
	return city.InvalidField("resource", "is not in the dataset; there are %s", strings.Join(names, ", "))
}

var _ json.Unmarshaler = (*lenient)(nil)
