package server

import (
	"strings"
	"testing"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/document"
)

// TestRequirements is the rules for HTTP that a feed publisher must keep, one a
// line: what is asked, and what the answer holds. TAG is the tag of /rss.xml, OLD
// the one that it had a change ago; a header that must be absent is wanted empty.
func TestRequirements(t *testing.T) {
	const (
		date   = "If-Modified-Since: Wed, 04 Mar 2026 05:06:07 GMT"
		before = "If-Modified-Since: Wed, 04 Mar 2026 05:06:06 GMT"
		usual  = "Cache-Control: public, max-age=3600, stale-while-revalidate=60, stale-if-error=86400"
		varies = "Vary: Accept-Encoding, Sec-Fetch-Dest, Sec-Fetch-Site"
		rss    = "Content-Type: application/rss+xml; charset=utf-8"
	)
	for _, tt := range []struct {
		rule   string
		method string
		target string
		fields []string
		status int
		want   []string
	}{
		{"a feed has a strong tag", "GET", "/rss.xml", nil, 200, []string{`ETag: "TAG"`}},
		{"and a date from its entries", "GET", "/rss.xml", nil, 200, []string{"Last-Modified: Wed, 04 Mar 2026 05:06:07 GMT"}},
		{"gzip has its own tag", "GET", "/rss.xml", []string{"Accept-Encoding: gzip"}, 200, []string{`ETag: "TAG-gzip"`, "Content-Encoding: gzip"}},
		{"brotli has its own tag", "GET", "/rss.xml", []string{"Accept-Encoding: br"}, 200, []string{`ETag: "TAG-br"`, "Content-Encoding: br"}},
		{"zstd has its own tag", "GET", "/rss.xml", []string{"Accept-Encoding: zstd"}, 200, []string{`ETag: "TAG-zstd"`, "Content-Encoding: zstd"}},
		{"q-values decide", "GET", "/rss.xml", []string{"Accept-Encoding: br;q=0.2, gzip;q=0.4, zstd;q=0.3"}, 200, []string{"Content-Encoding: gzip"}},
		{"q=0 refuses", "GET", "/rss.xml", []string{"Accept-Encoding: br;q=0, zstd;q=0, gzip;q=0"}, 200, []string{"Content-Encoding: ", `ETag: "TAG"`}},
		{"q=0 refuses bytes without a coding, also while the coding is made", "GET", "/atom.xml", []string{"Accept-Encoding: br, *;q=0"}, 200, []string{"Content-Encoding: br"}},
		{"and however few they are", "GET", "/topics/known/feed.json", []string{"Accept-Encoding: zstd, identity;q=0"}, 200, []string{"Content-Encoding: zstd"}},
		{"where nothing is acceptable, bytes without a coding are", "GET", "/rss.xml", []string{"Accept-Encoding: identity;q=0"}, 200, []string{"Content-Encoding: "}},
		{"every answer varies by coding", "GET", "/rss.xml", nil, 200, []string{varies}},
		{"the tag matches", "GET", "/rss.xml", []string{`If-None-Match: "TAG"`}, 304, nil},
		{"it matches as a weak one", "GET", "/rss.xml", []string{`If-None-Match: W/"TAG"`}, 304, nil},
		{"it matches with the mark of a coding", "GET", "/rss.xml", []string{`If-None-Match: "TAG-zstd"`}, 304, nil},
		{"it matches with a mark that a proxy added", "GET", "/rss.xml", []string{`If-None-Match: W/"TAG;gzip"`}, 304, nil},
		{"it matches in a list", "GET", "/rss.xml", []string{`If-None-Match: "x", W/"TAG-br"`}, 304, nil},
		{"a comma within quotes is part of a tag", "GET", "/rss.xml", []string{`If-None-Match: "x,TAG"`}, 200, nil},
		{"and does not hide the next", "GET", "/rss.xml", []string{`If-None-Match: "x,y", "TAG"`}, 304, nil},
		{"it matches in a second line", "GET", "/rss.xml", []string{`If-None-Match: "x"`, `If-None-Match: "TAG"`}, 304, nil},
		{"a star matches", "GET", "/rss.xml", []string{"If-None-Match: *"}, 304, nil},
		{"part of a tag does not match", "GET", "/rss.xml", []string{`If-None-Match: "TAGx"`}, 200, nil},
		{"the old tag does not match", "GET", "/rss.xml", []string{`If-None-Match: "OLD"`}, 200, []string{`ETag: "TAG"`}},
		{"If-None-Match decides alone, against the date", "GET", "/rss.xml", []string{`If-None-Match: "x"`, date}, 200, nil},
		{"If-None-Match decides alone, for the tag", "GET", "/rss.xml", []string{`If-None-Match: "TAG"`, before}, 304, nil},
		{"otherwise the date does", "GET", "/rss.xml", []string{date}, 304, nil},
		{"an earlier date does not match", "GET", "/rss.xml", []string{before}, 200, nil},
		{"an invalid date is ignored", "GET", "/rss.xml", []string{"If-Modified-Since: 2026-03-04T05:06:07Z"}, 200, nil},
		{"304 carries tag, date, caching and Vary", "GET", "/rss.xml", []string{`If-None-Match: "TAG"`}, 304, []string{`ETag: "TAG"`, "Last-Modified: Wed, 04 Mar 2026 05:06:07 GMT", usual, varies}},
		{"304 says nothing of a body", "GET", "/rss.xml", []string{`If-None-Match: "TAG"`}, 304, []string{"Content-Type: ", "Content-Length: ", "Content-Encoding: "}},
		{"304 has the tag that the client holds", "GET", "/rss.xml", []string{`If-None-Match: "TAG-gzip"`, "Accept-Encoding: br"}, 304, []string{`ETag: "TAG-gzip"`}},
		{"304 for a date has the tag of the coding that the client wants", "GET", "/rss.xml", []string{date, "Accept-Encoding: br"}, 304, []string{`ETag: "TAG-br"`}},
		{"HEAD equals GET", "HEAD", "/rss.xml", []string{"Accept-Encoding: gzip"}, 200, []string{`ETag: "TAG-gzip"`, rss, usual, varies, "Content-Encoding: gzip"}},
		{"HEAD gives 304 too", "HEAD", "/rss.xml", []string{`If-None-Match: "TAG"`}, 304, []string{`ETag: "TAG"`}},
		{"HEAD gives 226 too", "HEAD", "/rss.xml", []string{"A-IM: feed", `If-None-Match: "OLD"`}, 226, []string{"IM: feed"}},
		{"RSS has its type", "GET", "/rss.xml", nil, 200, []string{rss}},
		{"Atom has its type", "GET", "/atom.xml", nil, 200, []string{"Content-Type: application/atom+xml; charset=utf-8"}},
		{"JSON Feed has its type", "GET", "/feed.json", nil, 200, []string{"Content-Type: application/feed+json; charset=utf-8"}},
		{"OPML has its type", "GET", "/opml.xml", nil, 200, []string{"Content-Type: text/x-opml; charset=utf-8"}},
		{"Accept does not make a feed a page", "GET", "/rss.xml", []string{"Accept: text/html, application/rss+xml;q=0.9"}, 200, []string{rss}},
		{"a browser is led to the page", "GET", "/topics/known/rss.xml", []string{"Sec-Fetch-Dest: document"}, 303, []string{"Location: /topics/known/", "Cache-Control: no-store", "Vary: Sec-Fetch-Dest, Sec-Fetch-Site"}},
		{"a reader in a browser is not", "GET", "/rss.xml", []string{"Sec-Fetch-Dest: empty"}, 200, []string{rss}},
		{"self comes from the base URL", "GET", "http://evil.example/rss.xml", nil, 200, []string{`Link: <https://feeds.example.com/rss.xml>; rel="self"; type="application/rss+xml"`}},
		{"max-age follows the cadence", "GET", "/rss.xml", nil, 200, []string{usual, "Expires: "}},
		{"and ends at a scheduled change", "GET", "/topics/known/rss.xml", nil, 200, []string{"Cache-Control: public, max-age=600, stale-if-error=86400"}},
		{"queries change nothing", "GET", "/rss.xml?_=123", nil, 200, []string{`ETag: "TAG"`}},
		{"queries match the same tag", "GET", "/rss.xml?utm_source=x&y", []string{`If-None-Match: "TAG"`}, 304, nil},
		{"another name redirects for good", "GET", "/topics/renamed/atom.xml", nil, 308, []string{"Location: /topics/known/atom.xml"}},
		{"another spelling redirects for good", "GET", "/topics/Known", nil, 308, []string{"Location: /topics/known/"}},
		{"a retired topic is gone", "GET", "/topics/retired/rss.xml", nil, 410, []string{"Cache-Control: public, max-age=3600", "ETag: "}},
		{"and so is its archive", "GET", "/topics/retired/archive/2021-05/rss.xml", nil, 410, []string{"ETag: "}},
		{"a known topic without entries is an empty feed", "GET", "/topics/known/rss.xml", nil, 200, []string{rss}},
		{"an unknown one is not found", "GET", "/topics/unknown/rss.xml", nil, 404, []string{"Cache-Control: no-cache", "ETag: "}},
		{"A-IM and a former tag get what is new", "GET", "/rss.xml", []string{"A-IM: feed", `If-None-Match: "OLD"`}, 226, []string{"IM: feed", `ETag: "TAG"`, "Cache-Control: no-store, im", varies + ", A-IM, If-None-Match"}},
		{"coded as well", "GET", "/rss.xml", []string{"A-IM: feed", `If-None-Match: "OLD-gzip"`, "Accept-Encoding: gzip"}, 226, []string{"IM: feed", `ETag: "TAG-gzip"`, "Content-Encoding: gzip"}},
		{"A-IM and an unknown tag get all", "GET", "/rss.xml", []string{"A-IM: feed", `If-None-Match: "x"`}, 200, []string{"IM: ", `ETag: "TAG"`, usual}},
		{"A-IM and the current tag get nothing", "GET", "/rss.xml", []string{"A-IM: feed", `If-None-Match: "TAG"`}, 304, []string{"IM: "}},
		{"A-IM alone gets all", "GET", "/rss.xml", []string{"A-IM: feed"}, 200, []string{"IM: ", usual}},
		{"a page lists every format", "GET", "/topics/known/", nil, 200, []string{`Link: <https://feeds.example.com/topics/known/rss.xml>; rel="alternate"; type="application/rss+xml"`}},
		{"a client that fetches the same bytes for ever is told to wait", "GET", "/topics/known/atom.xml", nil, 429, []string{"Retry-After: 900", "Cache-Control: no-store", "ETag: "}},
		{"one that asks whether they changed is not", "GET", "/topics/known/atom.xml", []string{`If-None-Match: "x"`}, 200, nil},
		{"a range is ignored", "GET", "/rss.xml", []string{"Range: bytes=0-9"}, 200, []string{"Content-Range: ", rss}},
		{"nobody else may write", "POST", "/rss.xml", nil, 405, []string{"Allow: GET, HEAD"}},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			h, old := requirementsHandler(t)
			names := strings.NewReplacer("TAG", strings.Trim(ask(h, "GET", "/rss.xml").Header().Get("ETag"), `"`), "OLD", strings.Trim(old, `"`))
			var fields []string
			for _, f := range tt.fields {
				fields = append(fields, names.Replace(f))
			}
			w := askFrom(someone, h, tt.method, tt.target, fields...)
			if w.Code != tt.status {
				t.Errorf("%d, want %d", w.Code, tt.status)
			}
			if (tt.method == "HEAD" || tt.status == 304) && w.Body.Len() > 0 {
				t.Errorf("a body of %d bytes", w.Body.Len())
			}
			for _, line := range tt.want {
				name, want, _ := strings.Cut(names.Replace(line), ": ")
				if got := w.Header().Get(name); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
		})
	}
}

const someone = "198.51.100.7:1000"

// requirementsHandler serves a site after a change of its feed of everything,
// whose tag was old before. Its document is there in every coding.
func requirementsHandler(t *testing.T) (h *Handler, old string) {
	site := testSite()
	opt := testOptions(t)
	setClock(t, func() time.Time { return newest.Add(time.Hour) })
	src := holding(edition(site, "b", "a"))
	h = NewHandler(src, opt)
	old = ask(h, "GET", "/rss.xml").Header().Get("ETag")
	known := listing(site, feeds.Topic, "known", "Known")
	known.Next = clock().Add(10 * time.Minute)
	next := edition(site, "c", "b", "a")
	snap := document.NewSnapshot(site, 3, append(next.Listings, known), map[feeds.Key]feeds.Key{{Kind: feeds.Topic, Slug: "renamed"}: known.Key})
	snap.Retired = map[feeds.Key]string{{Kind: feeds.Topic, Slug: "retired"}: "retired"}
	src.Store(snap)
	for range maxRepeats {
		askFrom(someone, h, "GET", "/topics/known/atom.xml")
	}
	ripen(t, h)
	return h, old
}
