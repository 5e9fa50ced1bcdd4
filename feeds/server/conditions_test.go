package server

import (
	"compress/gzip"
	"io"
	"maps"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"feedmill/feeds/document"
)

func TestConditions(t *testing.T) {
	h := testHandler(t)
	tag := strings.Trim(ask(h, "GET", "/rss.xml").Header().Get("ETag"), `"`)
	const (
		exact  = "If-Modified-Since: Wed, 04 Mar 2026 05:06:07 GMT"
		later  = "If-Modified-Since: Thu, 05 Mar 2026 05:06:07 GMT"
		before = "If-Modified-Since: Wed, 04 Mar 2026 05:06:06 GMT"
	)
	for _, tt := range []struct {
		rule   string
		fields []string
		status int
	}{
		{"nothing asked", nil, 200},
		{"the tag", []string{`If-None-Match: "` + tag + `"`}, 304},
		{"the tag, weak", []string{`If-None-Match: W/"` + tag + `"`}, 304},
		{"the tag of gzip", []string{`If-None-Match: "` + tag + `-gzip"`}, 304},
		{"weak tag of gzip", []string{`If-None-Match: W/"` + tag + `-gzip"`}, 304},
		{"Apache's old mark", []string{`If-None-Match: "` + tag + `;gzip"`}, 304},
		{"Jetty's mark", []string{`If-None-Match: "` + tag + `--gzip"`}, 304},
		{"deflate's mark", []string{`If-None-Match: "` + tag + `-df"`}, 304},
		{"brotli's mark", []string{`If-None-Match: "` + tag + `-br"`}, 304},
		{"no quotes", []string{`If-None-Match: ` + tag}, 304},
		{"an unknown mark", []string{`If-None-Match: "` + tag + `-x"`}, 200},
		{"a mark without its dash", []string{`If-None-Match: "` + tag + `gzip"`}, 200},
		{"a longer tag", []string{`If-None-Match: "x` + tag + `"`}, 200},
		{"a shorter tag", []string{`If-None-Match: "` + tag[:len(tag)-1] + `"`}, 200},
		{"another tag", []string{`If-None-Match: "other"`}, 200},
		{"in a list", []string{`If-None-Match: "a", W/"b" ,"` + tag + `"`}, 304},
		{"in a list without blanks", []string{`If-None-Match: "a","` + tag + `","b"`}, 304},
		{"in a second line", []string{`If-None-Match: "a"`, `If-None-Match: "` + tag + `"`}, 304},
		{"within another tag", []string{`If-None-Match: "a,` + tag + `,b"`}, 200},
		{"any", []string{`If-None-Match: *`}, 304},
		{"a star within quotes", []string{`If-None-Match: "*"`}, 200},
		{"empty", []string{`If-None-Match: `}, 200},
		{"date alone, exact", []string{exact}, 304},
		{"date alone, later", []string{later}, 304},
		{"date alone, before", []string{before}, 200},
		{"date invalid", []string{"If-Modified-Since: yesterday"}, 200},
		{"two dates", []string{later, later}, 200},
		{"date in the old form", []string{"If-Modified-Since: Wednesday, 04-Mar-26 05:06:07 GMT"}, 304},
		{"tag decides against the date", []string{`If-None-Match: "other"`, later}, 200},
		{"empty tag decides too", []string{`If-None-Match: `, later}, 200},
		{"tag decides for, date against", []string{`If-None-Match: "` + tag + `"`, before}, 304},
		{"a range is ignored", []string{"Range: bytes=0-3"}, 200},
	} {
		for _, method := range []string{"GET", "HEAD"} {
			if w := ask(h, method, "/rss.xml", tt.fields...); w.Code != tt.status {
				t.Errorf("%s: %s gives %d, want %d", tt.rule, method, w.Code, tt.status)
			}
		}
	}
}

// A page and a feed without dates have no Last-Modified to compare with.
func TestNoDate(t *testing.T) {
	h := testHandler(t)
	for _, target := range []string{"/topics/quiet/rss.xml", "/"} {
		w := ask(h, "GET", target, "If-Modified-Since: Thu, 05 Mar 2037 05:06:07 GMT")
		if _, ok := w.Header()["Last-Modified"]; w.Code != 200 || ok {
			t.Errorf("%s: %d, %v", target, w.Code, w.Header())
		}
	}
}

// An article may state that it will change. RFC 9110 §8.8.2.1: Last-Modified is
// never later than Date.
func TestLastModifiedIsNotInTheFuture(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := testHandler(t) // at midnight 2000-01-01, before newest
		w := ask(h, "GET", "/rss.xml")
		const now = "Sat, 01 Jan 2000 00:00:00 GMT"
		if got := w.Header().Get("Last-Modified"); got != now {
			t.Errorf("Last-Modified: %s, want %s", got, now)
		}
		for since, want := range map[string]int{now: 304, "Fri, 31 Dec 1999 23:59:59 GMT": 200} {
			if w := ask(h, "GET", "/rss.xml", "If-Modified-Since: "+since); w.Code != want {
				t.Errorf("since %s: %d, want %d", since, w.Code, want)
			}
		}
	})
}

func TestNotModified(t *testing.T) {
	h := testHandler(t)
	for _, coding := range []string{"identity", "gzip", "br", "zstd"} {
		full := ask(h, "GET", "/topics/ai/atom.xml", "Accept-Encoding: "+coding)
		w := ask(h, "GET", "/topics/ai/atom.xml", "Accept-Encoding: "+coding, "If-None-Match: "+full.Header().Get("ETag"))
		if w.Code != 304 || w.Body.Len() != 0 {
			t.Fatalf("%s: %d with %d bytes", coding, w.Code, w.Body.Len())
		}
		for _, name := range []string{"ETag", "Last-Modified", "Cache-Control", "Vary"} {
			if got, want := w.Header().Get(name), full.Header().Get(name); got == "" || got != want {
				t.Errorf("%s: %s is %q in the 304 and %q in the 200", coding, name, got, want)
			}
		}
		for _, name := range []string{"Content-Type", "Content-Length", "Content-Encoding"} {
			if got := w.Header()[name]; len(got) > 0 {
				t.Errorf("%s: the 304 has %s %q", coding, name, got)
			}
		}
	}
}

func TestFeedHeaders(t *testing.T) {
	h := testHandler(t)
	got := ask(h, "GET", "http://evil.example/topics/ai/rss.xml").Header()
	want := map[string]string{
		"Cache-Control":               "public, max-age=900, stale-while-revalidate=60, stale-if-error=86400",
		"Last-Modified":               "Wed, 04 Mar 2026 05:06:07 GMT",
		"Vary":                        "Accept-Encoding, Sec-Fetch-Dest, Sec-Fetch-Site",
		"X-Content-Type-Options":      "nosniff",
		"Access-Control-Allow-Origin": "*",
	}
	for name, v := range want {
		if got.Get(name) != v {
			t.Errorf("%s: %q, want %q", name, got.Get(name), v)
		}
	}
	links := strings.Join(got["Link"], "\n")
	if links != `<https://feeds.example.com/topics/ai/rss.xml>; rel="self"; type="application/rss+xml"`+"\n"+
		`<https://feeds.example.com/topics/ai/>; rel="alternate"; type="text/html"` {
		t.Errorf("Link:\n%s", links)
	}
}

// HEAD tells of every resource what GET tells, and both give its length.
func TestHead(t *testing.T) {
	setClock(t, func() time.Time { return newest }) // Date is the same
	h := testHandler(t)
	for r := range resources(testSnapshot(testSite())) {
		for _, coding := range []string{"", "gzip"} { // the others come later, and may do so between the two
			get, head := ask(h, "GET", r.Path, "Accept-Encoding: "+coding), ask(h, "HEAD", r.Path, "Accept-Encoding: "+coding)
			if !maps.EqualFunc(get.Header(), head.Header(), func(a, b []string) bool { return strings.Join(a, "\n") == strings.Join(b, "\n") }) || head.Body.Len() != 0 {
				t.Errorf("%s: HEAD gives %v and %d bytes, GET %v", r.Path, head.Header(), head.Body.Len(), get.Header())
			}
			if get.Header().Get("Content-Length") != strconv.Itoa(get.Body.Len()) || get.Code != 200 {
				t.Errorf("%s: %d, length %s for %d bytes", r.Path, get.Code, get.Header().Get("Content-Length"), get.Body.Len())
			}
			if get.Header().Get("Content-Type") != r.MediaType || get.Header().Get("ETag") == "" {
				t.Errorf("%s: %v", r.Path, get.Header())
			}
		}
	}
}

func TestCoding(t *testing.T) {
	h := testHandler(t)
	ripen(t, h)
	for accept, want := range map[string]string{
		"":                            "",
		"gzip":                        "gzip",
		"GZip":                        "gzip",
		"x-gzip":                      "gzip",
		"gzip, deflate, br":           "br",
		"gzip, deflate, br, zstd":     "br",
		"gzip, zstd":                  "zstd",
		"gzip, zstd;q=0.9":            "gzip",
		"zstd;q=0, br;q=0, *":         "gzip",
		"ZSTD":                        "zstd",
		"br;q=0.5, zstd;q=0.6":        "zstd",
		"br;q=1.0, gzip;q=0.8, *;q=0": "br",
		"gzip;q=0":                    "",
		"gzip; q=0.0":                 "",
		"gzip;q=0, *":                 "",
		"*":                           "gzip",
		"*;q=0":                       "",
		"br":                          "br",
		"identity":                    "",
		"identity;q=0":                "",
		"identity;q=0, gzip;q=0.001":  "gzip",
		"identity;q=0, *;q=0.5":       "gzip",
		"identity, gzip;q=0.5":        "",
		"identity, gzip":              "gzip",
		"identity;q=0.5, gzip":        "gzip",
		"gzip;q=0.5":                  "gzip",
		"gzip;q=nonsense":             "",
		"gzip;q=1.001":                "",
		"gzip;level=9;q=0":            "",
		"gzipped":                     "",
		" , ;q=1,gzip ;Q=1":           "gzip",
	} {
		w := ask(h, "GET", "/rss.xml", "Accept-Encoding: "+accept)
		if got := w.Header().Get("Content-Encoding"); got != want {
			t.Errorf("%q: coding %q, want %q", accept, got, want)
		}
		if _, mark, _ := strings.Cut(w.Header().Get("ETag")[17:], "-"); strings.TrimSuffix(mark, `"`) != want {
			t.Errorf("%q: tag %s", accept, w.Header().Get("ETag"))
		}
	}
}

func TestDecoding(t *testing.T) {
	h := testHandler(t)
	ripen(t, h)
	plain := ask(h, "GET", "/rss.xml").Body.String()
	for coding, decode := range map[string]func(io.Reader) (io.Reader, error){
		"gzip": func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
		"br":   func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil },
		"zstd": func(r io.Reader) (io.Reader, error) { return zstd.NewReader(r) },
	} {
		r, err := decode(ask(h, "GET", "/rss.xml", "Accept-Encoding: "+coding).Body)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(r); err != nil || string(got) != plain {
			t.Errorf("%s: unpacked %q, %v", coding, got, err)
		}
	}
	if w := ask(h, "GET", "/icon.svg", "Accept-Encoding: br, gzip"); w.Header().Get("Content-Encoding") != "" || w.Header().Get("Vary") != "Accept-Encoding" {
		t.Errorf("a few bytes: %v", w.Header())
	}
}

// While a coding is being made, clients get one that is there: no answer waits
// for it.
func TestMeanwhile(t *testing.T) {
	for accept, want := range map[string]string{"br, gzip": "gzip", "zstd, gzip;q=0.1": "gzip", "br": "", "br, gzip;q=0": "", "gzip": "gzip"} {
		h := testHandler(t)
		if got := ask(h, "GET", "/rss.xml", "Accept-Encoding: "+accept).Header().Get("Content-Encoding"); got != want {
			t.Errorf("%q: coding %q, want %q", accept, got, want)
		}
	}
}

func FuzzConditions(f *testing.F) {
	for _, s := range []string{`"a"`, `W/"a-gzip", *`, `"`, `W/`, `a,b`, "gzip;q=0.5, *;q=0", ";;q=,"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		tag := document.TagOf([]byte(s))
		if names(s, tag) && !strings.Contains(s, "*") && !strings.Contains(s, tag) {
			t.Errorf("%q names %q", s, tag)
		}
		if !strings.Contains(s, `"`) && !names(s+`,"`+tag+`"`, tag) {
			t.Errorf("%q hides a tag behind it", s)
		}
		if preferred([]string{s}).best == document.Gzip && !strings.Contains(strings.ToLower(s), "gzip") && !strings.Contains(s, "*") {
			t.Errorf("%q gets gzip", s)
		}
		if preferred([]string{s, "gzip;q=0, x-gzip;q=0"}).best == document.Gzip && !strings.Contains(strings.ToLower(s), "gzip") {
			t.Errorf("%q gets gzip that it refuses", s)
		}
	})
}

func names(line, tag string) bool {
	_, held := namesTag([]string{line}, tag, document.Brotli)
	return held
}
