package status

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/document"
	"feedmill/feeds/front"
)

// program is one that tests make.
type program struct {
	snap  *document.Snapshot
	held  *feeds.Hold
	state State
}

func (p program) Snapshot() *document.Snapshot { return p.snap }
func (p program) Held() *feeds.Hold            { return p.held }
func (p program) State() *State                { return &p.state }

// with is p with a snapshot.
func (p program) with(snap *document.Snapshot) program {
	p.snap = snap
	return p
}

var newest = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

// snapshot has nine feeds.
func snapshot() *document.Snapshot {
	site := &feeds.Site{Title: "Daily <Mill>", BaseURL: "https://feeds.example.com/"}
	all := []*document.Listing{{Name: site.Title, Count: 1}, {Key: feeds.Key{Kind: feeds.Topic, Slug: "c-plus-plus"}, Name: "C++", Count: 1}}
	for _, name := range []string{"ai", "e", "go", "news", "quiet", "science", "wire"} {
		all = append(all, &document.Listing{Key: feeds.Key{Kind: feeds.Topic, Slug: name}, Name: name})
	}
	return document.NewSnapshot(site, 1, all, nil)
}

// handler is an operator as a server asks it.
type handler struct{ *Operator }

func (h handler) Ready(front.Request, time.Time) (a front.Answer, v front.Verdict) { return a, v }
func (h handler) Stop()                                                            {}

func (h handler) Answer(r front.Request, now time.Time) front.Answer {
	path, _, _ := strings.Cut(r.Target(), "?")
	return h.Operator.Answer(r, path, now)
}

// ask sends a request from this machine; fields are header lines "Name: value".
func ask(o *Operator, target string, fields ...string) *httptest.ResponseRecorder {
	return askFrom("127.0.0.1:1000", o, target, append(fields, "Host: localhost")...)
}

func askFrom(remote string, o *Operator, target string, fields ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", target, nil)
	r.RemoteAddr = remote
	for _, f := range fields {
		name, value, _ := strings.Cut(f, ": ")
		if name == "Host" {
			r.Host = value
		}
		r.Header.Add(name, value)
	}
	return answerTo(o, r)
}

func answerTo(o *Operator, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	front.HTTPHandler(handler{o}, func() time.Time { return newest }).ServeHTTP(w, r)
	return w
}

func options(t *testing.T) Options {
	return Options{Logger: slog.New(slog.NewTextHandler(t.Output(), nil))}
}

const someone = "198.51.100.7:1000"

var heldNow = program{
	held:  &feeds.Hold{Since: time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC), Feed: "topic <Secret>", Known: 40, Vanished: 25, Changed: 2},
	state: State{Problems: []string{"a.md:2:8: date: no date"}},
}

// TestStatusAccess lets nobody in but this machine, whatever the path of the request.
func TestStatusAccess(t *testing.T) {
	o := New(heldNow.with(snapshot()), options(t))
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
			w := answerTo(o, r)
			if w.Code != tt.want || w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("%s of %+v: %d %v", path, tt, w.Code, w.Header())
			}
			if w.Code == 403 && (strings.Contains(w.Body.String(), "a.md") || strings.Contains(w.Body.String(), "25")) {
				t.Errorf("%s of %+v tells: %s", path, tt, w.Body)
			}
		}
	}
}

// TestStatus says what is held: to the operator in full, and to everybody without
// the name of a feed.
func TestStatus(t *testing.T) {
	o := New(heldNow, options(t))
	get := func(path string) *httptest.ResponseRecorder { return ask(o, path) }
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
	if got := o.Held(); !strings.HasPrefix(got, "held: a change of 27 of 40 known articles, since 2024-06-01T12:00:00Z: ") || strings.Contains(got, "Secret") {
		t.Errorf("everybody is told %q", got)
	}
	check("/status", 200, "not ready\narticles: 0\n")
	o = New(heldNow.with(snapshot()), options(t))
	check("/status", 200, "ready\narticles: 1\nfeeds: 9\n", "held since 2024-06-01T12:00:00Z: of the 40 known articles of topic <Secret>, 25 would vanish, 2 would change\n", "problems: 1\na.md:2:8: date: no date\n")
	check("/metrics", 200, "# TYPE feedmill_held_articles gauge\nfeedmill_held_articles 27\n", "\nfeedmill_ready 1\n", "\nfeedmill_problems 1\n")
	var s Status
	if err := json.Unmarshal(get("/status.json").Body.Bytes(), &s); err != nil || s.Held == nil || s.Held.Vanished != 25 || !s.Ready || len(s.Problems) != 1 {
		t.Errorf("/status.json gives %+v, %v", s, err)
	}
	o = New(program{}.with(snapshot()), options(t))
	check("/status.json", 200, `"held": null`, `"problems": []`)
	check("/metrics", 200, "feedmill_held_articles 0\n")
	if got := o.Held(); got != "" {
		t.Errorf("nothing is held, and everybody is told %q", got)
	}
}
