package front

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const haveLoops = true

// Who waits for an answer to be made does not keep others waiting, so many are made
// at a time, and each connection gets its own.
func TestMaking(t *testing.T) {
	h := newToy()
	s := newServer(h, Options{Logger: quiet})
	addr, _, _ := runServer(t, s, nil)
	most := makersOfLoop * max(1, runtime.GOMAXPROCS(0)/2)
	var clients sync.WaitGroup
	for i := range 3 * most {
		clients.Go(func() {
			c := dial(t, addr)
			defer c.Close()
			io.WriteString(c, "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n"+get(fmt.Sprintf("/made/%d", i)))
			if i%3 == 0 {
				c.CloseWrite()
			}
			if i%7 == 0 {
				c.SetLinger(0)
				return
			}
			in := bufio.NewReader(c)
			if status, _ := reply(t, in); status != 200 {
				t.Error(status)
			}
			if _, n := reply(t, in); n != i {
				t.Errorf("%d bytes instead of %d", n, i)
			}
		})
	}
	for range most / 2 { // all of them ask for one path
		<-h.entered
	}
	c := dial(t, addr)
	io.WriteString(c, get("/ready/3"))
	if _, n := reply(t, bufio.NewReader(c)); n != 3 {
		t.Errorf("%d bytes while others wait", n)
	}
	close(h.release)
	clients.Wait()
	if n := h.most.Load(); int(n) > most {
		t.Errorf("%d answers were made at a time", n)
	}
	if n := s.handed.Load(); n > 0 {
		t.Errorf("%d connections were handed over", n)
	}
}

// Those who ask and break off while others are waiting are soon forgotten.
func TestMakingForThoseWhoLeft(t *testing.T) {
	h := newToy()
	s := newServer(h, Options{Logger: quiet})
	set := &loops{s: s, handover: newHandover(s, nil)}
	l, c, client := loopOfOne(t, set)
	defer l.free()
	l.making = makersOfLoop
	for range 1000 {
		gone := &conn{fd: c.fd, input: make([]byte, 60<<10)}
		l.make(gone, len(gone.input))
		gone.gone = true
	}
	if n := len(l.waiting); n > 10 {
		t.Errorf("%d connections that have gone are kept", n)
	}
	io.WriteString(client, get("/wait"))
	client.SetLinger(0)
	client.Close()
	if n, err := unix.Poll([]unix.PollFd{{Fd: int32(c.fd)}}, 10_000); n != 1 { // it has broken off when that is known here
		t.Fatal(n, err)
	}
	if l.turnOnce(t); !c.gone || c.making {
		t.Error("an answer is made for a client that has broken off")
	}
}

// What comes after plain requests, and is none, comes to net/http with every byte.
func TestHandOver(t *testing.T) {
	s := newServer(newToy(), Options{Logger: quiet})
	set := &loops{s: s, handover: newHandover(s, nil)}
	l, c, client := loopOfOne(t, set)
	defer l.free()
	const other = "POST /made/2 HTTP/1.1\r\nContent-Length: 3\r\n\r\nab"
	io.WriteString(client, get("/ready/3")+get("/ready/4")+other)
	client.CloseWrite()
	for l.owns(c) {
		l.turnOnce(t)
	}
	in := bufio.NewReader(client)
	for _, want := range []int{3, 4} {
		if _, n := reply(t, in); n != want {
			t.Errorf("%d bytes", n)
		}
	}
	got, err := set.handover.Accept()
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(got); string(b) != other || err != nil {
		t.Errorf("%q, %v", b, err)
	}
	got.Close()
	got.(*httpConn).leave()
	s.ended.Wait()
}

// loopOfOne is a loop that a test turns by hand, and its connection.
func loopOfOne(t *testing.T, set *loops) (l *loop, c *conn, client *net.TCPConn) {
	t.Helper()
	l, err := newLoop(set)
	if err != nil {
		t.Fatal(err)
	}
	set.all = []*loop{l}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	fd, err := takeListener(ln.(*net.TCPListener))
	if err != nil {
		t.Fatal(err)
	}
	if err := l.listen(fd); err != nil {
		t.Fatal(err)
	}
	client = dial(t, ln.Addr().String())
	ln.Close()
	for l.count == 0 {
		l.turnOnce(t)
	}
	return l, l.owned[len(l.owned)-1], client
}

// turnOnce has l do once what it does for ever.
func (l *loop) turnOnce(t *testing.T) {
	t.Helper()
	events := make([]unix.EpollEvent, 8)
	n, err := unix.EpollWait(l.epoll, events, 10_000)
	if err != nil && err != unix.EINTR {
		t.Fatal(err)
	}
	l.readClock()
	l.work(events[:max(n, 0)])
}

// A connection has what Go gives it: no delay of small packets, and probes of
// peers that are silent.
func TestSocketOptions(t *testing.T) {
	s := newServer(newToy(), Options{Logger: quiet})
	set := &loops{s: s, handover: newHandover(s, nil)}
	l, c, _ := loopOfOne(t, set)
	defer l.free()
	for _, option := range []struct{ level, name, want int }{
		{unix.IPPROTO_TCP, unix.TCP_NODELAY, 1}, {unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1},
		{unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, 15}, {unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, 15}, {unix.IPPROTO_TCP, unix.TCP_KEEPCNT, 9},
	} {
		if got, err := unix.GetsockoptInt(c.fd, option.level, option.name); err != nil || got != option.want {
			t.Errorf("option %d: %d, %v", option.name, got, err)
		}
	}
	if flags, err := unix.FcntlInt(uintptr(c.fd), unix.F_GETFL, 0); err != nil || flags&unix.O_NONBLOCK == 0 {
		t.Error("a connection can block the loop")
	}
	l.close(c)
}

// An event of a connection that is closed does not hit the next one that has its
// descriptor.
func TestStaleEvent(t *testing.T) {
	s := newServer(newToy(), Options{Logger: quiet})
	set := &loops{s: s, handover: newHandover(s, nil)}
	l, c, _ := loopOfOne(t, set)
	defer l.free()
	stale := unix.EpollEvent{Fd: int32(c.fd), Pad: int32(c.id), Events: unix.EPOLLIN | unix.EPOLLHUP}
	next := &conn{fd: c.fd, peer: c.peer, until: c.until, making: true}
	l.forget(c)
	l.lastID++
	next.id = l.lastID
	l.owned[c.fd] = next
	l.count++
	l.work([]unix.EpollEvent{stale})
	if !l.owns(next) || next.ended {
		t.Error("the event of another connection was taken for its own")
	}
	l.close(next)
}

// failing is a system of which one call fails, from its nth time on or n times.
func failing(name string, err error, fails func(n int, fd int) bool) system {
	sys := realSystem
	calls := atomic.Int32{}
	now := func(fd int) bool { return fails(int(calls.Add(1)), fd) }
	switch name {
	case "epoll_create1":
		sys.epollCreate = func() (int, error) { return -1, err }
	case "eventfd":
		sys.eventfd = func() (int, error) { return -1, err }
	case "epoll_ctl":
		sys.epollCtl = func(epoll, op, fd int, e *unix.EpollEvent) error {
			if op != unix.EPOLL_CTL_DEL && now(fd) {
				return err
			}
			return unix.EpollCtl(epoll, op, fd, e)
		}
	case "epoll_wait":
		sys.epollWait = func(epoll int, events []unix.EpollEvent, ms int) (int, error) {
			n, wrong := unix.EpollWait(epoll, events, ms)
			if now(epoll) {
				return -1, err
			}
			return n, wrong
		}
	case "accept4":
		sys.accept = func(listener int) (int, unix.Sockaddr, error) {
			if now(listener) {
				return -1, nil, err
			}
			return realSystem.accept(listener)
		}
	}
	return sys
}

func always(int, int) bool                 { return true }
func after(times int) func(n, fd int) bool { return func(n, _ int) bool { return n > times } }
func first(times int) func(n, fd int) bool { return func(n, _ int) bool { return n <= times } }

// Where a loop can't be had, or can't go on, net/http answers, with one warning.
func TestSystemFails(t *testing.T) {
	loops := max(1, runtime.GOMAXPROCS(0)/2)
	for _, c := range []struct {
		name  string
		err   error
		fails func(n, fd int) bool
		logs  int // lines
	}{
		{"epoll_create1", unix.ENOSYS, always, 1},
		{"epoll_create1", unix.EMFILE, always, 1},
		{"eventfd", unix.EPERM, always, 1},
		{"epoll_ctl", unix.ENOSPC, always, 1},
		{"epoll_ctl", unix.ENOSPC, after(loops), 1},     // the listener can't be watched
		{"epoll_ctl", unix.ENOSPC, after(loops + 1), 1}, // no connection can
		{"epoll_ctl", unix.ENOSPC, after(loops + 4), 1}, // some can
		{"epoll_wait", unix.EBADF, after(1), loops},
		{"epoll_wait", unix.EBADF, after(12), loops},
		{"epoll_wait", unix.EINTR, first(20), 0},
		{"accept4", unix.EMFILE, first(3), 3},
		{"accept4", unix.ECONNABORTED, first(3), 0},
	} {
		t.Run(fmt.Sprintf("%s %v", c.name, c.err), func(t *testing.T) {
			var log lockedBuffer
			s := newServer(newToy(), Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
			s.sys = failing(c.name, c.err, c.fails)
			addr, stop, done := runServer(t, s, nil)
			var clients sync.WaitGroup
			for range 5 {
				clients.Go(func() {
					client := &http.Transport{}
					defer client.CloseIdleConnections()
					for range 20 {
						r, _ := http.NewRequest("GET", "http://"+addr+"/made/3", nil)
						resp, err := client.RoundTrip(r)
						if err != nil {
							t.Error(err)
							return
						}
						io.Copy(io.Discard, resp.Body)
						resp.Body.Close()
					}
				})
			}
			clients.Wait()
			stop()
			if err := <-done; err != nil {
				t.Error(err)
			}
			if n := strings.Count(log.String(), "\n"); n > c.logs || c.logs > 0 && n == 0 {
				t.Errorf("%d lines were logged: %s", n, log.String())
			}
		})
	}
}

// Where the listener can't be paused, net/http accepts.
func TestPauseFails(t *testing.T) {
	s := newServer(newToy(), Options{Logger: quiet})
	s.sys = failing("accept4", unix.EMFILE, first(1))
	s.sys.epollCtl = func(epoll, op, fd int, e *unix.EpollEvent) error {
		if op == unix.EPOLL_CTL_MOD {
			return unix.ENOENT
		}
		return unix.EpollCtl(epoll, op, fd, e)
	}
	addr, _, _ := runServer(t, s, nil)
	for range 3 {
		c := dial(t, addr)
		io.WriteString(c, get("/ready/3"))
		if status, _ := reply(t, bufio.NewReader(c)); status != 200 {
			t.Error(status)
		}
	}
}

// An error of accept that does not pass ends serving.
func TestAcceptFails(t *testing.T) {
	s := newServer(newToy(), Options{Logger: quiet})
	s.sys = failing("accept4", unix.EBADF, always)
	addr, _, done := runServer(t, s, nil)
	go net.Dial("tcp", addr)
	if err := <-done; err == nil || !strings.Contains(err.Error(), "accept4: bad file descriptor") {
		t.Error(err)
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// However thousands of clients leave, each gets the answers to its own requests,
// stopping finds nothing of them, and no descriptor is left open or touched that is
// somebody else's.
func TestStress(t *testing.T) {
	before := openFiles(t)
	h := newToy()
	close(h.release)
	s := newServer(h, Options{Logger: quiet, Limits: Limits{Grace: 300 * time.Millisecond, Connections: 200}})
	addr, stop, done := runServer(t, s, nil)
	said := []string{
		"", get("/ready/1"), "GET /rea", "HEAD /made/3 HTTP/1.1\r\nHost: x\r\n\r\n", strings.Repeat(get("/ready/20000"), 50),
		get("/made/3") + "nonsense\r\n\r\n", get("/made/200000") + get("/wait"), get("/panic"), get("/events?beat"),
		"POST /made/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx", "GET /made/7 HTTP/1.0\r\n\r\n",
	}
	clients := 4000
	if testing.Short() {
		clients = 400
	}
	var workers sync.WaitGroup
	for worker := range 8 {
		workers.Go(func() {
			for i := range clients / 8 {
				stressOnce(t, addr, said[(worker+i)%len(said)], i)
			}
		})
		workers.Go(func() { // whoever else opens and closes files keeps them
			for range clients / 8 {
				keepFile(t)
			}
		})
	}
	workers.Wait()
	c := dial(t, addr)
	io.WriteString(c, get("/made/5"))
	if status, n := reply(t, bufio.NewReader(c)); status != 200 || n != 5 {
		t.Errorf("%d with %d bytes after all", status, n)
	}
	c.Close()
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if n := len(s.places.taken); n != 0 {
		t.Errorf("%d connections are left", n)
	}
	for deadline := time.Now().Add(10 * time.Second); openFiles(t) > before+2; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d descriptors are open, and were %d", openFiles(t), before)
		}
	}
}

func stressOnce(t *testing.T, addr, said string, i int) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Error(err)
		return
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(20 * time.Second))
	tcp := c.(*net.TCPConn)
	io.WriteString(c, said)
	switch {
	case i%4 == 0:
		tcp.SetLinger(0)
	case i%4 == 1:
		tcp.CloseWrite()
		if i%8 == 1 && !strings.Contains(said, "/events") {
			io.Copy(io.Discard, c)
		}
	case strings.HasSuffix(said, "\r\n\r\n") && !strings.Contains(said, "/panic"):
		if b := make([]byte, 100); i%3 == 0 {
			c.Read(b)
		} else if n, err := io.ReadAtLeast(c, b, 12); err != nil || !bytes.HasPrefix(b, []byte("HTTP/1.")) {
			t.Errorf("%.30q: %q, %v", said, b[:n], err)
		}
	}
}

// keepFile checks that a descriptor stays what it was opened for.
func keepFile(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Error(err)
		return
	}
	defer r.Close()
	defer w.Close()
	w.WriteString("mine")
	runtime.Gosched()
	b := make([]byte, 10)
	if n, err := r.Read(b); err != nil || string(b[:n]) != "mine" {
		t.Errorf("%q, %v", b[:n], err)
	}
}

func openFiles(t *testing.T) int {
	all, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

// No request whose answer is in memory costs an allocation.
func TestNoAllocations(t *testing.T) {
	s := newServer(newToy(), Options{Logger: quiet})
	set := &loops{s: s, handover: newHandover(s, nil)}
	l, c, client := loopOfOne(t, set)
	defer l.free()
	in := make([]byte, 1<<20)
	events := make([]unix.EpollEvent, 8)
	for _, request := range plainCases {
		if !strings.Contains(request, "/ready/") || strings.Contains(request, "close") || strings.Contains(request, "HTTP/1.0") || len(request) > 8<<10 || strings.Contains(request, "3000000") {
			continue
		}
		b := []byte(request + "\r\n")
		allocs := testing.AllocsPerRun(100, func() {
			client.Write(b)
			n, err := unix.EpollWait(l.epoll, events, 10_000)
			if err != nil && err != syscall.EINTR {
				t.Fatal(err)
			}
			l.readClock()
			l.work(events[:max(n, 0)])
			if n, err := client.Read(in); err != nil || n < 12 {
				t.Fatal(err)
			}
		})
		if allocs > 0 {
			t.Errorf("%.60q allocates %v times", request, allocs)
		}
	}
	l.close(c)
}

// Up to 20,000 connections at a time are answered, as many as the machine has
// descriptors for.
func TestManyConnections(t *testing.T) {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	n := int(min(20_000, (limit.Cur-200)/2))
	h := newToy()
	s := newServer(h, Options{Logger: quiet, Limits: Limits{Connections: n}})
	addr, stop, done := runServer(t, s, nil)
	conns := make([]net.Conn, n)
	for i := range conns {
		conns[i] = dial(t, addr)
		conns[i].SetDeadline(time.Now().Add(60 * time.Second))
	}
	for _, target := range []string{"/ready/3", "/made/4"} {
		for _, c := range conns {
			io.WriteString(c, get(target))
		}
		for _, c := range conns {
			b := make([]byte, 400)
			if n, err := c.Read(b); err != nil || !strings.HasPrefix(string(b[:n]), "HTTP/1.1 200") {
				t.Fatalf("%q, %v", b[:n], err)
			}
		}
	}
	if len(s.places.taken) != n || s.handed.Load() > 0 {
		t.Errorf("%d connections, %d handed over", len(s.places.taken), s.handed.Load())
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
