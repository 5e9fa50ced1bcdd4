package server

import (
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"
	"unsafe"
)

func from(h *Handler, remote, path string, fields ...string) *httptest.ResponseRecorder {
	return askFrom(remote, h, "GET", path, fields...)
}

// TestRepeats limits the one client that fetches the same bytes again and again,
// and nobody who cannot be told from others.
func TestRepeats(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8:ffff::/48")}
	const public, proxy = "198.51.100.7:1000", "10.1.1.1:1000"
	for _, tt := range []struct {
		who     string
		trusted []netip.Prefix
		remote  string
		path    string
		fields  []string
		limited bool
	}{
		{"a client", nil, public, "/rss.xml", nil, true},
		{"a client with any query", nil, public, "/rss.xml?_=7", nil, true},
		{"a client of IPv6", nil, "[2001:db8::7]:1000", "/rss.xml", nil, true},
		{"its tag is known", nil, public, "/rss.xml", []string{`If-None-Match: "x"`}, false},
		{"its date is known", nil, public, "/rss.xml", []string{"If-Modified-Since: Wed, 04 Mar 2020 05:06:07 GMT"}, false},
		{"a page", nil, public, "/topics/ai/", nil, false},
		{"this machine", nil, "127.0.0.1:1000", "/rss.xml", nil, false},
		{"a private network", nil, "192.168.0.9:1000", "/rss.xml", nil, false},
		{"a link", nil, "[fe80::1%eth0]:1000", "/rss.xml", nil, false},
		{"nobody known", nil, "", "/rss.xml", nil, false},
		{"a proxy that nobody named", nil, public, "/rss.xml", []string{"X-Forwarded-For: 198.51.100.9"}, false},
		{"another such proxy", nil, public, "/rss.xml", []string{"Via: 1.1 x"}, false},
		{"behind a trusted proxy", proxies, proxy, "/rss.xml", []string{"X-Forwarded-For: 198.51.100.9"}, true},
		{"with a port", proxies, proxy, "/rss.xml", []string{`Forwarded: for="198.51.100.9:80";proto=https`}, true},
		{"of IPv6", proxies, proxy, "/rss.xml", []string{`Forwarded: proto=http;For="[2001:db8::7]"`}, true},
		{"behind two", proxies, proxy, "/rss.xml", []string{"X-Forwarded-For: 198.51.100.9, 10.2.2.2"}, true},
		{"hidden", proxies, proxy, "/rss.xml", []string{"Forwarded: for=_hidden"}, false},
		{"said by no proxy", proxies, proxy, "/rss.xml", nil, false},
		{"a private one behind it", proxies, proxy, "/rss.xml", []string{"X-Forwarded-For: 192.168.3.3"}, false},
		{"one that writes a header of its own", proxies, public, "/rss.xml", []string{"X-Forwarded-For: 198.51.100.9"}, false},
	} {
		opt := testOptions(t)
		opt.TrustedProxies = tt.trusted
		h := NewHandler(holding(testSnapshot(testSite())), opt)
		for i := range maxRepeats {
			if w := from(h, tt.remote, tt.path, tt.fields...); w.Code != 200 {
				t.Fatalf("%s: fetch %d: %d", tt.who, i, w.Code)
			}
		}
		w := from(h, tt.remote, tt.path, tt.fields...)
		if (w.Code == 429) != tt.limited || tt.limited && (w.Header().Get("Retry-After") == "" || w.Header().Get("Cache-Control") != "no-store") {
			t.Errorf("%s: %d %v", tt.who, w.Code, w.Header())
		}
	}
}

// A limit is one client's and one document's, ends by itself, and never keeps
// anybody from what is new or from a 304.
func TestRepeatsAreForgiven(t *testing.T) {
	opt := testOptions(t)
	now := newest.Add(time.Hour)
	setClock(t, func() time.Time { return now })
	src := holding(edition(testSite(), "a"))
	h := NewHandler(src, opt)
	tag := from(h, "[2001:db8::1]:1", "/rss.xml").Header().Get("ETag")
	for range maxRepeats {
		from(h, "[2001:db8::1]:1", "/rss.xml")
	}
	check := func(who string, w *httptest.ResponseRecorder, want int) {
		t.Helper()
		if w.Code != want {
			t.Errorf("%s: %d, want %d", who, w.Code, want)
		}
	}
	check("the client", from(h, "[2001:db8::1]:1", "/rss.xml"), 429)
	check("its network", from(h, "[2001:db8::2:3]:1", "/rss.xml"), 429)
	check("another network", from(h, "[2001:db8:0:1::1]:1", "/rss.xml"), 200)
	check("another format", from(h, "[2001:db8::1]:1", "/atom.xml"), 200)
	check("with the tag", from(h, "[2001:db8::1]:1", "/rss.xml", "If-None-Match: "+tag), 304)
	src.Store(edition(testSite(), "b", "a"))
	check("something new", from(h, "[2001:db8::1]:1", "/rss.xml"), 200)
	src.Store(edition(testSite(), "a"))
	check("the old again", from(h, "[2001:db8::1]:1", "/rss.xml"), 429)
	now = now.Add(time.Hour)
	check("an hour later", from(h, "[2001:db8::1]:1", "/rss.xml"), 200)
	if size := unsafe.Sizeof(repeats{}); size > 1<<19 {
		t.Errorf("%d bytes to remember clients", size)
	}
}
