package server

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// serving runs h until the test or stop ends it; done gives what Serve returned.
func serving(t *testing.T, h http.Handler, limits Limits) (addr string, stop context.CancelFunc, done <-chan error) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error, 1)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		result <- Serve(ctx, ln, h, limits, slog.New(slog.NewTextHandler(t.Output(), nil)))
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

// dripUntilCut sends a header byte by byte until the server has had enough.
func dripUntilCut(t *testing.T, c net.Conn) {
	t.Helper()
	if _, err := io.WriteString(c, "GET /rss.xml HTTP/1.1\r\nHost: x\r\n"); err != nil {
		t.Fatal(err)
	}
	cut := make(chan struct{})
	go func() {
		defer close(cut)
		io.Copy(io.Discard, c)
	}()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(10 * time.Second)
	for {
		select {
		case <-cut:
			return
		case <-tick.C:
			io.WriteString(c, "x")
		case <-deadline:
			t.Fatal("still connected")
		}
	}
}

// A client that asks for more than sockets buffer and never reads it loses its
// connection, and the handler its goroutine.
func TestClientThatNeverReads(t *testing.T) {
	left := make(chan error, 1)
	body := make([]byte, 64<<20)
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := w.Write(body)
		left <- err
	})
	addr, _, _ := serving(t, h, Limits{Write: 100 * time.Millisecond})
	if _, err := io.WriteString(dial(t, addr), "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-left:
		if err == nil {
			t.Error("all was written, though nobody read")
		}
	case <-time.After(10 * time.Second):
		t.Fatal("still writing")
	}
}

// The first request of a stopping server is answered, later ones find it closed.
func TestShutdownFinishesRequests(t *testing.T) {
	entered, release := make(chan struct{}), make(chan struct{})
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(entered)
		<-release
		io.WriteString(w, "finished")
	})
	addr, stop, done := serving(t, h, Limits{})
	got := make(chan string, 1)
	go func() {
		resp, err := http.Get("http://" + addr + "/")
		if err != nil {
			got <- err.Error()
			return
		}
		defer resp.Body.Close()
		b, _ := io.ReadAll(resp.Body)
		got <- string(b)
	}()
	<-entered
	stop()
	refuses(t, addr)
	select {
	case err := <-done:
		t.Fatalf("Serve returned %v with a request under way", err)
	default:
	}
	close(release)
	if s := <-got; s != "finished" {
		t.Errorf("the request under way got %q", s)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// refuses waits until nothing listens at addr.
func refuses(t *testing.T, addr string) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(10 * time.Second); ; {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			return
		}
		c.Close()
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("still listening")
		}
	}
}

// A request that outlasts the grace is cut off, and Serve waits for its handler.
func TestShutdownIsBounded(t *testing.T) {
	entered, cut, release := make(chan struct{}), make(chan struct{}), make(chan struct{})
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(entered)
		<-r.Context().Done()
		close(cut)
		<-release
	})
	addr, stop, done := serving(t, h, Limits{Grace: 30 * time.Millisecond})
	if _, err := io.WriteString(dial(t, addr), "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	<-entered
	stop()
	<-cut
	select {
	case <-done:
		t.Error("Serve returned before its handler")
	case <-time.After(50 * time.Millisecond): // long for a Serve that would not wait
	}
	close(release)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestListenerFails(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	err = Serve(t.Context(), ln, testHandler(t), Limits{}, slog.New(slog.DiscardHandler))
	if !errors.Is(err, net.ErrClosed) || !strings.Contains(err.Error(), ln.Addr().String()) {
		t.Errorf("error %v", err)
	}
}
