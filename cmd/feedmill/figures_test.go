package main

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"feedmill/config"
	"feedmill/feeds"
	"feedmill/feeds/atom"
	"feedmill/feeds/document"
	"feedmill/feeds/front"
	"feedmill/feeds/jsonfeed"
	"feedmill/feeds/rss"
	"feedmill/feeds/server"
	"feedmill/feeds/stats"
	"feedmill/feeds/status"
)

// poller is one program that polls, behind one address.
type poller struct {
	agent   string
	address string
	first   time.Duration // after midnight
	every   time.Duration
	times   int
	path    string
	gzip    bool
	forgets bool // what it got: never asks whether there is anything new
	delta   bool
}

const (
	netNewsWire = "NetNewsWire (RSS Reader; https://netnewswire.com/)"
	minute      = time.Minute
	hour        = time.Hour
)

// scriptedDay is a day of polls. The topic election changes at noon.
var scriptedDay = []poller{
	{agent: "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 457 subscribers; like FeedFetcher-Google)", address: "8.29.198.25", every: hour, times: 12, path: "/topics/election/rss.xml", gzip: true},
	{agent: "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 460 subscribers; like FeedFetcher-Google)", address: "8.29.198.26", first: 12 * hour, every: hour, times: 12, path: "/topics/election/rss.xml", gzip: true},
	{agent: "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 3 subscribers; like FeedFetcher-Google)", address: "8.29.198.26", every: hour, times: 24, path: "/topics/sport/atom.xml", gzip: true},
	{agent: "Feedbin feed-id:1306543 - 3 subscribers", address: "198.51.100.1", every: 2 * hour, times: 12, path: "/topics/election/rss.xml", gzip: true},
	{agent: "Feedbin feed-id:2000935 - 13 subscribers", address: "198.51.100.1", first: hour, every: 2 * hour, times: 11, path: "/topics/election/atom.xml"},
	{agent: "Inoreader/1.0 (+http://www.inoreader.com/feed-fetcher; 26 subscribers; )", address: "92.247.181.15", every: 30 * minute, times: 48, path: "/topics/election/rss.xml", forgets: true},
	{agent: "Blogtrottr/2.0", address: "198.51.100.7", every: 6 * hour, times: 4, path: "/topics/election/rss.xml"},
	{agent: "Mozilla/5.0 (compatible; theoldreader.com; 2 subscribers; feed-id=0719795c4d27c784217b0bc0)", address: "198.51.100.8", every: 3 * hour, times: 8, path: "/topics/sport/rss.xml", gzip: true},
	{agent: "FreshRSS/1.23.1 (Linux; https://freshrss.org)", address: "46.244.252.112", every: hour, times: 24, path: "/topics/election/rss.xml", delta: true},
	{agent: "Mozilla/5.0 (compatible; Miniflux/2.2.3; +https://miniflux.app)", address: "2001:db8:1:1::5", every: hour, times: 12, path: "/topics/election/feed.json", gzip: true},
	{agent: "Mozilla/5.0 (compatible; Miniflux/2.2.3; +https://miniflux.app)", address: "2001:db8:1:1::99", first: 12 * hour, every: hour, times: 12, path: "/topics/election/feed.json", gzip: true}, // the same machine
	{agent: netNewsWire, address: "203.0.113.1", first: 8 * hour, every: 4 * hour, times: 3, path: "/topics/election/rss.xml", gzip: true},
	{agent: netNewsWire, address: "203.0.113.2", first: 20 * hour, times: 1, path: "/topics/election/rss.xml", gzip: true},
	{agent: netNewsWire, address: "203.0.113.2", first: 20 * hour, times: 1, path: "/topics/sport/rss.xml", gzip: true},
	{agent: "newsboat/2.13 (Linux x86_64)", address: "203.0.113.3", first: 9 * hour, every: minute, times: 20, path: "/topics/election/rss.xml"}, // far too often
	{agent: "curl/8.5.0", address: "203.0.113.4", first: 10 * hour, every: hour, times: 2, path: "/topics/election/rss.xml", forgets: true},
	{agent: "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0", address: "203.0.113.5", first: 11 * hour, times: 1, path: "/topics/election/rss.xml"},
	{agent: "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", address: "66.249.66.1", first: 5 * hour, every: 12 * hour, times: 2, path: "/topics/election/rss.xml"},
	{agent: "Mastodon/4.4.2 (http.rb/5.2.0; +https://mastodon.social/)", address: "203.0.113.6", first: 13 * hour, times: 1, path: "/topics/election/rss.xml"},
	{agent: "python-requests/2.31", address: "203.0.113.7", first: 15 * hour, every: 5 * time.Second, times: 103, path: "/topics/sport/rss.xml", forgets: true}, // until it is refused
	{agent: netNewsWire, address: "203.0.113.8", first: 16 * hour, times: 1, path: "/topics/cricket/rss.xml"},                                                   // which has ended
}

// What a day of the script comes to, by hand; bytes are what the clients got.
var (
	wantElection = stats.Figures{
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
		// Inoreader fetches the same 23 times before and 23 times after noon, curl once.
		Unconditional: stats.Misuse{Clients: 2, Polls: 23 + 23 + 1},
		TooOften:      stats.Misuse{Clients: 1, Polls: 19},
	}
	wantSport = stats.Figures{
		Subscribers: 6,
		Readers:     map[string]int64{"Feedly": 3, "The Old Reader": 2, "NetNewsWire": 1},
		Polls:       24 + 8 + 1 + 103, Status: map[int]int64{200: 3 + 100, 304: 30, 429: 3}, Conditional: 30,
		Unconditional: stats.Misuse{Clients: 1, Polls: 99},
		TooOften:      stats.Misuse{Clients: 1, Polls: 102},
	}
	wantCricket = stats.Figures{Polls: 1, Status: map[int]int64{410: 1}}
)

// TestFiguresOfADay: what /status shows is what a day of polls came to, whichever
// front answers.
func TestFiguresOfADay(t *testing.T) {
	for name, run := range map[string]func(context.Context, net.Listener, *server.Handler, func() time.Time) error{
		"net/http": func(ctx context.Context, ln net.Listener, h *server.Handler, now func() time.Time) error {
			return front.Serve(ctx, ln, h, front.Options{Logger: slog.New(slog.DiscardHandler), NoLoops: true, Now: now})
		},
		"loops": func(ctx context.Context, ln net.Listener, h *server.Handler, now func() time.Time) error {
			return front.Serve(ctx, ln, h, front.Options{Logger: slog.New(slog.DiscardHandler), Now: now})
		},
	} {
		t.Run(name, func(t *testing.T) {
			for {
				midnight := time.Now().UTC().Truncate(24 * hour)
				d := playDay(t, midnight, run)
				if time.Now().UTC().Truncate(24 * hour).Equal(midnight) { // else the recorder has begun another day
					d.check(t, midnight)
					return
				}
			}
		})
	}
}

// playedDay is a recorder after a day and, by feed, what its clients have got.
type playedDay struct {
	got    *stats.Recorder
	bytes  map[string]*stats.Figures // by path of the feed
	served status.Status
}

// election and sport are what is there; cricket was.
func dayOfNews(site *feeds.Site, items ...string) *document.Snapshot {
	listing := func(slug string, items []string) *document.Listing {
		k := feeds.Key{Kind: feeds.Topic, Slug: slug}
		f := &feeds.Feed{Site: site, Key: k, ID: "urn:x:" + slug, Title: slug, Description: slug, Updated: time.Unix(0, 0), TTL: 15 * minute}
		for _, id := range items {
			f.Items = append(f.Items, &feeds.Item{ID: "urn:x:" + id, Title: id, HTML: "<p>" + strings.Repeat(id+" words ", 900) + "</p>", Updated: time.Unix(0, 0), Published: time.Unix(0, 0)})
		}
		encoders := [...]document.Encoder{feeds.RSS: rss.Encode, feeds.Atom: atom.Encode, feeds.JSON: jsonfeed.Encode}
		return &document.Listing{Key: k, Name: slug, Count: len(items), Revision: document.NewRevision(func() *feeds.Feed { return f }, encoders)}
	}
	s := document.NewSnapshot(site, len(items), []*document.Listing{listing("election", items), listing("sport", []string{"goal", "own goal"})}, nil)
	s.Retired = map[feeds.Key]string{{Kind: feeds.Topic, Slug: "cricket"}: "cricket"}
	return s
}

// source is a Source whose snapshot the test swaps.
type source struct {
	atomic.Pointer[document.Snapshot]
}

func (s *source) Snapshot() *document.Snapshot { return s.Load() }

// idle is a program that does nothing but serve a source.
type idle struct {
	*serve
	src *source
}

func (p idle) Snapshot() *document.Snapshot { return p.src.Load() }

// playDay polls over HTTP, in the order of the day.
func playDay(t *testing.T, midnight time.Time, run func(context.Context, net.Listener, *server.Handler, func() time.Time) error) *playedDay {
	site := &feeds.Site{Title: "News", BaseURL: "https://feeds.example.com/", HomeURL: "https://feeds.example.com/"}
	src, now := &source{}, atomic.Pointer[time.Time]{}
	now.Store(&midnight)
	src.Store(dayOfNews(site, "b", "a"))
	d := &playedDay{got: stats.New(stats.Options{Known: func(k feeds.Key) bool { return knows(src.Load(), k) }}), bytes: map[string]*stats.Figures{}}
	h := server.NewHandler(src, server.Options{
		Recorder: d.got, TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, Logger: slog.New(slog.DiscardHandler),
		Operator: status.New(idle{&serve{}, src}, status.Options{Key: "key", Figures: d.got, Logger: slog.New(slog.DiscardHandler)}),
	})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, ln, h, func() time.Time { return *now.Load() }) }()
	counted := make(chan error, 1)
	go func() { counted <- d.got.Run(ctx) }()
	// A loop looks at the clock once for all that comes while it is awake. The script's
	// clock jumps, so each poll has a connection of its own.
	client := &http.Client{Transport: &http.Transport{DisableCompression: true, DisableKeepAlives: true}}
	type turn struct {
		at time.Duration
		of int
	}
	var polls []turn
	for i, p := range scriptedDay {
		for n := range p.times {
			polls = append(polls, turn{p.first + time.Duration(n)*p.every, i})
		}
	}
	slices.SortStableFunc(polls, func(a, b turn) int { return cmp.Compare(a.at, b.at) })
	has := make([]string, len(scriptedDay))
	for i, p := range polls {
		if p.at >= 12*hour && now.Load().Sub(midnight) < 12*hour {
			d.await(t, midnight, i) // what comes at once from several addresses is counted in any order
			src.Store(dayOfNews(site, "c", "b", "a"))
		}
		at := midnight.Add(p.at)
		now.Store(&at)
		has[p.of] = d.poll(t, client, "http://"+ln.Addr().String(), src.Load(), &scriptedDay[p.of], has[p.of])
	}
	d.await(t, midnight, len(polls))
	d.served = askStatus(t, "http://"+ln.Addr().String())
	client.CloseIdleConnections()
	stop()
	if err := cmp.Or(<-ended, <-counted); err != nil {
		t.Error(err)
	}
	d.got.Close()
	return d
}

// await waits until so many polls are counted.
func (d *playedDay) await(t *testing.T, midnight time.Time, polls int) {
	if !poll(func() bool {
		days := d.got.Site(midnight, midnight)
		return len(days) == 1 && days[0].Polls >= int64(polls) || time.Since(midnight) > 24*hour
	}) {
		t.Fatalf("not all of %d polls are counted: %+v", polls, d.got.Site(midnight, midnight))
	}
}

// misusers are named by what their User-Agent begins with.
var misusers = map[string]string{"Inoreader": "Inoreader", "curl": "curl", "python-requests": "Python"}

// poll asks once and tells what the client has from then on.
func (d *playedDay) poll(t *testing.T, client *http.Client, base string, snap *document.Snapshot, p *poller, has string) string {
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+p.path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("User-Agent", p.agent)
	r.Header.Set("X-Forwarded-For", "192.0.2.99, "+p.address)
	if p.gzip {
		r.Header.Set("Accept-Encoding", "gzip")
	}
	if p.delta {
		r.Header.Set("A-IM", "feed")
	}
	known := has != "" && !p.forgets
	if known {
		r.Header.Set("If-None-Match", has)
	}
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	answer.Body.Close()
	if err != nil {
		t.Fatal(err)
	}
	feed, file := p.path[:strings.LastIndex(p.path, "/")+1], p.path[strings.LastIndex(p.path, "/")+1:]
	if d.bytes[feed] == nil {
		d.bytes[feed] = &stats.Figures{}
	}
	sum, sent := d.bytes[feed], int64(len(body))
	sum.Sent += sent
	for _, l := range snap.Listings {
		for _, f := range feeds.Formats {
			if l.Key.Path() == feed && f.Filename() == file && answer.StatusCode < 400 {
				d, err := l.Document(f)
				if err != nil {
					t.Fatal(err)
				}
				sum.Saved += int64(len(d.Coded.In(document.Identity))) - sent
			}
		}
	}
	again := has == answer.Header.Get("Etag") && has != ""
	switch { // what is both costs once
	case again && answer.StatusCode == 200 && !known:
		sum.Unconditional.Bytes += sent
	case p.every > 0 && p.every < 15*minute && has != "":
		sum.TooOften.Bytes += sent
	default:
		sent = 0
	}
	if sent > 0 {
		if sum.MisusedBy == nil {
			sum.MisusedBy = map[string]int64{}
		}
		sum.MisusedBy[misusers[strings.Split(p.agent, "/")[0]]] += sent
	}
	return cmp.Or(answer.Header.Get("Etag"), has)
}

func (d *playedDay) check(t *testing.T, midnight time.Time) {
	t.Helper()
	site := stats.Figures{Readers: map[string]int64{}, Status: map[int]int64{}}
	for path, want := range map[string]stats.Figures{"/topics/election/": wantElection, "/topics/sport/": wantSport, "/topics/cricket/": wantCricket} {
		b := d.bytes[path]
		want.MisusedBy = b.MisusedBy
		want.Sent, want.Saved, want.Unconditional.Bytes, want.TooOften.Bytes = b.Sent, b.Saved, b.Unconditional.Bytes, b.TooOften.Bytes
		slug := strings.Split(path, "/")[2]
		day := d.got.Feed(feeds.Key{Kind: feeds.Topic, Slug: slug}, midnight, midnight)[0]
		if got := day.Figures; !day.Open || day.Date != midnight.Format(time.DateOnly) || !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %s\nwant %s", path, dumped(got), dumped(want))
		}
		for name, n := range want.Readers {
			site.Readers[name] += n
		}
		for code, n := range want.Status {
			site.Status[code] += n
		}
		site.Subscribers, site.Polls, site.Sent, site.Saved = site.Subscribers+want.Subscribers, site.Polls+want.Polls, site.Sent+want.Sent, site.Saved+want.Saved
	}
	p := d.served.Polled
	if p == nil || len(p.Days) == 0 || p.Subscribers != site.Subscribers || p.Uncounted != 0 || len(p.Readers) != len(site.Readers) || p.Readers[0].Name != "Feedly" {
		t.Fatalf("/status.json: %s", dumped(p))
	}
	last := p.Days[len(p.Days)-1]
	if last.Polls != site.Polls || last.Sent != site.Sent || last.Saved != site.Saved || !reflect.DeepEqual(last.Status, site.Status) || !reflect.DeepEqual(last.Readers, site.Readers) {
		t.Errorf("/status.json:\n got %s\nwant %s", dumped(last), dumped(site))
	}
	if f := d.served.ByFeed[0]; f.Path != "/topics/election/" || f.Subscribers != wantElection.Subscribers || f.Polls != 177 || f.NotModified != 107 {
		t.Errorf("/status.json: %s", dumped(f))
	}
	if last.Saved <= 0 || last.Sent <= 0 || wantSport.Polls != last.Polls-178 {
		t.Errorf("the script is not what it was: %s", dumped(last))
	}
}

func dumped(v any) string {
	b, _ := json.MarshalIndent(v, "", " ")
	return string(b)
}

func askStatus(t *testing.T, base string) (s status.Status) {
	body, err := (runningServe{URL: base + "/", Key: "key"}).ask(t.Context())
	if err == nil {
		err = json.Unmarshal(body, &s)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestRecordAllocations: counting costs an answer no memory.
func TestRecordAllocations(t *testing.T) {
	var r server.Recorder = stats.New(stats.Options{})
	p := feeds.Poll{Key: feeds.Key{Kind: feeds.Topic, Slug: "x"}, Status: 304, Tag: "t", Agent: netNewsWire, Client: netip.MustParseAddr("203.0.113.8"), Time: time.Now()}
	if n := testing.AllocsPerRun(100, func() { r.Record(p) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestSettingsInForce: every setting is shown, and no secret.
func TestSettingsInForce(t *testing.T) {
	cfg, err := config.Load("example", "", knownNames)
	if err != nil {
		t.Fatal(err)
	}
	cfg.StatusToken = "correct-horse-battery"
	shown := map[string]bool{}
	for _, s := range settingsInForce(cfg) {
		shown[s.Key] = true
		if strings.Contains(s.Value, cfg.StatusToken) {
			t.Errorf("%s gives the token away", s.Key)
		}
	}
	for _, s := range config.Settings() {
		if !strings.Contains(s.Key, "[]") && !strings.Contains(s.Key, "KIND") && !shown[s.Key] {
			t.Errorf("%s is not shown", s.Key)
		}
	}
}
