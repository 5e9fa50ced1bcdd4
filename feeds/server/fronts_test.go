package server

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// frontOf serves h by one of the fronts until ctx ends.
type frontOf func(ctx context.Context, ln net.Listener, h *Handler, limits Limits, log *slog.Logger) error

var fronts = map[string]frontOf{
	"standard": func(ctx context.Context, ln net.Listener, h *Handler, limits Limits, log *slog.Logger) error {
		return Serve(ctx, ln, h, limits, log)
	},
	"fast": ServeFast,
}

// answering runs h behind a front until the test ends.
func answering(t testing.TB, serve frontOf, h *Handler, limits Limits) (addr string, stop context.CancelFunc, done <-chan error) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	result, ended := make(chan error, 1), make(chan struct{})
	go func() {
		defer close(ended)
		result <- serve(ctx, ln, h, limits, slog.New(slog.DiscardHandler))
	}()
	t.Cleanup(func() { cancel(); <-ended })
	return ln.Addr().String(), cancel, result
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
	"GET " + stylePath + " HTTP/1.1\r\nHost: x\r\n",
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
	for name, serve := range fronts {
		h, old := requirementsHandler(t)
		h.opt.Operations = operations{}
		tag := strings.Trim(ask(h, "GET", "/rss.xml").Header().Get("ETag"), `"`)
		names := strings.NewReplacer("TAG", tag, "OLD", strings.Trim(old, `"`))
		addr, _, _ := answering(t, serve, h, Limits{})
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
		a, b := answers["standard"][i], answers["fast"][i]
		if strings.HasSuffix(r, " HTTP/1.0\r\n") {
			b = strings.Replace(b, "Connection: close\r\n", "", 1) // as goes without saying in HTTP/1.0
		}
		if a != b {
			t.Errorf("%.100q\nstandard: %.700q\nfast:     %.700q", r, a, b)
		}
	}
}

// TestFrontLimits holds both fronts to the limits of what a client may take.
func TestFrontLimits(t *testing.T) {
	for name, serve := range fronts {
		t.Run(name, func(t *testing.T) {
			h := NewHandler(holding(testSnapshot(testSite())), testOptions(t))
			t.Run("slow header", func(t *testing.T) {
				addr, _, _ := answering(t, serve, h, Limits{Header: 50 * time.Millisecond})
				dripUntilCut(t, dial(t, addr))
			})
			t.Run("idle", func(t *testing.T) {
				addr, _, _ := answering(t, serve, h, Limits{Idle: 50 * time.Millisecond})
				c := dial(t, addr)
				io.WriteString(c, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
				if all, err := io.ReadAll(c); err != nil || !strings.HasSuffix(string(all), "ok\n") {
					t.Errorf("%q, %v", all, err)
				}
			})
			t.Run("connections", func(t *testing.T) {
				addr, _, _ := answering(t, serve, h, Limits{Connections: 1})
				first, second := dial(t, addr), dial(t, addr)
				io.WriteString(first, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
				in := bufio.NewReader(first)
				if got := raw(t, in, "GET"); !strings.HasSuffix(got, "ok\n") {
					t.Fatal(got)
				}
				io.WriteString(second, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
				second.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
				if n, err := second.Read(make([]byte, 1)); err == nil {
					t.Errorf("a second connection got %d bytes", n)
				}
				first.Close()
				second.SetReadDeadline(time.Now().Add(10 * time.Second))
				if got := raw(t, bufio.NewReader(second), "GET"); !strings.HasSuffix(got, "ok\n") {
					t.Errorf("after the first has gone: %s", got)
				}
			})
		})
	}
}

// A client that asks again and again and never reads loses its connection, and
// stopping waits for none that is idle.
func TestFrontsStop(t *testing.T) {
	for name, serve := range fronts {
		t.Run(name, func(t *testing.T) {
			h := NewHandler(holding(testSnapshot(testSite())), testOptions(t))
			addr, stop, done := answering(t, serve, h, Limits{Write: 100 * time.Millisecond})
			deaf, idle := dial(t, addr), dial(t, addr)
			for range 1 << 20 {
				if _, err := io.WriteString(deaf, strings.Repeat("GET /rss.xml HTTP/1.1\r\nHost: x\r\n\r\n", 100)); err != nil {
					break
				}
			}
			io.WriteString(idle, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
			raw(t, bufio.NewReader(idle), "GET")
			stop()
			if err := <-done; err != nil {
				t.Error(err)
			}
		})
	}
}

// short is a listener of a system that first has no descriptors left.
type short struct {
	net.Listener
	times *int
}

func (l short) Accept() (net.Conn, error) {
	if *l.times--; *l.times >= 0 {
		return nil, &net.OpError{Op: "accept", Net: "tcp", Err: os.NewSyscallError("accept4", syscall.EMFILE)}
	}
	return l.Listener.Accept()
}

// A shortage of descriptors passes.
func TestFrontsOutlastShortage(t *testing.T) {
	for name, serve := range fronts {
		t.Run(name, func(t *testing.T) {
			h := NewHandler(holding(testSnapshot(testSite())), testOptions(t))
			times := 3
			addr, _, _ := answering(t, func(ctx context.Context, ln net.Listener, h *Handler, limits Limits, log *slog.Logger) error {
				return serve(ctx, short{ln, &times}, h, limits, log)
			}, h, Limits{})
			c := dial(t, addr)
			io.WriteString(c, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
			if got := raw(t, bufio.NewReader(c), "GET"); !strings.HasSuffix(got, "ok\n") {
				t.Error(got)
			}
		})
	}
}

// The standard front speaks HTTP/2 to those who know beforehand, as proxies do.
func TestHTTP2(t *testing.T) {
	h := NewHandler(holding(testSnapshot(testSite())), testOptions(t))
	addr, _, _ := answering(t, fronts["standard"], h, Limits{})
	client := &http.Transport{Protocols: new(http.Protocols), DisableCompression: true}
	client.Protocols.SetUnencryptedHTTP2(true)
	t.Cleanup(client.CloseIdleConnections)
	want := ask(h, "GET", "/rss.xml").Body.String()
	for range 3 {
		r, _ := http.NewRequest("GET", "http://"+addr+"/rss.xml", strings.NewReader("x"))
		resp, err := client.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.ProtoMajor != 2 || string(body) != want {
			t.Errorf("%s, %d bytes, %v", resp.Proto, len(body), err)
		}
	}
}
