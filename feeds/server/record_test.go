package server

import (
	"net/netip"
	"testing"
	"time"

	"feedmill/feeds"
)

// polled is a Recorder that keeps the last poll.
type polled struct {
	n    int
	last feeds.Poll
}

func (p *polled) Record(poll feeds.Poll) { p.n, p.last = p.n+1, poll }

// TestRecord: every answer to a request for a document is told of, and no other.
func TestRecord(t *testing.T) {
	h, old := requirementsHandler(t)
	rec := &polled{}
	h.opt.Recorder = rec
	h.opt.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	h.view.Store(nil)
	full := ask(h, "GET", "/rss.xml")
	size, tag := int64(full.Body.Len()), full.Header().Get("ETag")
	all, known := feeds.Key{}, feeds.Key{Kind: feeds.Topic, Slug: "known"}
	topic := func(slug string) feeds.Key { return feeds.Key{Kind: feeds.Topic, Slug: slug} }
	bare := tag[1 : len(tag)-1]
	const hour, proxy = time.Hour, "10.0.0.7:80"
	for _, tt := range []struct {
		name, from, method, path string
		fields                   []string
		want                     feeds.Poll // without Sent, which is checked by itself, Agent and Time
	}{
		{"200", someone, "GET", "/rss.xml?_=1", nil, feeds.Poll{Key: all, Status: 200, Full: size, Tag: bare, MaxAge: hour}},
		{"HEAD", someone, "HEAD", "/rss.xml", nil, feeds.Poll{Key: all, Status: 200, Tag: bare, MaxAge: hour}},
		{"304", someone, "GET", "/rss.xml", []string{"If-None-Match: " + tag}, feeds.Poll{Key: all, Status: 304, Full: size, Tag: bare, MaxAge: hour, Conditional: true}},
		{"by date", someone, "GET", "/rss.xml", []string{"If-Modified-Since: Wed, 04 Mar 2020 05:06:07 GMT"}, feeds.Poll{Key: all, Status: 200, Full: size, Tag: bare, MaxAge: hour, Conditional: true}},
		{"226", someone, "GET", "/rss.xml", []string{"A-IM: feed", "If-None-Match: " + old}, feeds.Poll{Key: all, Status: 226, Full: size, Tag: bare, Conditional: true, Delta: true}},
		{"no delta", someone, "GET", "/rss.xml", []string{"A-IM: feed"}, feeds.Poll{Key: all, Status: 200, Full: size, Tag: bare, MaxAge: hour, Delta: true}},
		{"soon another", someone, "GET", "/topics/known/rss.xml", nil, feeds.Poll{Key: known, Status: 200, MaxAge: 10 * time.Minute}},
		{"limited", someone, "GET", "/topics/known/atom.xml", nil, feeds.Poll{Key: known, Format: feeds.Atom, Status: 429, MaxAge: 15 * time.Minute}},
		{"a browser", someone, "GET", "/rss.xml", []string{"Sec-Fetch-Dest: document"}, feeds.Poll{Key: all, Status: 303, Full: size, Tag: bare}},
		{"renamed", someone, "GET", "/topics/renamed/feed.json", nil, feeds.Poll{Key: topic("renamed"), Format: feeds.JSON, Status: 308}},
		{"retired", someone, "GET", "/topics/retired/rss.xml", nil, feeds.Poll{Key: topic("retired"), Status: 410}},
		{"its archive", someone, "GET", "/topics/retired/archive/2021-05/rss.xml", nil, feeds.Poll{Key: topic("retired"), Status: 410}},
		{"unknown", someone, "GET", "/topics/unknown/rss.xml", nil, feeds.Poll{Key: topic("unknown"), Status: 404}},
		{"an odd mix", someone, "GET", "/mix/unknown/rss.xml", nil, feeds.Poll{Key: feeds.Key{Kind: feeds.Composed}, Status: 404}},
		{"behind a proxy", proxy, "GET", "/rss.xml", []string{"X-Forwarded-For: 192.0.2.1, 198.51.100.9, 10.1.1.1"}, feeds.Poll{Key: all, Status: 200, Full: size, Tag: bare, MaxAge: hour, Client: netip.MustParseAddr("198.51.100.9")}},
		{"hidden by it", proxy, "GET", "/rss.xml", []string{"Forwarded: for=_x"}, feeds.Poll{Key: all, Status: 200, Full: size, Tag: bare, MaxAge: hour}},
		{"a private one", "192.168.1.9:80", "GET", "/rss.xml", []string{"X-Forwarded-For: 192.0.2.1"}, feeds.Poll{Key: all, Status: 200, Full: size, Tag: bare, MaxAge: hour, Client: netip.MustParseAddr("192.168.1.9"), Hidden: true}},
	} {
		before := rec.n
		w := askFrom(tt.from, h, tt.method, tt.path, append(tt.fields, "User-Agent: Reader/1.0")...)
		got := rec.last
		if rec.n != before+1 || got.Agent != "Reader/1.0" || !got.Time.Equal(clock()) {
			t.Errorf("%s: %d polls, %+v", tt.name, rec.n-before, got)
		}
		if got.Sent != int64(w.Body.Len()) {
			t.Errorf("%s: %d bytes sent, %d told", tt.name, w.Body.Len(), got.Sent)
		}
		if tt.from == someone {
			tt.want.Client = netip.MustParseAddrPort(someone).Addr()
		}
		if tt.want.Tag == "" {
			got.Tag, got.Full = "", 0
		}
		got.Sent, got.Agent, got.Time = 0, "", time.Time{}
		if got != tt.want {
			t.Errorf("%s:\n got %+v\nwant %+v", tt.name, got, tt.want)
		}
	}
	before := rec.n
	for _, path := range []string{"/", "/topics/known/", "/opml.xml", asset(t, ".css"), "/nothing", "/healthz", "/topics/", "/rss.xml/x"} {
		ask(h, "GET", path)
	}
	ask(h, "POST", "/rss.xml")
	if rec.n != before {
		t.Errorf("polls of what is no document: %+v", rec.last)
	}
}

// TestRecordAllocations: to be counted costs an answer no memory.
func TestRecordAllocations(t *testing.T) {
	opt := testOptions(t)
	opt.Recorder = &polled{}
	opt.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	h := NewHandler(holding(sizedSnapshot(30<<10)), opt)
	tag := ask(h, "GET", "/rss.xml", "Accept-Encoding: gzip").Header().Get("ETag")
	now := time.Now()
	for _, p := range polls {
		header := p.fields(tag)
		header["X-Forwarded-For"] = []string{"192.0.2.1, 198.51.100.9, 10.1.1.1"}
		r := behindProxy{made(header)}
		if n := testing.AllocsPerRun(100, func() { h.Answer(r, now) }); n > 1 {
			t.Errorf("%s allocates %v times", p.name, n)
		}
		if n := testing.AllocsPerRun(100, func() { h.Ready(r, now) }); n > 0 {
			t.Errorf("%s, which is ready, allocates %v times", p.name, n)
		}
	}
	if opt.Recorder.(*polled).last.Agent != "Reader/1.0" {
		t.Error("nobody was told")
	}
}

// TestHiddenClients: the recorder is told of a proxy that nobody was told to trust.
func TestHiddenClients(t *testing.T) {
	opt := testOptions(t)
	rec := &polled{}
	opt.Recorder = rec
	h := NewHandler(holding(testSnapshot(testSite())), opt)
	for from, want := range map[string]bool{"127.0.0.1:80": true, "10.1.2.3:80": true, someone: false} {
		askFrom(from, h, "GET", "/rss.xml")
		if rec.last.Hidden {
			t.Errorf("%s itself is hidden", from)
		}
		askFrom(from, h, "GET", "/rss.xml", "X-Forwarded-For: 192.0.2.1")
		if rec.last.Hidden != want {
			t.Errorf("behind %s: hidden is %v", from, !want)
		}
	}
	opt.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	askFrom("127.0.0.1:80", NewHandler(h.source, opt), "GET", "/rss.xml", "X-Forwarded-For: 192.0.2.1")
	if rec.last.Hidden {
		t.Error("behind a proxy that is trusted")
	}
}

// behindProxy is a request that came through a proxy.
type behindProxy struct{ made }

func (behindProxy) Peer() netip.AddrPort { return netip.MustParseAddrPort("10.0.0.1:80") }
