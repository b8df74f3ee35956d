package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"balaikota/backend/city"
)

// serverFile, in the folder of data, holds the address that its server listens on.
// A server that stops takes it away; one that was killed leaves it behind.
const serverFile = "server"

// announce writes down where the server of a folder of data listens. leave takes it
// away again, unless another server has written its own since.
func announce(data, address string) (leave func(), err error) {
	file := filepath.Join(data, serverFile)
	if err := os.WriteFile(file, []byte(address+"\n"), 0o600); err != nil {
		return nil, fmt.Errorf("write down where the server listens: %w", err)
	}
	return func() {
		if raw, err := os.ReadFile(file); err == nil && strings.TrimSpace(string(raw)) == address {
			_ = os.Remove(file) // the doctor would say that nobody answers there, which is so
		}
	}, nil
}

// serverState says whether the server of a folder of data is there. The error is for
// one that should be and does not answer.
func serverState(ctx context.Context, data string) (string, error) {
	raw, err := os.ReadFile(filepath.Join(data, serverFile))
	if errors.Is(err, fs.ErrNotExist) {
		return "tidak berjalan", nil // no server has written it, or it took it away
	}
	if err != nil {
		return "", fmt.Errorf("read where the server listens: %w", err)
	}
	address := strings.TrimSpace(string(raw))
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/healthz", http.NoBody)
	if err != nil {
		return "", city.Errorf(city.Invalid, "%s holds no address", filepath.Join(data, serverFile))
	}
	res, err := (&http.Client{Timeout: 3 * time.Second}).Do(req)
	if err != nil {
		return "", city.Errorf(city.Internal, "tidak menjawab di %s: mati mendadak, atau macet", address)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return "", city.Errorf(city.Internal, "menjawab %d di %s", res.StatusCode, address)
	}
	return "berjalan di " + address, nil
}
