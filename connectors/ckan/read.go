package ckan

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/tabular"
)

// records is the result of datastore_search.
type records struct {
	Total     *int  `json:"total"`
	Estimated bool  `json:"total_was_estimated"`
	Records   []any `json:"records"`
}

// readDatastore reads the next rows of the table in the portal's datastore.
func (c *connector) readDatastore(ctx context.Context, cur *cursor) (page connectors.Page, more bool, err error) {
	size := min(c.cfg.PageSize, c.cfg.MaxRows-cur.Rows)
	params := url.Values{"resource_id": {cur.Resource.ID}, "limit": {strconv.Itoa(size)}, "offset": {strconv.Itoa(cur.Rows)}}
	if c.cfg.Sort != "" {
		params.Set("sort", c.cfg.Sort)
	}
	if len(c.cfg.Filters) > 0 {
		filters, err := json.Marshal(c.cfg.Filters)
		if err != nil {
			return page, false, fmt.Errorf("write the filters: %w", err)
		}
		params.Set("filters", string(filters))
	}
	result, err := c.act(ctx, "datastore_search", params)
	if err != nil {
		return page, false, err
	}
	var got records
	if err := connectors.DecodeJSON(result, "", &got); err != nil {
		return page, false, err
	}
	if err := c.convert(ctx, got.Records, &page); err != nil {
		return page, false, err
	}
	cur.Rows += len(got.Records)
	return page, c.goesOn(cur, got, size, result), nil
}

// goesOn finds out whether there are more rows. A portal may give fewer than
// were asked for and have more, may only estimate the total, or may not heed
// the offset and give the same page for ever.
func (c *connector) goesOn(cur *cursor, got records, size int, result []byte) bool {
	h := fnv.New64a()
	for _, r := range got.Records {
		b, _ := json.Marshal(r)
		_, _ = h.Write(b) // a hash never fails
	}
	same := cur.LastHash == h.Sum64()
	c.whole = !same && (got.Total != nil && !got.Estimated && cur.Rows >= *got.Total || (got.Total == nil || got.Estimated) && len(got.Records) < size)
	cur.LastHash = h.Sum64()
	if same || len(got.Records) == 0 || len(result) == 0 {
		return false
	}
	if got.Total == nil || got.Estimated {
		return len(got.Records) >= size
	}
	return cur.Rows < *got.Total
}

// file is a resource's file as a table.
type file struct {
	table      tabular.Table
	address    string
	validators connectors.Validators
	unchanged  bool
}

// readFile reads the next rows of the resource's file. The file is fetched once
// a run and held between its pages.
func (c *connector) readFile(ctx context.Context, cur *cursor) (page connectors.Page, more bool, err error) {
	if c.held == nil {
		if c.held, err = c.fetchFile(ctx, cur); err != nil {
			return page, false, err
		}
	}
	f := c.held
	if c.unchanged = f.unchanged; f.unchanged {
		return page, false, nil
	}
	if cur.Rows == 0 {
		for _, bad := range f.table.Bad {
			page.Refused = append(page.Refused, city.Refusal{Kind: c.cfg.Mapping.Kind, Place: fmt.Sprintf("row %d", bad.Number), Reason: bad.Reason})
		}
	}
	all := f.table.Records[:min(len(f.table.Records), c.cfg.MaxRows)]
	from := min(cur.Rows, len(all))
	to := min(from+c.cfg.PageSize, len(all))
	if err := c.convert(ctx, all[from:to], &page); err != nil {
		return page, false, err
	}
	cur.Rows = to
	if more = to < len(all); !more {
		cur.File, cur.Validators = f.address, f.validators
		c.whole = len(f.table.Records) <= c.cfg.MaxRows
		c.held = nil
	}
	return page, more, nil
}

// fetchFile fetches the file, which may lie on another host than the portal:
// its address was written by whoever filled the portal. The token goes to the
// portal's own host alone, and the inside network is reached there alone.
func (c *connector) fetchFile(ctx context.Context, cur *cursor) (*file, error) {
	base, err := url.Parse(c.cfg.BaseURL)
	if err != nil {
		return nil, city.InvalidField("base_url", "is not an address")
	}
	address, err := base.Parse(strings.TrimSpace(cur.Resource.URL))
	if err != nil || cur.Resource.URL == "" {
		return nil, city.InvalidField("resource", "has no file and is not in the datastore")
	}
	req := connectors.Request{URL: address.String(), Header: http.Header{"Accept": {"text/csv, application/json, application/vnd.openxmlformats-officedocument.spreadsheetml.sheet, */*;q=0.1"}}}
	home := ""
	if c.cfg.AllowPrivate {
		home = c.cfg.BaseURL
	}
	if address.Scheme == base.Scheme && address.Host == base.Host && c.token != "" {
		req.Header.Set("Authorization", c.token)
	}
	if cur.File == req.URL && cur.Rows == 0 {
		req.Validators = cur.Validators
	}
	res, err := c.env.HTTP.Inward(home).Do(ctx, req)
	if err != nil {
		return nil, err
	}
	f := &file{address: req.URL, validators: res.Validators, unchanged: res.NotModified}
	if f.unchanged {
		return f, nil
	}
	f.table, err = tabular.Read(res.Body, cur.Resource.Format, res.Header.Get("Content-Type"))
	return f, err
}
