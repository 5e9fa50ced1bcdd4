package server

import (
	"bufio"
	"bytes"
	"net/http"
	"net/textproto"
	"slices"
	"testing"

	"feedmill/feeds"
	"feedmill/feeds/document"
)

// FuzzPlainRequest: what is taken for plain, net/http understands alike.
func FuzzPlainRequest(f *testing.F) {
	for _, s := range append(slices.Clone(frontRequests),
		"GET /a.b-c_d~e/?q=1&x=,+@!*; HTTP/1.1\r\nHost: [::1]:80\r\nUser-Agent:  a \t b \t\r\nx:\r\nIf-None-Match: \"a\"\r\nif-none-match: W/\"b\"\r\n",
		"GET / HTTP/1.1\r\nHost: x\r\nConnection: Keep-Alive\r\n", "GET / HTTP/1.1\r\nHost: x\r\nConnection: close, x\r\n",
		"GET / HTTP/1.1\r\nHost: x\r\n folded\r\n", "GET / HTTP/1.1\r\nHost: x\r\nName : x\r\n", "GET / HTTP/1.1\nHost: x\n",
		"GET / HTTP/1.1\r\nHost: x\r\nCookie: \xff\r\n", "GET / HTTP/1.1\r\nHost: x\r\nTrailer: x\r\n",
	) {
		f.Add([]byte(s + "\r\n"))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var r plainRequest
		n := r.read(b)
		if n == 0 {
			return
		}
		in := bufio.NewReader(bytes.NewReader(b))
		want, err := http.ReadRequest(in)
		if err != nil {
			t.Fatalf("%q: %v", b, err)
		}
		if read := len(b) - in.Buffered(); len(b) <= 4096 && read != n {
			t.Errorf("%q: %d bytes, want %d", b, n, read)
		}
		if want.Method != r.Method() || want.RequestURI != r.Target() || want.Host != r.Host() || want.Header.Get("User-Agent") != r.Agent() {
			t.Errorf("%q: %q %q %q", b, r.Target(), r.Host(), r.Agent())
		}
		if want.Proto != "HTTP/1.1" || want.Body != http.NoBody || want.Close || want.Header["Expect"] != nil || want.Header["Upgrade"] != nil {
			t.Errorf("%q: is not plain", b)
		}
		fields := http.Header{}
		for _, field := range r.fields {
			fields[textproto.CanonicalMIMEHeaderKey(field.name)] = nil
		}
		for name := range fields {
			if got := r.Field(name); !slices.Equal(got, want.Header[name]) && name != "Connection" {
				t.Errorf("%q: %s: %q, want %q", b, name, got, want.Header[name])
			}
		}
		for name := range want.Header {
			if _, ok := fields[name]; !ok && name != "Cache-Control" { // which net/http adds to Pragma
				t.Errorf("%q: lacks %s", b, name)
			}
		}
	})
}

// A document that has made room for others is not made again for who holds it.
func TestAtOnceWithoutDocument(t *testing.T) {
	l := sizedSnapshot(30 << 10).Listings[0]
	l.Revision = l.Revision.Checked(document.NewCache(1<<20), document.Feeds, nil)
	snap := document.NewSnapshot(testSite(), 1, []*document.Listing{l}, nil)
	h := NewHandler(holding(snap), testOptions(t))
	tag := ask(h, "GET", "/rss.xml").Header().Get("ETag")
	h.prepare("/rss.xml")
	l.Revision.Forget(feeds.RSS)
	for _, c := range []struct {
		fields string
		ok     bool
	}{{"If-None-Match: " + tag + "\r\n", true}, {"", false}} {
		var r plainRequest
		question := "GET /rss.xml HTTP/1.1\r\nHost: x\r\n" + c.fields + "\r\n"
		if r.read([]byte(question)) != len(question) {
			t.Fatalf("%q is not plain", question)
		}
		if a, ok := h.atOnce(&r, testOptions(t).Now()); ok != c.ok || ok && a.status != http.StatusNotModified {
			t.Errorf("%q: %v, not %v, or another status", c.fields, ok, c.ok)
		}
	}
	if _, made := l.Revision.Ready(feeds.RSS); made {
		t.Error("it was made again")
	}
}
