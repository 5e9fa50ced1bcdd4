package server

import (
	"net"
	"net/netip"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// loop owns connections, and all of their state but what is being made. It never
// waits for anything but the system's word that some are ready.
type loop struct {
	crowd *crowd
	ep    int             // epoll(7)
	bell  int             // eventfd(2), rung when the state has changed
	enter chan *crowdConn // new connections, and those for which something was made
	state atomic.Int32    // running, ending, aborting
	mu    sync.Mutex      // for ending
	freed bool

	owned []*crowdConn // by descriptor; nil where there is none
	count int          // of them
	again []*crowdConn // that may have sent more than could be read at once
	now   time.Time    // of the last wake-up
	clock time.Time    // the handler's
	next  time.Time    // when to look who has overstayed

	request plainRequest
	in      [16 << 10]byte
	out     []byte
}

const (
	running = iota
	ending
	aborting
)

// crowdConn is a connection of a loop.
type crowdConn struct {
	*conn // closed; for its place among the connections
	fd    int
	peer  netip.AddrPort
	until time.Time // when it is cut off
	rest  []byte    // of an answer that is under way
	asked []byte    // what comes after that, or for which something is being made
	out   bool      // that is so: only the maker may touch it
	tried bool      // it has been made
	ended bool      // the client sends no more, or has gone
}

func newLoop(p *crowd) (*loop, error) {
	ep, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	bell, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err == nil {
		err = unix.EpollCtl(ep, unix.EPOLL_CTL_ADD, bell, &unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLET, Fd: int32(bell)})
	}
	if err != nil {
		unix.Close(ep)
		unix.Close(bell)
		return nil, os.NewSyscallError("eventfd", err)
	}
	return &loop{crowd: p, ep: ep, bell: bell, enter: make(chan *crowdConn, 64)}, nil
}

// watched is what a connection's events are, told once each.
const watched = unix.EPOLLIN | unix.EPOLLOUT | unix.EPOLLRDHUP | unix.EPOLLET

// join takes c, if it is of a kind that a loop can have. Go's own poller must not
// watch it too.
func (l *loop) join(c *conn) bool {
	tcp, ok := c.Conn.(*net.TCPConn)
	if !ok {
		return false
	}
	fd, err := dup(tcp)
	if err != nil {
		return false
	}
	peer, _ := tcp.RemoteAddr().(*net.TCPAddr)
	tcp.Close()
	l.enter <- &crowdConn{conn: c, fd: fd, peer: peer.AddrPort(), until: time.Now().Add(l.crowd.from.limits.Header)}
	unix.EpollCtl(l.ep, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: watched, Fd: int32(fd)}) // an event comes at once
	return true
}

// end has the loop end in a way, or a harder one.
func (l *loop) end(how int32) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.state.Store(max(how, l.state.Load()))
	if !l.freed {
		unix.Write(l.bell, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	}
}

// free gives back what the system holds of the loop.
func (l *loop) free() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.freed = true
	unix.Close(l.ep)
	unix.Close(l.bell)
}

// turn is how long a loop goes on without a word to Go's scheduler. After 10 ms
// that takes the loop for one that computes, and takes its processor away in
// every other system call.
const turn = 8 * time.Millisecond

// run serves until the loop is to end and has no connections.
func (l *loop) run() {
	defer l.free()
	slack := l.crowd.from.limits.slack()
	yielded := time.Now()
	events := make([]unix.EpollEvent, 128)
	for l.state.Load() == running || l.count > 0 || len(l.enter) > 0 {
		wait := max(1, int(slack/time.Millisecond))
		if len(l.again) > 0 {
			wait = 0
		}
		n, err := unix.EpollWait(l.ep, events, wait)
		if err != nil {
			n = 0 // EINTR
		}
		l.now, l.clock = time.Now(), l.crowd.h.opt.Now()
		if l.now.Sub(yielded) > turn {
			runtime.Gosched()
			yielded = l.now
		}
		l.wake(events[:n])
		if l.now.After(l.next) || l.state.Load() != running {
			l.next = l.now.Add(slack)
			l.sweep()
		}
	}
}

// wake serves those of which there is news.
func (l *loop) wake(events []unix.EpollEvent) {
	again := l.again
	l.again = nil
	for i := range events {
		l.event(&events[i])
	}
	for _, p := range again {
		if l.at(p.fd) == p && !p.out {
			l.serve(p)
		}
	}
}

func (l *loop) at(fd int) *crowdConn {
	if fd < len(l.owned) {
		return l.owned[fd]
	}
	return nil
}

func (l *loop) event(e *unix.EpollEvent) {
	p := l.at(int(e.Fd))
	if p == nil || p.out {
		l.admit()
		p = l.at(int(e.Fd))
	}
	if p == nil {
		return
	}
	if e.Events&(unix.EPOLLRDHUP|unix.EPOLLHUP|unix.EPOLLERR) != 0 {
		p.ended = true
	}
	if !p.out { // else there is another event when it is back
		l.serve(p)
	}
}

// admit takes up the connections that have come, or come back.
func (l *loop) admit() {
	for {
		select {
		case p := <-l.enter:
			for len(l.owned) <= p.fd {
				l.owned = append(l.owned, nil)
			}
			if l.owned[p.fd] == nil {
				l.count++
			}
			l.owned[p.fd], p.out = p, false
		default:
			return
		}
	}
}

// sweep cuts off who has overstayed, and all that are to end.
func (l *loop) sweep() {
	l.admit()
	state := l.state.Load()
	for _, p := range l.owned {
		switch {
		case p == nil || p.out:
		case state == aborting, state == ending && p.idle(), l.now.After(p.until):
			l.close(p)
		}
	}
}
