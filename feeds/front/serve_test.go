package front

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// dripUntilCut sends a head byte by byte until the server has had enough.
func dripUntilCut(t *testing.T, c net.Conn) {
	t.Helper()
	if _, err := io.WriteString(c, "GET /ready/1 HTTP/1.1\r\nHost: x\r\n"); err != nil {
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

// A client that is slow with its first request, or with a later one, is cut off.
func TestSlowHead(t *testing.T) {
	inBothWays(t, Limits{Header: 50 * time.Millisecond}, func(t *testing.T, opt Options) {
		addr, _, _ := serving(t, newToy(), opt)
		dripUntilCut(t, dial(t, addr))
		again := dial(t, addr)
		io.WriteString(again, get("/ready/1"))
		in := bufio.NewReader(again)
		reply(t, in)
		dripUntilCut(t, again)
		silent := dial(t, addr)
		if n, err := silent.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("silent: %d, %v", n, err)
		}
	})
}

func TestIdle(t *testing.T) {
	inBothWays(t, Limits{Idle: 50 * time.Millisecond}, func(t *testing.T, opt Options) {
		addr, _, _ := serving(t, newToy(), opt)
		for _, target := range []string{"/ready/3", "/made/3"} {
			c := dial(t, addr)
			io.WriteString(c, get(target))
			if all, err := io.ReadAll(c); err != nil || !strings.HasSuffix(string(all), "xxx") {
				t.Errorf("%q, %v", all, err)
			}
		}
	})
}

// Who took long to read an answer may still ask again later.
func TestIdleAfterSlowAnswer(t *testing.T) {
	limits := Limits{Write: 2 * time.Second} // the kernel's time: a busy machine must be able to read within it
	inBothWays(t, limits, func(t *testing.T, opt Options) {
		addr, _, _ := serving(t, newToy(), opt)
		c := dial(t, addr)
		io.WriteString(c, get("/ready/8000000"))
		time.Sleep(200 * time.Millisecond) // so that a part of the answer has to wait
		in := bufio.NewReader(c)
		reply(t, in)
		time.Sleep(limits.Write + 100*time.Millisecond) // more than the limit for the answer
		io.WriteString(c, get("/ready/1"))
		if status, n := reply(t, in); status != 200 || n != 1 {
			t.Errorf("%d with %d bytes", status, n)
		}
	})
}

// As many connections as may be are served, and others wait.
func TestConnections(t *testing.T) {
	inBothWays(t, Limits{Connections: 1}, func(t *testing.T, opt Options) {
		addr, _, _ := serving(t, newToy(), opt)
		for _, first := range []string{"GET", "POST"} { // the second on a connection that is handed over
			holder, second := dial(t, addr), dial(t, addr)
			io.WriteString(holder, "GET /ready/1 HTTP/1.1\r\nHost: x\r\n\r\n")
			in := bufio.NewReader(holder)
			reply(t, in)
			io.WriteString(second, get("/ready/1"))
			second.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
			if n, err := second.Read(make([]byte, 1)); err == nil {
				t.Errorf("a second connection got %d bytes", n)
			}
			if first == "POST" {
				io.WriteString(holder, "POST /made/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
				reply(t, in)
			} else {
				holder.Close()
			}
			second.SetReadDeadline(time.Now().Add(10 * time.Second))
			if status, _ := reply(t, bufio.NewReader(second)); status != 200 {
				t.Errorf("after the first has gone: %d", status)
			}
			second.Close()
		}
	})
}

// A client that asks again and again and never reads loses its connection, and
// stopping waits for none that is idle.
func TestDeafClient(t *testing.T) {
	inBothWays(t, Limits{Write: 100 * time.Millisecond}, func(t *testing.T, opt Options) {
		addr, stop, done := serving(t, newToy(), opt)
		idle := dial(t, addr)
		io.WriteString(idle, get("/ready/1"))
		reply(t, bufio.NewReader(idle))
		for _, target := range []string{"/ready/30000", "/made/30000"} {
			deaf := dial(t, addr)
			for range 1 << 20 {
				if _, err := io.WriteString(deaf, strings.Repeat(get(target), 100)); err != nil {
					break
				}
			}
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// One slow reader of a large answer gets all of it, while others are served.
func TestSlowReader(t *testing.T) {
	inBothWays(t, Limits{}, func(t *testing.T, opt Options) {
		addr, _, _ := serving(t, newToy(), opt)
		slow := dial(t, addr)
		io.WriteString(slow, get("/ready/8000000")+get("/made/2"))
		other := dial(t, addr)
		io.WriteString(other, get("/ready/7"))
		if _, n := reply(t, bufio.NewReader(other)); n != 7 {
			t.Errorf("%d bytes", n)
		}
		in := bufio.NewReader(slow)
		if status, n := reply(t, in); status != 200 || n != 8000000 {
			t.Errorf("%d with %d bytes", status, n)
		}
		if status, n := reply(t, in); status != 200 || n != 2 {
			t.Errorf("%d with %d bytes", status, n)
		}
	})
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
func TestNetHTTPOutlastsShortage(t *testing.T) {
	times := 3
	addr, _, _ := runServer(t, newServer(newToy(), Options{Logger: quiet}), func(ln net.Listener) net.Listener { return short{ln, &times} })
	c := dial(t, addr)
	io.WriteString(c, get("/made/3"))
	if status, _ := reply(t, bufio.NewReader(c)); status != 200 {
		t.Error(status)
	}
}

// Requests of a stopping server are answered, later ones find it closed.
func TestShutdownFinishesRequests(t *testing.T) {
	inBothWays(t, Limits{}, func(t *testing.T, opt Options) {
		h := newToy()
		addr, stop, done := serving(t, h, opt)
		got := make(chan string, 1)
		go func() {
			resp, err := http.Get("http://" + addr + "/wait")
			if err != nil {
				got <- err.Error()
				return
			}
			defer resp.Body.Close()
			b, _ := io.ReadAll(resp.Body)
			got <- string(b)
		}()
		<-h.entered
		stop()
		refuses(t, addr)
		select {
		case err := <-done:
			t.Fatalf("Serve returned %v with a request under way", err)
		default:
		}
		close(h.release)
		if s := <-got; !strings.HasPrefix(s, "GET /wait") {
			t.Errorf("the request under way got %q", s)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
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
	inBothWays(t, Limits{Grace: 30 * time.Millisecond}, func(t *testing.T, opt Options) {
		h := newToy()
		addr, stop, done := serving(t, h, opt)
		c := dial(t, addr)
		io.WriteString(c, get("/wait"))
		<-h.entered
		stop()
		if _, err := c.Read(make([]byte, 1)); err == nil {
			t.Error("answered")
		}
		select {
		case <-done:
			t.Error("Serve returned before its handler")
		case <-time.After(50 * time.Millisecond): // long for a Serve that would not wait
		}
		close(h.release)
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// Half a request does not hold up the end of serving for all of Grace.
func TestShutdownWithHalfRequest(t *testing.T) {
	inBothWays(t, Limits{Grace: time.Minute}, func(t *testing.T, opt Options) {
		addr, stop, done := serving(t, newToy(), opt)
		c := dial(t, addr)
		io.WriteString(c, get("/ready/2"))
		reply(t, bufio.NewReader(c))
		io.WriteString(c, "GET /ready/3 HTTP/1.1\r\nHo")
		stop()
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(20 * time.Second):
			t.Error("Serve waits for the rest of a request")
		}
	})
}

// However many wait for one answer, others are made meanwhile.
func TestOthersWhileManyWait(t *testing.T) {
	h := newToy()
	addr, _, _ := serving(t, h, Options{})
	defer close(h.release)
	for range 4 * makersOfLoop {
		io.WriteString(dial(t, addr), get("/wait"))
	}
	<-h.entered
	c := dial(t, addr)
	io.WriteString(c, get("/made/3"))
	if status, _ := reply(t, bufio.NewReader(c)); status != 200 {
		t.Error(status)
	}
}

// Streams are sent as they come, end with the server, and end their connection.
func TestStream(t *testing.T) {
	inBothWays(t, Limits{}, func(t *testing.T, opt Options) {
		addr, stop, done := serving(t, newToy(), opt)
		c := dial(t, addr)
		io.WriteString(c, get("/ready/2")+get("/events"))
		in := bufio.NewReader(c)
		reply(t, in)
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		first := make([]byte, len("data: 1\n\n"))
		if _, err := io.ReadFull(resp.Body, first); err != nil || string(first) != "data: 1\n\n" || !resp.Close {
			t.Errorf("%q, %v", first, err)
		}
		stop()
		if rest, err := io.ReadAll(resp.Body); err != nil || len(rest) > 0 {
			t.Errorf("%q, %v", rest, err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// A stream that was not announced, no answer, and a panic, end the connection.
func TestHandlerFails(t *testing.T) {
	addr, _, _ := serving(t, newToy(), Options{})
	for _, target := range []string{"/panic", "/unannounced", "/none"} {
		c := dial(t, addr)
		io.WriteString(c, get(target))
		if target == "/unannounced" && !haveLoops {
			continue
		}
		if b, err := io.ReadAll(c); err != nil || len(b) > 0 {
			t.Errorf("%s: %q, %v", target, b, err)
		}
	}
}

func TestListenerFails(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	for _, opt := range ways {
		opt.Logger = quiet
		err = Serve(context.Background(), ln, newToy(), opt)
		if !errors.Is(err, net.ErrClosed) || !strings.Contains(err.Error(), ln.Addr().String()) {
			t.Errorf("error %v", err)
		}
	}
}

// The pool of a proxy that sends all sorts of requests stays on the loops: only
// what a loop can't answer leaves it, and takes its connection with it.
func TestPoolStaysOnLoops(t *testing.T) {
	s := newServer(newToy(), Options{Logger: quiet})
	addr, _, _ := runServer(t, s, nil)
	const size, rounds = 8, 60
	pool := &http.Transport{MaxIdleConnsPerHost: size, MaxConnsPerHost: size}
	defer pool.CloseIdleConnections()
	requests := []struct{ method, target, body string }{
		{"GET", "/ready/9", ""}, {"HEAD", "/made/9", ""}, {"GET", "/search?q=%20", ""}, {"POST", "/made/1", "x"},
		{"GET", "/ready/9?status=404", ""}, {"OPTIONS", "/", ""}, {"GET", "/events", ""}, {"GET", "/made/100000", ""}, {"GET", "/with", "a body"},
	}
	for range rounds {
		done := make(chan error, size)
		for i := range size {
			go func() {
				r := requests[i%len(requests)]
				request, _ := http.NewRequest(r.method, "http://"+addr+r.target, strings.NewReader(r.body))
				resp, err := pool.RoundTrip(request)
				if err == nil {
					if r.target == "/events" {
						resp.Body.Close() // as a page that is closed
					} else {
						_, err = io.Copy(io.Discard, resp.Body)
						resp.Body.Close()
					}
				}
				done <- err
			}()
		}
		for range size {
			if err := <-done; err != nil {
				t.Fatal(err)
			}
		}
		requests = append(requests[1:], requests[0])
	}
	if !haveLoops {
		return
	}
	handed := s.handed.Load()
	for range 200 {
		request, _ := http.NewRequest("GET", "http://"+addr+"/made/3", nil)
		resp, err := pool.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
	if n := s.handed.Load(); n != handed || handed < rounds || handed > rounds*size {
		t.Errorf("%d connections were handed over, and %d by requests that are plain", handed, n-handed)
	}
}
