package llm_test

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"balaikota/agents/llm"
	"balaikota/agents/llm/llmtest"
	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
)

func newLogger(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func TestSettingsSayWhereAndWhatToDo(t *testing.T) {
	t.Parallel()
	good := "- {name: a, base_url: https://api.example.org/v1, model: m}\n"
	files := map[string]string{
		"kunci": "sk-1\n", "kosong": "\n", "baik": good + "- {name: b, base_url: http://10.0.0.4:8000/v1, model: m, key_file: kunci, timeout: 45s, cheap_model: k}\n",
		"json": `[{"name":"a","base_url":"http://localhost:11434/v1","model":"m","max_output_tokens":500}]`,
		"dua":  good + good, "asing": "- {name: a, base_url: https://x.example/v1, model: m, api_key: sk-oops}\n", "bukan": "name: a", "tiada": "[]",
		"http": "- {name: a, base_url: http://api.example.org/v1, model: m}\n", "model": "- {name: a, base_url: https://x.example/v1}\n",
		"lingkungan": "- {name: a, base_url: https://x.example/v1, model: m, key_env: TIDAK_ADA}\n", "kuncikosong": "- {name: a, base_url: https://x.example/v1, model: m, key_file: kosong}\n",
		"harga": "- {name: a, base_url: https://x.example/v1, model: m, input_rupiah_per_million: -1}\n", "sandi": "- {name: a, base_url: https://u:p@x.example/v1, model: m}\n",
	}
	load := func(s llm.Settings) ([]llm.Provider, error) {
		return llm.Load(s, func(string) string { return "" }, func(name string) ([]byte, error) {
			if text, ok := files[name]; ok {
				return []byte(text), nil
			}
			return nil, errors.New("no such file")
		})
	}
	for name, c := range map[string]struct {
		settings llm.Settings
		want     string // in the error; "" for none
		n        int
	}{
		"nothing":       {llm.Settings{}, "", 0},
		"a file":        {llm.Settings{File: "baik"}, "", 2},
		"a JSON file":   {llm.Settings{File: "json"}, "", 1},
		"short":         {llm.Settings{URL: "https://api.example.org/v1/", Model: "m", KeyFile: "kunci"}, "", 1},
		"both":          {llm.Settings{File: "baik", URL: "https://x.example"}, "keep the file or the short form", 0},
		"no such file":  {llm.Settings{File: "tidak"}, "check its name and rights", 0},
		"two keys":      {llm.Settings{URL: "https://x.example", Key: "a", KeyFile: "kunci"}, "keep one", 0},
		"twice":         {llm.Settings{File: "dua"}, "a name of its own", 0},
		"unknown field": {llm.Settings{File: "asing"}, `unknown field "api_key"`, 0},
		"no list":       {llm.Settings{File: "bukan"}, "must be a list", 0},
		"empty list":    {llm.Settings{File: "tiada"}, "lists no provider", 0},
		"plain http":    {llm.Settings{File: "http"}, "use https", 0},
		"no model":      {llm.Settings{File: "model"}, "BALAIKOTA_AI_FILE, a, model", 0},
		"no address":    {llm.Settings{Model: "m"}, "base_url", 0},
		"empty env":     {llm.Settings{File: "lingkungan"}, "TIDAK_ADA is empty", 0},
		"empty key":     {llm.Settings{File: "kuncikosong"}, "holds the key and nothing else", 0},
		"price":         {llm.Settings{File: "harga"}, "negative", 0},
		"user name":     {llm.Settings{File: "sandi"}, "without user name", 0},
		"a blank key":   {llm.Settings{URL: "https://x.example", Model: "m", Key: "sk 1"}, "blanks", 0},
	} {
		got, err := load(c.settings)
		if c.want == "" {
			if err != nil || len(got) != c.n {
				t.Errorf("%s: %d providers, %v", name, len(got), err)
			}
			continue
		}
		if err == nil || city.CodeOf(err) != city.Invalid || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v does not say %q", name, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "sk-") {
			t.Errorf("%s: the error shows a key: %v", name, err)
		}
	}
}

// TestCapsHoldOverPostgres: fifty questions at once against the real ledger;
// the ceiling lets ten of their estimates through, and each is charged once.
func TestCapsHoldOverPostgres(t *testing.T) {
	t.Parallel()
	server := llmtest.NewServer(t, "baik")
	server.Fail(llmtest.NoUsage) // so that every call costs its estimate
	db := storetest.NewDB(t)
	ledger := storetest.Open(t, db)
	providers, err := llm.Load(llm.Settings{URL: server.URL, Model: "m", PriceOut: 1e6}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	providers[0].MaxOutputTokens = 100 // rupiah 100 each
	chain, err := llm.NewChain(providers, llm.Options{Ledger: ledger})
	if err != nil {
		t.Fatal(err)
	}
	err = ledger.SetAICeiling(t.Context(), city.CommandLine, city.System, city.AICeiling{Scope: "kota", YearRupiah: 12 * 1000, EffectiveOn: "2026-01-01"}, "uji pagu bersama")
	if err != nil {
		t.Fatal(err)
	}
	var answered, over atomic.Int64
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			ctx := llm.With(t.Context(), llm.Use{Purpose: "pertanyaan", QuestionID: int64(i + 1)})
			_, err := chain.Call(ctx, fmt.Sprintf("pertanyaan %d", i))
			switch f := llm.FaultOf(err); {
			case err == nil:
				answered.Add(1)
			case f != nil && f.Kind == llm.OverCeiling:
				over.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	usage, err := ledger.AIUsage(t.Context(), city.Asker{Role: city.Auditor}, "")
	if err != nil || answered.Load() != 10 || over.Load() != 40 || len(server.Requests()) != 10 || usage.Rupiah != 1000 || usage.Reserved != 0 {
		t.Errorf("%d answered, %d over, %d requests, rupiah %g (held %g): %v", answered.Load(), over.Load(), len(server.Requests()), usage.Rupiah, usage.Reserved, err)
	}
}
