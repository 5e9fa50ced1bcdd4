package server

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/document"
	"feedmill/feeds/front"
)

// fronts are the ways in which package front serves a handler.
var fronts = map[string]front.Options{"loops": {}, "net/http": {NoLoops: true}}

// answering runs h behind a front until the test ends.
func answering(t testing.TB, opt front.Options, h *Handler) (addr string, stop context.CancelFunc, done <-chan error) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	opt.Logger, opt.Now = slog.New(slog.DiscardHandler), clock
	ctx, cancel := context.WithCancel(t.Context())
	result, ended := make(chan error, 1), make(chan struct{})
	go func() {
		defer close(ended)
		result <- front.Serve(ctx, ln, h, opt)
	}()
	t.Cleanup(func() { cancel(); <-ended })
	return ln.Addr().String(), cancel, result
}

func dial(t *testing.T, addr string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(20 * time.Second))
	return c
}

// raw is an answer as it came, its header lines sorted.
func raw(t *testing.T, r *bufio.Reader, method string) string {
	t.Helper()
	var head []string
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return strings.Join(head, "") + "ends: " + err.Error()
		}
		if line == "\r\n" {
			break
		}
		if strings.HasPrefix(line, "Date: ") {
			line = "Date: some\r\n"
		}
		head = append(head, line)
	}
	slices.Sort(head[1:])
	length := 0
	for _, line := range head {
		fmt.Sscanf(line, "Content-Length: %d", &length)
	}
	if method == "HEAD" || strings.Contains(head[0], " 304 ") {
		length = 0
	} else if slices.Contains(head, "Connection: close\r\n") {
		length = 1 << 30
	}
	body, err := io.ReadAll(io.LimitReader(r, int64(length)))
	if err != nil {
		t.Errorf("%q: %v", head, err)
	}
	return strings.Join(head, "") + "\r\n" + string(body)
}

// frontRequests are what both fronts must answer alike, without their last line
// end; TAG is the tag of /rss.xml, OLD the one that it had a change ago.
var frontRequests = []string{
	"GET /rss.xml HTTP/1.1\r\nHost: x\r\n",
	"GET /rss.xml?_=1 HTTP/1.1\r\nHost: x\r\n",
	"GET /rss.xml HTTP/1.1\r\nHost: x\r\nConnection: Keep-Alive\r\n",
	"HEAD /rss.xml HTTP/1.1\r\nHost: x\r\n",
	"HEAD /rss.xml HTTP/1.1\r\nHost: x\r\nIf-None-Match: \"TAG\"\r\n",
	"GET /rss.xml HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n",
	"GET /rss.xml HTTP/1.1\r\nhost: x\r\naccept-encoding: br\r\n",
	"GET /rss.xml HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip;q=0.4\r\nAccept-Encoding: zstd\r\n",
	"GET /rss.xml HTTP/1.1\r\nHost: x\r\nIf-None-Match: \"TAG\"\r\n",
	"GET /rss.xml HTTP/1.1\r\nHost: x\r\nIf-None-Match: \"x\"\r\nIf-None-Match: W/\"TAG-gzip\"\r\n",
	"GET /rss.xml HTTP/1.1\r\nHost: x\r\nIf-None-Match:\r\nIf-Modified-Since: Wed, 04 Mar 2026 05:06:07 GMT\r\n",
	"GET /rss.xml HTTP/1.1\r\nHost: x\r\nIf-Modified-Since: Wed, 04 Mar 2026 05:06:07 GMT\r\n",
	"GET /rss.xml HTTP/1.1\r\nHost: x\r\nA-IM: feed\r\nIf-None-Match: \"OLD\"\r\n",
	"HEAD /rss.xml HTTP/1.1\r\nHost: x\r\nA-IM: feed\r\nIf-None-Match: \"OLD\"\r\nAccept-Encoding: gzip\r\n",
	"GET /rss.xml HTTP/1.1\r\nHost: x\r\nRange: bytes=0-3\r\n",
	"GET /atom.xml HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n",
	"GET /topics/known/ HTTP/1.1\r\nHost: x\r\n",
	"GET /topics/known/rss.xml HTTP/1.1\r\nHost: x\r\n",
	"GET /topics/known/rss.xml HTTP/1.1\r\nHost: x\r\nSec-Fetch-Dest: document\r\n",
	"GET /topics/renamed/atom.xml HTTP/1.1\r\nHost: x\r\n",
	"GET /topics/retired/rss.xml HTTP/1.1\r\nHost: x\r\n",
	"GET /topics/unknown/ HTTP/1.1\r\nHost: x\r\n",
	"GET /topics/unknown/ HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n",
	"GET /topics/%6Bnown/ HTTP/1.1\r\nHost: x\r\n",
	"GET /mix/unknown/ HTTP/1.1\r\nHost: x\r\n",
	"GET http://evil.example/rss.xml HTTP/1.1\r\nHost: x\r\n",
	"GET http://evil.example HTTP/1.1\r\nHost: x\r\n",
	"GET /%zz HTTP/1.1\r\nHost: x\r\n",
	"GET /rss.xml#part HTTP/1.1\r\nHost: x\r\n",
	"GET //rss.xml HTTP/1.1\r\nHost: x\r\n",
	"GET /a/../rss.xml HTTP/1.1\r\nHost: x\r\n",
	"GET / HTTP/1.1\r\nHost: x\r\n",
	"GET /opml.xml HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n",
	"GET /feed.css HTTP/1.1\r\nHost: x\r\n",
	"GET /healthz HTTP/1.1\r\nHost: x\r\n",
	"GET /readyz HTTP/1.1\r\nHost: x\r\n",
	"GET /status HTTP/1.1\r\nHost: localhost\r\n",
	"GET /status.json HTTP/1.1\r\nHost: 127.0.0.1:80\r\n",
	"GET /metrics HTTP/1.1\r\nHost: localhost\r\nVia: 1.1 x\r\n",
	"GET /status HTTP/1.1\r\nHost: feeds.example.com\r\n",
	"POST /rss.xml HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n",
	"POST /rss.xml HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n", // and two bytes
	"POST /rss.xml HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
	"POST /rss.xml HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n",
	"PUT /rss.xml HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n",
	"GET /rss.xml HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n",
	"GET /rss.xml HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: odd\r\n",
	"GET /rss.xml HTTP/2.7\r\nHost: x\r\n",
	"DELETE /rss.xml HTTP/1.1\r\nHost: x\r\n",
	"OPTIONS * HTTP/1.1\r\nHost: x\r\n",
	"BREW /rss.xml HTTP/1.1\r\nHost: x\r\n",
	"GET /rss.xml HTTP/1.1\r\nHost: x\r\nConnection: close\r\n",
	"GET /rss.xml HTTP/1.0\r\n",
	"GET /rss.xml HTTP/1.0\r\nConnection: keep-alive\r\n",
	"GET /rss.xml HTTP/1.1\r\n",
	"GET /rss.xml HTTP/1.1\r\nHost: x\r\nHost: y\r\n",
	"GET /rss.xml HTTP/1.1\r\nHost: x\r\nno colon\r\n",
	"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: " + strings.Repeat("x", 80<<10) + "\r\n",
}

// Both fronts give the same answers to the byte, header lines in any order, and
// leave the connection in the same state.
func TestFrontsAnswerAlike(t *testing.T) {
	answers := map[string][]string{}
	for name, opt := range fronts {
		h, old := requirementsHandler(t)
		h.opt.Operator = operator{}
		tag := strings.Trim(ask(h, "GET", "/rss.xml").Header().Get("ETag"), `"`)
		names := strings.NewReplacer("TAG", tag, "OLD", strings.Trim(old, `"`))
		addr, _, _ := answering(t, opt, h)
		for _, r := range frontRequests {
			c := dial(t, addr)
			method, _, _ := strings.Cut(r, " ")
			go io.WriteString(c, names.Replace(r)+"\r\n")
			in := bufio.NewReader(c)
			got := raw(t, in, method)
			if !strings.Contains(got, "Connection: close") && !strings.HasPrefix(got, "HTTP/1.0") {
				io.WriteString(c, "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
				got += "\n-- and on the same connection:\n" + raw(t, in, "GET")
			}
			answers[name] = append(answers[name], got)
			c.Close()
		}
	}
	for i, r := range frontRequests {
		a, b := answers["net/http"][i], answers["loops"][i]
		if strings.HasSuffix(r, " HTTP/1.0\r\n") {
			b = strings.Replace(b, "Connection: close\r\n", "", 1) // as goes without saying in HTTP/1.0
		}
		if a != b {
			t.Errorf("%.100q\nnet/http: %.700q\nloops:    %.700q", r, a, b)
		}
	}
}

// What tells that the server is well does not wait for documents that take long to
// be made.
func TestHealthWhileManyWait(t *testing.T) {
	for name, opt := range fronts {
		t.Run(name, func(t *testing.T) {
			l := sizedSnapshot(30 << 10).Listings[0]
			entered, release := make(chan struct{}), make(chan struct{})
			wait := func() *feeds.Feed { close(entered); <-release; return &feeds.Feed{} }
			l.Revision = document.NewRevision(wait, [len(feeds.Formats)]document.Encoder{})
			addr, _, _ := answering(t, opt, NewHandler(holding(document.NewSnapshot(testSite(), 1, []*document.Listing{l}, nil)), testOptions(t)))
			t.Cleanup(func() { close(release) })
			for range 200 {
				io.WriteString(dial(t, addr), "GET /rss.xml HTTP/1.1\r\nHost: x\r\n\r\n")
			}
			<-entered
			c := dial(t, addr)
			io.WriteString(c, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
			if got := raw(t, bufio.NewReader(c), "GET"); !strings.HasSuffix(got, "\r\n\r\nok\n") {
				t.Errorf("%q", got)
			}
		})
	}
}
