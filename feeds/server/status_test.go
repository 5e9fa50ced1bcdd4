package server

import (
	"encoding/json"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"feedmill/feeds"
)

// operations is what tests hold.
type operations struct {
	held  *feeds.Hold
	state State
}

func (o operations) Held() *feeds.Hold { return o.held }
func (o operations) State() *State     { return &o.state }

var heldNow = operations{
	held:  &feeds.Hold{Since: time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC), Feed: "topic <Secret>", Known: 40, Vanished: 25, Changed: 2},
	state: State{Problems: []string{"a.md:2:8: date: no date"}},
}

// TestStatusAccess lets nobody in but this machine, whatever the path of the request.
func TestStatusAccess(t *testing.T) {
	opt := testOptions(t)
	opt.Operations = heldNow
	opt.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8")} // who may say who the client is, but not let it in
	h := NewHandler(holding(testSnapshot(testSite())), opt)
	for _, tt := range []struct {
		remote, host, header string
		want                 int
	}{
		{"127.0.0.1:5000", "127.0.0.1:8080", "", 200},
		{"127.9.9.9:5000", "localhost:8080", "", 200},
		{"[::1]:5000", "[::1]:8080", "", 200},
		{"[::1]:5000", "[::1]", "", 200},
		{"[::ffff:127.0.0.1]:5000", "localhost", "", 200},
		{"192.0.2.1:5000", "127.0.0.1:8080", "", 403},
		{"10.0.0.1:5000", "localhost", "", 403},
		{"", "localhost", "", 403},
		{"127.0.0.1:5000", "feeds.example.com", "", 403},
		{"127.0.0.1:5000", "localhost.example.com:8080", "", 403},
		{"127.0.0.1:5000", "10.0.0.1", "", 403},
		{"127.0.0.1:5000", "", "", 403},
		{"127.0.0.1:5000", "127.0.0.1", "X-Forwarded-For", 403},
		{"127.0.0.1:5000", "127.0.0.1", "X-Forwarded-For: 127.0.0.1", 403},
		{"10.0.0.1:5000", "127.0.0.1", "Forwarded: for=127.0.0.1", 403},
		{"127.0.0.1:5000", "127.0.0.1", "Forwarded", 403},
		{"127.0.0.1:5000", "127.0.0.1", "Via", 403},
		{"127.0.0.1:5000", "127.0.0.1", "X-Real-IP", 403},
		{"127.0.0.1:5000", "127.0.0.1", "X-Forwarded-Host: feeds.example.com", 403},
		{"127.0.0.1:5000", "127.0.0.1", "X-Forwarded-Proto: https", 403},
	} {
		for _, path := range []string{"/status", "/status.json", "/metrics"} {
			r := httptest.NewRequest("GET", path, nil)
			r.RemoteAddr, r.Host = tt.remote, tt.host
			if name, value, ok := strings.Cut(tt.header, ": "); ok {
				r.Header.Set(name, value)
			} else if name != "" {
				r.Header.Set(name, "192.0.2.1")
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != tt.want || w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("%s of %+v: %d %v", path, tt, w.Code, w.Header())
			}
			if w.Code == 403 && (strings.Contains(w.Body.String(), "a.md") || strings.Contains(w.Body.String(), "25")) {
				t.Errorf("%s of %+v tells: %s", path, tt, w.Body)
			}
		}
	}
}

// TestStatus says what is held, to this machine in full and in /readyz without
// the name of a feed.
func TestStatus(t *testing.T) {
	src := new(holder)
	opt := testOptions(t)
	opt.Operations = heldNow
	h := NewHandler(src, opt)
	get := func(path string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", path, nil)
		r.RemoteAddr, r.Host = "127.0.0.1:5000", "localhost"
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	check := func(path string, status int, want ...string) {
		t.Helper()
		w := get(path)
		if w.Code != status {
			t.Errorf("%s: %d, want %d", path, w.Code, status)
		}
		for _, s := range want {
			if !strings.Contains(w.Body.String(), s) {
				t.Errorf("%s lacks %q:\n%s", path, s, w.Body)
			}
		}
	}
	const held = "held: a change of 27 of 40 known articles, since 2024-06-01T12:00:00Z: "
	check("/readyz", 503, "not ready\n"+held)
	check("/status", 200, "not ready\narticles: 0\n")
	check("/rss.xml", 503, held)
	src.Store(testSnapshot(testSite()))
	check("/readyz", 200, "ready\n"+held)
	if strings.Contains(get("/readyz").Body.String(), "Secret") {
		t.Error("/readyz names a feed")
	}
	check("/status", 200, "ready\narticles: 1\nfeeds: 9\n", "held since 2024-06-01T12:00:00Z: of the 40 known articles of topic <Secret>, 25 would vanish, 2 would change\n", "problems: 1\na.md:2:8: date: no date\n")
	check("/metrics", 200, "# TYPE feedmill_held_articles gauge\nfeedmill_held_articles 27\n", "\nfeedmill_ready 1\n", "\nfeedmill_problems 1\n")
	var s Status
	if err := json.Unmarshal(get("/status.json").Body.Bytes(), &s); err != nil || s.Held == nil || s.Held.Vanished != 25 || !s.Ready || len(s.Problems) != 1 {
		t.Errorf("/status.json gives %+v, %v", s, err)
	}
	opt.Operations = operations{}
	h = NewHandler(src, opt)
	check("/readyz", 200, "ready\n")
	check("/status.json", 200, `"held": null`, `"problems": []`)
	check("/metrics", 200, "feedmill_held_articles 0\n")
	opt.Operations = nil
	h = NewHandler(src, opt)
	check("/status", 404)
	check("/readyz", 200, "ready\n")
}
