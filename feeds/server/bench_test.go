package server

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/document"
	"feedmill/feeds/front"
)

// sizedSnapshot has one feed, whose document is of about so many bytes.
func sizedSnapshot(size int) *document.Snapshot {
	site := testSite()
	words := strings.Repeat("words and more words\n", size/21)
	encoders := [len(feeds.Formats)]document.Encoder{}
	for _, f := range feeds.Formats {
		encoders[f] = func(w io.Writer, _ *feeds.Feed) error { _, err := io.WriteString(w, words); return err }
	}
	l := &document.Listing{Name: "All", Revision: document.NewRevision(func() *feeds.Feed { return &feeds.Feed{Site: site, Updated: newest} }, encoders)}
	return document.NewSnapshot(site, 1, []*document.Listing{l}, nil)
}

// made is a request made by hand.
type made map[string][]string

func (made) Method() string { return http.MethodGet }
func (made) Target() string { return "/rss.xml?x=1" }
func (made) Host() string   { return "feeds.example.com" }

var madeAgent = []string{"Reader/1.0"}

func (m made) Field(name string) []string {
	if name == "User-Agent" {
		return madeAgent
	}
	return m[name]
}
func (made) Peer() netip.AddrPort { return netip.AddrPort{} }

// polls are the requests that count: nearly all there are.
var polls = []struct {
	name   string
	fields func(tag string) http.Header
	status int
}{
	{"304", func(tag string) http.Header {
		return http.Header{"If-None-Match": {tag}, "Accept-Encoding": {"gzip"}}
	}, 304},
	{"200", func(string) http.Header { return http.Header{} }, 200},
	{"gzip", func(string) http.Header { return http.Header{"Accept-Encoding": {"gzip"}} }, 200},
}

// An answer takes no memory that grows with the document.
func TestAnswerAllocations(t *testing.T) {
	for _, size := range []int{3 << 10, 300 << 10} {
		h := NewHandler(holding(sizedSnapshot(size)), testOptions(t))
		tag := ask(h, "GET", "/rss.xml").Header().Get("ETag")
		for _, p := range polls {
			r, now := made(p.fields(tag)), time.Now()
			if a := h.Answer(r, now); a.Status != p.status {
				t.Fatalf("%s: %d", p.name, a.Status)
			}
			if n := testing.AllocsPerRun(100, func() { h.Answer(r, now) }); n > 1 {
				t.Errorf("%s of %d bytes allocates %v times", p.name, size, n)
			}
		}
	}
}

// A poll through net/http takes some 20 allocations, and a few more with the race
// detector, which empties pools at random, whatever the document; one that a loop
// answers takes none.
func TestFrontAllocations(t *testing.T) {
	for _, size := range []int{3 << 10, 300 << 10} {
		h := NewHandler(holding(sizedSnapshot(size)), testOptions(t))
		tag := ask(h, "GET", "/rss.xml").Header().Get("ETag")
		for name, most := range map[string]float64{"net/http": 30, "loops": 0} {
			if name == "loops" && runtime.GOOS != "linux" {
				most = 30
			}
			addr, _, _ := answering(t, fronts[name], h)
			for _, p := range polls {
				c := dial(t, addr)
				var head strings.Builder
				p.fields(tag).Write(&head)
				question := fmt.Appendf(nil, "GET /rss.xml HTTP/1.1\r\nHost: x\r\n%s\r\n", head.String())
				c.Write(question)
				in := bufio.NewReader(c)
				answer := make([]byte, len(raw(t, in, "GET"))+len("Sun, 06 Nov 1994 08:49:37 GMT")-len("some"))
				n := testing.AllocsPerRun(200, func() {
					c.Write(question)
					if _, err := io.ReadFull(in, answer); err != nil {
						t.Fatal(err)
					}
				})
				if n > most {
					t.Errorf("%s: %s of %d bytes allocates %v times", name, p.name, size, n)
				}
			}
		}
	}
}

// BenchmarkServe is one request after the other of a document of 30 KB: the
// answer alone, and through each front over loopback with a client that reads.
func BenchmarkServe(b *testing.B) {
	h := NewHandler(holding(sizedSnapshot(30<<10)), Options{})
	tag := ask(h, "GET", "/rss.xml").Header().Get("ETag")
	for _, p := range polls {
		r := made(p.fields(tag))
		b.Run("answer/"+p.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				h.Answer(r, time.Now())
			}
		})
		b.Run("ready/"+p.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				h.Ready(r, time.Now())
			}
		})
		for name, opt := range fronts {
			b.Run(name+"/"+p.name, func(b *testing.B) {
				addr, _, _ := answering(b, opt, h)
				c, err := net.Dial("tcp", addr)
				if err != nil {
					b.Fatal(err)
				}
				defer c.Close()
				var head strings.Builder
				http.Header(r).Write(&head)
				question := fmt.Appendf(nil, "GET /rss.xml HTTP/1.1\r\nHost: x\r\n%s\r\n", head.String())
				in := bufio.NewReaderSize(c, 64<<10)
				b.ReportAllocs()
				for b.Loop() {
					c.Write(question)
					passOver(b, in)
				}
			})
		}
	}
}

// passOver reads one answer.
func passOver(b *testing.B, in *bufio.Reader) {
	length := 0
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			b.Fatal(err)
		}
		if n, ok := strings.CutPrefix(string(line), "Content-Length: "); ok {
			fmt.Sscan(n, &length)
		}
		if len(line) == 2 {
			in.Discard(length)
			return
		}
	}
}

// A document that has left memory is not made again for who has it, nor waited for.
func TestReadyWithoutDocument(t *testing.T) {
	l := sizedSnapshot(30 << 10).Listings[0]
	l.Revision = l.Revision.Checked(document.NewCache(1<<20), document.Feeds, nil)
	snap := document.NewSnapshot(testSite(), 1, []*document.Listing{l}, nil)
	h := NewHandler(holding(snap), testOptions(t))
	tag := ask(h, "GET", "/rss.xml").Header().Get("ETag")
	l.Revision.Forget(feeds.RSS)
	for fields, want := range map[string]front.Verdict{"If-None-Match: " + tag: front.Done, "X-None: ": front.Make} {
		name, value, _ := strings.Cut(fields, ": ")
		a, got := h.Ready(made{name: {value}}, time.Now())
		if got != want || got == front.Done && a.Status != http.StatusNotModified {
			t.Errorf("%q: %v, not %v, or another status", fields, got, want)
		}
	}
	if _, made := l.Revision.Ready(feeds.RSS); made {
		t.Error("it was made again")
	}
}

// Nothing is compressed on a loop, whatever codings a client takes.
func TestReadyCompressesNothing(t *testing.T) {
	h := NewHandler(holding(sizedSnapshot(30<<10)), testOptions(t))
	ask(h, "GET", "/rss.xml")
	d, _ := h.source.Snapshot().Listing(feeds.Key{}).Document(feeds.RSS)
	for accept, want := range map[string]front.Verdict{
		"": front.Done, "gzip": front.Make, "br, gzip": front.Make, "br": front.Make, "identity;q=0, br": front.Make, "zstd, identity;q=0": front.Make,
	} {
		if _, got := h.Ready(made{"Accept-Encoding": {accept}}, time.Now()); got != want {
			t.Errorf("%q: %v, want %v", accept, got, want)
		}
	}
	for _, c := range document.Codings[1:] {
		if _, ok := d.Coded.Made(c); ok {
			t.Errorf("%v was made", c)
		}
	}
	d.Coded.In(document.Gzip)
	for accept, want := range map[string]front.Verdict{"gzip": front.Done, "br, gzip": front.Done, "br": front.Done, "identity;q=0, br": front.Make} {
		if _, got := h.Ready(made{"Accept-Encoding": {accept}}, time.Now()); got != want {
			t.Errorf("with gzip, %q: %v, want %v", accept, got, want)
		}
	}
}
