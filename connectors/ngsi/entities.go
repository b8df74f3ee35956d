package ngsi

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"balaikota/connectors"
)

// Bounds of a reading of all entities.
const (
	entitiesPerPage = 200
	maxEntities     = 100_000
)

// others are the attributes that are asked for beside the one: place and time.
func (c *connector) others() []string {
	if c.cfg.Version == "v2" {
		return []string{c.cfg.Attribute, "location", "dateObserved", "TimeInstant", "observationDateTime"}
	}
	return []string{c.cfg.Attribute, "location", "dateObserved", "observationDateTime"}
}

// entities reads one page of all entities.
func (c *connector) entities(ctx context.Context, cur *cursor, page *connectors.Page) error {
	q := url.Values{"type": {c.cfg.Type}, "attrs": {strings.Join(c.others(), ",")}, "limit": {strconv.Itoa(entitiesPerPage)}, "offset": {strconv.Itoa(cur.Offset)}}
	path := "/ngsi-ld/v1/entities?"
	if c.cfg.Version == "v2" {
		path = "/v2/entities?"
		q.Set("metadata", "TimeInstant,timestamp,unitCode")
		q.Set("orderBy", "dateCreated") // so that pages do not shift while they are read
	}
	var list []map[string]any
	res, err := c.env.HTTP.GetJSON(ctx, c.cfg.BrokerURL+path+q.Encode(), c.header, &list)
	if err != nil {
		return err
	}
	if err := res.CheckClock(); err != nil {
		return err
	}
	if err := c.rows.Convert(ctx, c.records(list), page); err != nil {
		return err
	}
	if cur.Offset += len(list); len(list) < entitiesPerPage || cur.Offset >= maxEntities {
		cur.Offset, cur.Read = 0, c.env.Now()
	}
	return nil
}

// records makes records of entities: {id, value, point, at, unit}. One that is of another
// type, or has no value, is left out.
func (c *connector) records(list []map[string]any) []any {
	var out []any
	for _, e := range list {
		kind, _ := e["type"].(string)
		attribute, ok := e[c.cfg.Attribute].(map[string]any)
		if !ok || attribute["value"] == nil || !c.sameType(kind) {
			continue
		}
		out = append(out, map[string]any{"id": e["id"], "value": attribute["value"], "point": point(e["location"]), "at": c.at(e, attribute), "unit": unit(attribute)})
	}
	return out
}

// sameType compares types; a broker that was given the short name through a context
// may answer with the full IRI, or the other way round.
func (c *connector) sameType(kind string) bool {
	return kind == c.cfg.Type || c.cfg.Version == "ld" && (strings.HasSuffix(kind, "/"+c.cfg.Type) || strings.HasSuffix(kind, "#"+c.cfg.Type) || strings.HasSuffix(c.cfg.Type, "/"+kind))
}

// at is when the value was so: as the attribute says, else as the entity does.
func (c *connector) at(entity, attribute map[string]any) any {
	if c.cfg.Version == "ld" && attribute["observedAt"] != nil {
		return attribute["observedAt"]
	}
	if metadata, ok := attribute["metadata"].(map[string]any); ok {
		for _, name := range []string{"TimeInstant", "timestamp"} {
			if v := inner(metadata[name]); v != nil {
				return v
			}
		}
	}
	for _, name := range []string{"TimeInstant", "dateObserved", "observationDateTime"} {
		if v := inner(entity[name]); v != nil {
			return v
		}
	}
	return nil
}

// unit is the code of an attribute's unit (UNECE Recommendation 20): of the attribute
// itself in NGSI-LD, of its metadata in NGSIv2.
func unit(attribute map[string]any) any {
	if code := attribute["unitCode"]; code != nil {
		return code
	}
	metadata, _ := attribute["metadata"].(map[string]any)
	return inner(metadata["unitCode"])
}

// inner is the value of an attribute, in either form. Some brokers hold a time as a
// relationship's object.
func inner(v any) any {
	m, ok := v.(map[string]any)
	if !ok {
		return nil
	}
	if typed, ok := m["value"].(map[string]any); ok {
		return typed["@value"]
	}
	if m["value"] == nil {
		return m["object"]
	}
	return m["value"]
}

// point is the coordinates of a location that is a point.
func point(location any) any {
	m, _ := location.(map[string]any)
	shape, _ := m["value"].(map[string]any)
	if shape["type"] != "Point" {
		return nil
	}
	return shape["coordinates"]
}

// ends is how a moment is written for a broker.
func ends(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
