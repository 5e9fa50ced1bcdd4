package front

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// toy is a handler whose paths say what it does: /ready/N has N bytes in memory,
// /made/N has them made, /events streams, /panic panics, /none has no answer, /wait waits for release.
// A query "status=N" has another status. What is below /ready answers an
// If-None-Match with 304.
type toy struct {
	release chan struct{} // what /wait waits for
	entered chan struct{} // told when /wait is asked for
	stopped chan struct{}
	stop    sync.Once

	made    atomic.Int32 // answers by Answer
	ready   atomic.Int32 // answers by Ready
	now     atomic.Int32 // in Answer at the same time
	most    atomic.Int32 // of now
	answers sync.Map     // Answer by target
}

// quiet logs nothing.
var quiet = slog.New(slog.DiscardHandler)

func newToy() *toy {
	return &toy{release: make(chan struct{}), entered: make(chan struct{}, 1000), stopped: make(chan struct{})}
}

var unchanged = NewHead(http.StatusNotModified, One("Etag", `"toy"`), One("Content-Type", "not/sent"))

func (h *toy) Ready(r Request, _ time.Time) (Answer, Verdict) {
	target := r.Target()
	switch {
	case strings.HasPrefix(target, "/events"):
		return Answer{}, HandOver
	case strings.HasPrefix(target, "/panic"):
		panic("in Ready")
	case target == "/none":
		return Answer{}, Done
	case !strings.HasPrefix(target, "/ready/"):
		return Answer{}, Make
	}
	h.ready.Add(1)
	if r.Field("If-None-Match") != nil {
		return Answer{Head: unchanged}, Done
	}
	return h.sized(target), Done
}

// sized is the answer of so many bytes, always the same.
func (h *toy) sized(target string) Answer {
	if a, ok := h.answers.Load(target); ok {
		return a.(Answer)
	}
	target = strings.Clone(target)
	path, query, _ := strings.Cut(target, "?")
	n, _ := strconv.Atoi(path[strings.LastIndexByte(path, '/')+1:])
	status, err := strconv.Atoi(strings.TrimPrefix(query, "status="))
	if err != nil {
		status = http.StatusOK
	}
	a := Answer{Head: NewHead(status, One("X-Last", " a\r\nb "), One("Etag", `"toy"`), Field{"Link", []string{"<a>", "<b>"}}, One("Location", target)), Body: []byte(strings.Repeat("x", n))}
	if n != 1 { // of one byte has no type, which nobody is to guess
		a.Head = a.With(One("Content-Type", "text/plain"))
	}
	h.answers.Store(target, a)
	return a
}

func (h *toy) Answer(r Request, now time.Time) Answer {
	for n := h.now.Add(1); n > h.most.Load(); {
		h.most.Store(n)
	}
	defer h.now.Add(-1)
	h.made.Add(1)
	target := strings.Clone(r.Target())
	switch {
	case strings.HasPrefix(target, "/ready/") && r.Field("If-None-Match") != nil:
		return Answer{Head: unchanged}
	case strings.HasPrefix(target, "/ready/"), strings.HasPrefix(target, "/made/"):
		return h.sized(target)
	case strings.HasPrefix(target, "/panic"):
		panic("in Answer")
	case target == "/none":
		return Answer{}
	case strings.HasPrefix(target, "/events"), target == "/unannounced":
		return Answer{Head: NewHead(http.StatusOK, One("Content-Type", "text/event-stream")), Stream: func(send func([]byte) error) {
			for send([]byte("data: 1\n\n")) == nil {
				var beat <-chan time.Time
				if strings.HasSuffix(target, "?beat") {
					beat = time.After(5 * time.Millisecond)
				}
				select {
				case <-h.stopped:
					return
				case <-beat:
				}
			}
		}}
	case target == "/wait":
		h.entered <- struct{}{}
		<-h.release
	}
	said := fmt.Sprintf("%s %s %s %s %q %q %q", r.Method(), target, r.Host(), r.Field("User-Agent"), r.Field("Accept"), r.Field("Cookie"), r.Field("Connection"))
	return Answer{Head: NewHead(http.StatusOK, One("Content-Type", "text/plain")), Body: []byte(said)}
}

func (h *toy) Stop() { h.stop.Do(func() { close(h.stopped) }) }

// serving runs h until the test or stop ends it; done gives what Serve returned.
func serving(t testing.TB, h Handler, opt Options) (addr string, stop context.CancelFunc, done <-chan error) {
	t.Helper()
	if opt.Logger == nil {
		opt.Logger = quiet
	}
	return runServer(t, newServer(h, opt), nil)
}

// runServer runs s; wrap, if it is not nil, replaces the listener.
func runServer(t testing.TB, s *server, wrap func(net.Listener) net.Listener) (addr string, stop context.CancelFunc, done <-chan error) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr = ln.Addr().String()
	if wrap != nil {
		ln = wrap(ln)
	}
	ctx, cancel := context.WithCancel(t.Context())
	result, ended := make(chan error, 1), make(chan struct{})
	go func() {
		defer close(ended)
		result <- s.serve(ctx, ln)
	}()
	t.Cleanup(func() { cancel(); <-ended })
	return addr, cancel, result
}

// ways are the two ways to serve. On systems without loops they are the same.
var ways = map[string]Options{"loops": {}, "net/http": {NoLoops: true}}

func inBothWays(t *testing.T, limits Limits, test func(t *testing.T, opt Options)) {
	for name, opt := range ways {
		opt.Limits = limits
		t.Run(name, func(t *testing.T) { test(t, opt) })
	}
}

func dial(t testing.TB, addr string) *net.TCPConn {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(20 * time.Second))
	return c.(*net.TCPConn)
}

func get(target string) string { return "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n" }

// raw is one answer as it came, but for the time in Date.
func raw(t testing.TB, r *bufio.Reader, method string) string {
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
	length := 0
	for _, line := range head {
		fmt.Sscanf(line, "Content-Length: %d", &length)
	}
	switch {
	case method == "HEAD", strings.Contains(head[0], " 304 "):
		length = 0
	case slices.Contains(head, "Connection: close\r\n"), strings.HasPrefix(head[0], "HTTP/1.0") && !slices.Contains(head, "Connection: keep-alive\r\n"):
		length = 1 << 30
	}
	body, err := io.ReadAll(io.LimitReader(r, int64(length)))
	if err != nil {
		t.Errorf("%q: %v", head, err)
	}
	return strings.Join(head, "") + "\r\n" + string(body)
}

// reply is the status and the length of the body of one answer.
func reply(t testing.TB, in *bufio.Reader) (status, length int) {
	t.Helper()
	resp, err := http.ReadResponse(in, nil)
	if err != nil {
		t.Error(err)
		return 0, 0
	}
	n, err := io.Copy(io.Discard, resp.Body)
	if err != nil {
		t.Error(err)
	}
	return resp.StatusCode, int(n)
}

var itoa = strconv.Itoa
