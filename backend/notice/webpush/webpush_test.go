package webpush_test

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"balaikota/backend/city"
	"balaikota/backend/notice/webpush"
)

const (
	public = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4" // RFC 8291, appendix A
	auth   = "BTBZMqHH6r4Tts7J_aSIgg"
)

func TestSubscriptionsLeadOutOfTheHouseOnly(t *testing.T) {
	t.Parallel()
	c := webpush.New(webpush.Settings{Subject: "mailto:uji@contoh.go.id"})
	ok := city.PushKeys{P256DH: public, Auth: auth}
	for endpoint, good := range map[string]bool{
		"https://updates.push.services.mozilla.com/wpush/v2/x": true, "https://fcm.googleapis.com/fcm/send/x": true, "https://web.push.apple.com:443/x": true,
		"http://fcm.googleapis.com/x": false, "https://127.0.0.1/x": false, "https://10.1.2.3/x": false, "https://192.168.0.1/x": false, "https://169.254.169.254/x": false,
		"https://[::1]/x": false, "https://[::ffff:10.0.0.1]/x": false, "https://[fd00::1]/x": false, "https://100.64.0.1/x": false, "https://localhost/x": false,
		"https://basisdata/x": false, "https://server.internal/x": false, "https://fcm.googleapis.com:8443/x": false, "https://u:p@fcm.googleapis.com/x": false,
		"ftp://fcm.googleapis.com/x": false, "": false, "https://": false, "https://localhost./x": false, "https://0.0.0.0/x": false,
	} {
		if err := c.Check(city.PushSubscription{Endpoint: endpoint, Keys: ok}); (err == nil) != good {
			t.Errorf("%q: %v", endpoint, err)
		}
	}
	for _, keys := range []city.PushKeys{{}, {P256DH: public}, {P256DH: public, Auth: "AA"}, {P256DH: auth, Auth: auth}, {P256DH: "!", Auth: auth}, {P256DH: public[:86] + "A", Auth: auth}} {
		if err := c.Check(city.PushSubscription{Endpoint: "https://fcm.googleapis.com/x", Keys: keys}); city.CodeOf(err) != city.Invalid {
			t.Errorf("%+v: %v", keys, err)
		}
	}
}

// A public name that leads inside is refused as it is dialed.
func TestANameThatLeadsInsideIsNotDialed(t *testing.T) {
	t.Parallel()
	c := webpush.New(webpush.Settings{Subject: "mailto:uji@contoh.go.id", Keys: keys(t)})
	for _, endpoint := range []string{"https://127.0.0.1/x", "https://10.0.0.1/x"} {
		address := `{"endpoint":"` + endpoint + `","keys":{"p256dh":"` + public + `","auth":"` + auth + `"}}`
		if err := c.Carry(t.Context(), address, city.Notice{Key: "k", Text: "t"}); city.CodeOf(err) != city.NotFound {
			t.Errorf("%s: %v", endpoint, err)
		}
	}
	for address, good := range map[string]bool{"8.8.8.8:443": true, "127.0.0.1:443": false, "[::ffff:127.0.0.1]:443": false, "[64:ff9b::7f00:1]:443": false, "[2002:7f00:1::]:443": false, "203.0.113.9:443": false} {
		if err := webpush.CheckAddress(c, address); (err == nil) != good {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func keys(t *testing.T) webpush.Keys {
	t.Helper()
	k, err := webpush.NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestKeysAreMadeOnceAndKept(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "rahasia")
	made := make([]webpush.Keys, 8)
	var wg sync.WaitGroup
	for i := range made {
		wg.Go(func() {
			var err error
			if made[i], err = webpush.KeepKeys(folder); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, k := range made {
		if k != made[0] || k.Public == "" {
			t.Fatal("processes that start at once have different keys")
		}
	}
	file := filepath.Join(folder, "vapid.json")
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 1 {
		t.Errorf("%v, %v", left, err)
	}
	for _, bad := range []string{"{", "{}", `{"public":"AA","private":"AA"}`} {
		if err := os.WriteFile(file, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := webpush.KeepKeys(folder); city.CodeOf(err) != city.Invalid {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
