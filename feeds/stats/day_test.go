package stats

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"feedmill/feeds"
)

// poller is one program that polls several times a day.
type poller struct {
	agent   string
	address string
	first   time.Duration // after midnight
	every   time.Duration
	times   int
	feed    feeds.Key
	format  feeds.Format
	forgets bool // sends no conditions: it does not remember what it got
	delta   bool
}

const freshFor = 15 * time.Minute

// scriptedDay is a day of polls. The document of the feed election changes at noon.
var scriptedDay = []poller{
	{agent: "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 457 subscribers; like FeedFetcher-Google)", address: "8.29.198.25", every: time.Hour, times: 12, feed: election},
	{agent: "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 460 subscribers; like FeedFetcher-Google)", address: "8.29.198.26", first: 12 * time.Hour, every: time.Hour, times: 12, feed: election},
	{agent: "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 3 subscribers; like FeedFetcher-Google)", address: "8.29.198.26", every: time.Hour, times: 24, feed: sport, format: feeds.Atom},
	{agent: "Feedbin feed-id:1306543 - 3 subscribers", address: "198.51.100.1", every: 2 * time.Hour, times: 12, feed: election},
	{agent: "Feedbin feed-id:2000935 - 13 subscribers", address: "198.51.100.1", first: time.Hour, every: 2 * time.Hour, times: 11, feed: election, format: feeds.Atom},
	{agent: "Inoreader/1.0 (+http://www.inoreader.com/feed-fetcher; 26 subscribers; )", address: "92.247.181.15", every: 30 * time.Minute, times: 48, feed: election, forgets: true},
	{agent: "Blogtrottr/2.0", address: "198.51.100.7", every: 6 * time.Hour, times: 4, feed: election},
	{agent: "Mozilla/5.0 (compatible; theoldreader.com; 2 subscribers; feed-id=0719795c4d27c784217b0bc0)", address: "198.51.100.8", every: 3 * time.Hour, times: 8, feed: sport},
	{agent: "FreshRSS/1.23.1 (Linux; https://freshrss.org)", address: "46.244.252.112", every: time.Hour, times: 24, feed: election, delta: true},
	{agent: "Mozilla/5.0 (compatible; Miniflux/2.2.3; +https://miniflux.app)", address: "2001:db8:1:1::5", every: time.Hour, times: 12, feed: election},
	{agent: "Mozilla/5.0 (compatible; Miniflux/2.2.3; +https://miniflux.app)", address: "2001:db8:1:1::99", first: 12 * time.Hour, every: time.Hour, times: 12, feed: election}, // the same machine
	{agent: netNewsWireAgent, address: "203.0.113.1", first: 8 * time.Hour, every: 4 * time.Hour, times: 3, feed: election},
	{agent: netNewsWireAgent, address: "203.0.113.2", first: 20 * time.Hour, every: time.Hour, times: 1, feed: election},
	{agent: netNewsWireAgent, address: "203.0.113.2", first: 20 * time.Hour, every: time.Hour, times: 1, feed: sport},
	{agent: "newsboat/2.13 (Linux x86_64)", address: "203.0.113.3", first: 9 * time.Hour, every: time.Minute, times: 20, feed: election}, // far too often
	{agent: "curl/8.5.0", address: "203.0.113.4", first: 10 * time.Hour, every: time.Hour, times: 2, feed: election, forgets: true},
	{agent: browserAgent, address: "203.0.113.5", first: 11 * time.Hour, every: time.Hour, times: 1, feed: election, forgets: true},
	{agent: "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", address: "66.249.66.1", first: 5 * time.Hour, every: 12 * time.Hour, times: 2, feed: election},
	{agent: "Mastodon/4.4.2 (http.rb/5.2.0; +https://mastodon.social/)", address: "203.0.113.6", first: 13 * time.Hour, every: time.Hour, times: 1, feed: election, forgets: true},
}

// wantElection and wantSport are the figures of a scripted day, computed by hand.
var wantElection = Figures{
	Subscribers: 460 + 16 + 26 + 1 + 1 + 1 + 2 + 1,
	Readers:     map[string]int64{"Feedly": 460, "Feedbin": 16, "Inoreader": 26, "Blogtrottr": 1, "FreshRSS": 1, "Miniflux": 1, "NetNewsWire": 2, "Newsboat": 1},
	// 24 Feedly, 12 + 11 Feedbin, 48 Inoreader, 4 Blogtrottr, 24 FreshRSS, 24
	// Miniflux, 3 + 1 NetNewsWire, 20 newsboat, 2 curl, 1 browser, 2 Google, 1 Mastodon.
	Polls: 177,
	// Whole: Feedly 1, the other one 1, Feedbin 2 and 2, Inoreader all 48,
	// Blogtrottr 2 (midnight, noon), FreshRSS 1, Miniflux 1, the other one 1,
	// NetNewsWire 2 and 1, newsboat 1, curl 2, browser 1, Google 2, Mastodon 1.
	Status:      map[int]int64{200: 69, 226: 1, 304: 107},
	Conditional: 177 - 1 - 1 - 1 - 1 - 48 - 1 - 1 - 1 - 1 - 1 - 1 - 1 - 2 - 1 - 1 - 1,
	DeltasAsked: 24, Deltas: 1,
	Sent: 69*8000 + 500, Saved: 69*22000 + 29500 + 107*30000,
	// Inoreader fetches the same document 23 times before and 23 after noon, curl
	// once (10 and 11 o'clock).
	Unconditional: Misuse{Clients: 2, Polls: 23 + 23 + 1, Bytes: (23 + 23 + 1) * 8000},
	TooOften:      Misuse{Clients: 1, Polls: 19},
	MisusedBy:     map[string]int64{"Inoreader": 46 * 8000, "curl": 8000},
	Pushes:        3, PushedBytes: 3000,
}

var wantSport = Figures{
	Subscribers: 6,
	Readers:     map[string]int64{"Feedly": 3, "The Old Reader": 2, "NetNewsWire": 1},
	Polls:       24 + 8 + 1, Status: map[int]int64{200: 3, 304: 30}, Conditional: 30,
	Sent: 3 * 8000, Saved: 3*22000 + 30*30000,
}

// run polls for one day, which begins at midnight.
func (p poller) run(midnight time.Time, record func(feeds.Poll)) {
	has := ""
	time.Sleep(time.Until(midnight.Add(p.first)))
	for i := range p.times {
		time.Sleep(time.Until(midnight.Add(p.first + time.Duration(i)*p.every)))
		now := time.Now()
		tag := "morning"
		if p.feed == election && now.Sub(midnight) >= 12*time.Hour {
			tag = "afternoon"
		}
		a := feeds.Poll{Key: p.feed, Format: p.format, Status: 200, Sent: 8000, Full: 30000, Tag: tag, MaxAge: freshFor,
			Agent: p.agent, Client: netip.MustParseAddr(p.address), Time: now, Delta: p.delta}
		if !p.forgets && has != "" {
			a.Conditional = true
			switch {
			case has == tag:
				a.Status, a.Sent = 304, 0
			case p.delta:
				a.Status, a.Sent = 226, 500
			}
		}
		has = tag
		record(a)
	}
}

// TestScriptedDays runs the scripted day on two days. On the first the recorder is killed,
// some minutes after it last wrote its figures; on the second it is restarted.
func TestScriptedDays(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) { playTwoDays(t, folder) })
}

func playTwoDays(t *testing.T, folder string) {
	midnight := time.Now().Truncate(24 * time.Hour).Add(24 * time.Hour)
	s := startSession(t, folder)
	for day := range 2 {
		for _, p := range scriptedDay {
			go p.run(midnight.AddDate(0, 0, day), s.record)
		}
	}
	time.Sleep(time.Until(midnight.Add(13*time.Hour + 50*time.Minute)))
	for range 3 {
		s.current.Load().Pushed(election, feeds.RSS, 1000, time.Now())
	}
	time.Sleep(8 * time.Minute)
	s.kill()
	s.start(t, folder)
	time.Sleep(time.Until(midnight.Add(24*time.Hour - time.Second)))
	check(t, "first day, open", s.current.Load().Feed(election, midnight, midnight)[0], wantElection)
	time.Sleep(14*time.Hour + time.Second + time.Millisecond) // some polls are counted but not written, some only queued
	s.stop()
	s.start(t, folder)
	time.Sleep(time.Until(midnight.Add(48*time.Hour + time.Second)))
	s.stop()
	s.start(t, folder)
	defer s.stop()
	checkTwoDays(t, s.current.Load(), midnight)
	noAddresses(t, folder)
}

func checkTwoDays(t *testing.T, r *Recorder, midnight time.Time) {
	second := wantElection
	second.Pushes, second.PushedBytes = 0, 0
	days := r.Feed(election, midnight.AddDate(0, 0, -1), midnight.AddDate(0, 0, 9))
	if len(days) != 4 || days[3].Polls != 0 || !days[3].Open || days[0].Polls != 0 || days[1].Open {
		t.Fatalf("%d days: %+v", len(days), days)
	}
	check(t, "first day", days[1], wantElection)
	check(t, "second day", days[2], second)
	check(t, "sport", r.Feed(sport, midnight, midnight)[0], wantSport)
	var site Figures
	site.add(&wantElection)
	site.add(&wantSport)
	check(t, "site", r.Site(midnight, midnight)[0], site)
	sum := Sum(days)
	if sum.Polls != 2*wantElection.Polls || sum.Subscribers != wantElection.Subscribers || sum.Pushes != 3 {
		t.Errorf("sum: %+v", sum)
	}
	if n := sum.NotModified(); n != 2*107 {
		t.Errorf("%d answers were 304", n)
	}
}

func check(t *testing.T, what string, got Day, want Figures) {
	t.Helper()
	if !reflect.DeepEqual(got.Figures, want) {
		g, _ := json.MarshalIndent(got, "", " ")
		w, _ := json.MarshalIndent(want, "", " ")
		t.Errorf("%s: got %s\nwant %s", what, g, w)
	}
}

// noAddresses fails if a file holds an address or a User-Agent.
func noAddresses(t *testing.T, folder string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil || len(files) != 2 {
		t.Fatalf("files: %v, %v", files, err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range scriptedDay {
			address := netip.MustParseAddr(p.address)
			if strings.Contains(string(content), p.address) || strings.Contains(string(content), string(address.AsSlice())) || strings.Contains(string(content), p.agent) {
				t.Errorf("%s holds %s or %s", file, p.address, p.agent)
			}
		}
	}
}

// session is a running recorder that can be restarted.
type session struct {
	current atomic.Pointer[Recorder]
	end     func()
}

func startSession(t *testing.T, folder string) *session {
	s := &session{}
	s.start(t, folder)
	return s
}

func (s *session) start(t *testing.T, folder string) {
	r := New(Options{Folder: folder, Logger: slog.New(slog.NewTextHandler(failOnWarning{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))})
	ctx, end := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.Run(ctx)
	}()
	s.current.Store(r)
	s.end = func() {
		end()
		<-done
	}
}

func (s *session) record(a feeds.Poll) { s.current.Load().Record(a) }

func (s *session) stop() {
	s.end()
	s.current.Load().Close()
}

// kill stops the recorder without writing and closes its file, as when a process ends.
func (s *session) kill() {
	s.end()
	s.current.Load().history.close()
}

type failOnWarning struct{ t *testing.T }

func (w failOnWarning) Write(p []byte) (int, error) {
	w.t.Errorf("logged: %s", p)
	return len(p), nil
}
