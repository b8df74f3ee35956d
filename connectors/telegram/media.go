package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"path"
	"strings"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// mediaScheme begins the address of a picture that only the bot can fetch.
const mediaScheme = "telegram:"

// Media implements connectors.MediaKeeper: getFile says for an hour where the file
// lies.
func (c *connector) Media(ctx context.Context, address string) ([]byte, error) {
	id, ok := strings.CutPrefix(address, mediaScheme)
	if !ok {
		return nil, city.Errorf(city.NotFound, "this is no picture of this source")
	}
	ask, err := json.Marshal(map[string]string{"file_id": id})
	if err != nil {
		return nil, err
	}
	client := *c.env.HTTP
	client.MaxBody = connectors.MaxMedia
	raw, err := c.call(ctx, &client, "getFile", ask)
	if err != nil {
		return nil, err
	}
	var file struct {
		Path string `json:"file_path"`
	}
	if err := json.Unmarshal(raw, &file); err != nil || file.Path == "" || path.Clean("/"+file.Path) != "/"+file.Path || strings.ContainsAny(file.Path, "?#%") {
		return nil, &connectors.MalformedError{What: "JSON", Err: errors.New("getFile names no path")}
	}
	res, err := client.Do(ctx, connectors.Request{URL: c.cfg.BaseURL + "/file/bot" + c.token + "/" + file.Path})
	if status, ok := errors.AsType[*connectors.StatusError](err); ok {
		return nil, &connectors.StatusError{Status: status.Status, URL: c.cfg.BaseURL + "/file/bot…"}
	}
	if err != nil {
		return nil, err
	}
	return res.Body, nil
}
