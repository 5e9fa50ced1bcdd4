package front

import (
	"net/netip"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// loop owns connections, and all of their state. Only its own goroutine touches
// them and their descriptors. It never waits for anything but epoll_wait(2).
type loop struct {
	set   *loops
	s     *server
	epoll int
	state atomic.Int32 // running, stopping, aborting

	mu     sync.Mutex // never held for longer than moments
	wakeFD int        // an eventfd(2) that wakes the loop; written to under mu
	mail   []mail     // for the loop
	closed bool       // the loop has ended: nothing comes any more

	owned    []*conn            // by descriptor; nil where there is none
	count    int                // of them
	lastID   uint32             // of a connection
	again    []*conn            // that may have sent more than was read
	making   int                // goroutines that make answers
	makingOf map[string]int     // the same by path
	makingBy map[netip.Addr]int // and by the network that has asked
	waiting  []*conn            // whose answers are made when others are done
	accepts  acceptor

	now   time.Time // of the last wake-up
	clock time.Time // the same by the clock of the handler
	sweep time.Time // when to look for connections whose time is up
	broke error     // the failed call because of which the loop has to end

	request plainRequest
	date    date
	in      [16 << 10]byte
	out     []byte
}

const (
	running int32 = iota
	stopping
	aborting
)

// mail is what other goroutines send a loop: a connection that it is to own, or an
// answer for one that it owns. They never touch the connection itself.
type mail struct {
	conn   *conn
	made   bool // there is an answer, or else a new connection
	answer Answer
	failed bool // no answer could be made
}

// An event names a descriptor and an id. Each connection has an id of its own, so
// an event of a closed connection is not taken for one of the next connection that
// has the same descriptor.
const (
	wakeID     = 0
	listenerID = 1
	firstID    = 2 // of connections
)

func newLoop(set *loops) (*loop, error) {
	l := &loop{set: set, s: set.s, epoll: -1, wakeFD: -1, lastID: firstID, makingOf: map[string]int{}, makingBy: map[netip.Addr]int{}}
	l.accepts.fd = -1
	var err error
	if l.epoll, err = l.s.sys.epollCreate(); err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	if l.wakeFD, err = l.s.sys.eventfd(); err != nil {
		l.wakeFD = -1
		l.free()
		return nil, os.NewSyscallError("eventfd", err)
	}
	if err := l.control(unix.EPOLL_CTL_ADD, l.wakeFD, wakeID, unix.EPOLLIN|unix.EPOLLET); err != nil {
		l.free()
		return nil, err
	}
	return l, nil
}

func (l *loop) control(op, fd int, id uint32, events uint32) error {
	err := l.s.sys.epollCtl(l.epoll, op, fd, &unix.EpollEvent{Events: events, Fd: int32(fd), Pad: int32(id)})
	return os.NewSyscallError("epoll_ctl", err)
}

// post sends a loop something, and reports whether it is still there.
func (l *loop) post(m mail) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return false
	}
	if l.mail = append(l.mail, m); len(l.mail) == 1 {
		l.wake()
	}
	return true
}

// end has the loop end in a way, or in a harder one.
func (l *loop) end(how int32) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.state.Store(max(how, l.state.Load()))
	if !l.closed {
		l.wake()
	}
}

// placeFreed is called when a connection has ended somewhere.
func (l *loop) placeFreed() {
	if !l.accepts.full.Load() {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed {
		l.wake()
	}
}

// wake has epoll_wait return. The caller holds mu, so that the descriptor is open.
// The eventfd is never read: each write is an event, and its counter of 64 bits does
// not overflow.
func (l *loop) wake() { unix.Write(l.wakeFD, []byte{1, 0, 0, 0, 0, 0, 0, 0}) }

// maxTurn is how long a loop runs before it yields to Go's scheduler. One that runs
// for 10 ms is preempted, and then loses its processor in every other system call.
const maxTurn = 8 * time.Millisecond

// run serves until the loop is to end and has no connections.
func (l *loop) run() {
	yielded := time.Now()
	events := make([]unix.EpollEvent, 128)
	for l.state.Load() == running || l.count > 0 {
		n, err := l.s.sys.epollWait(l.epoll, events, l.timeout())
		if err != nil {
			n = 0
			if err != unix.EINTR {
				l.fail(os.NewSyscallError("epoll_wait", err))
			}
		}
		l.readClock()
		if l.now.Sub(yielded) > maxTurn {
			runtime.Gosched()
			yielded = l.now
		}
		l.work(events[:n])
		if l.broke != nil {
			l.retire()
			break
		}
	}
	l.free()
}

func (l *loop) readClock() {
	l.now = time.Now()
	if l.clock = l.now; l.s.now != nil {
		l.clock = l.s.now()
	}
}

// timeout is for how many milliseconds the loop may wait for events; -1: for ever.
func (l *loop) timeout() int {
	if len(l.again) > 0 {
		return 0
	}
	if l.count == 0 && l.accepts.until.IsZero() {
		return -1
	}
	wait := l.s.limits.slack()
	if !l.accepts.until.IsZero() {
		wait = min(wait, time.Until(l.accepts.until))
	}
	return max(1, int(wait/time.Millisecond))
}

// work handles events, and what else is due.
func (l *loop) work(events []unix.EpollEvent) {
	again := l.again
	l.again = nil
	for i := range events {
		l.event(&events[i])
	}
	for _, c := range again {
		if l.owns(c) {
			l.serve(c)
		}
	}
	l.acceptAgain()
	if l.now.After(l.sweep) || l.state.Load() != running {
		l.sweep = l.now.Add(l.s.limits.slack())
		l.sweepAll()
	}
}

func (l *loop) event(e *unix.EpollEvent) {
	switch uint32(e.Pad) {
	case wakeID:
		l.readMail()
		return
	case listenerID:
		l.accept()
		return
	}
	if int(e.Fd) >= len(l.owned) {
		return
	}
	c := l.owned[e.Fd]
	if c == nil || c.id != uint32(e.Pad) {
		return // the event was of a connection that is closed by now
	}
	if e.Events&(unix.EPOLLHUP|unix.EPOLLERR) != 0 {
		l.close(c) // nobody is there to take an answer
		return
	}
	if e.Events&unix.EPOLLRDHUP != 0 {
		c.ended = true
	}
	l.serve(c)
}

func (l *loop) readMail() {
	l.mu.Lock()
	all := l.mail
	l.mail = nil
	l.mu.Unlock()
	for _, m := range all {
		if m.made {
			l.made(m)
		} else {
			l.adopt(m.conn)
		}
	}
}

// owns reports whether c is still here.
func (l *loop) owns(c *conn) bool { return c.fd < len(l.owned) && l.owned[c.fd] == c }

// sweepAll closes the connections whose time is up, and when the server stops, those
// that have their answers.
func (l *loop) sweepAll() {
	state := l.state.Load()
	if state != running {
		l.closeListener()
	}
	for _, c := range l.owned {
		switch {
		case c == nil:
		case state == aborting:
			l.close(c)
		case c.making:
		case l.now.After(c.until):
			l.close(c)
		case state == stopping && c.partly && c.until.After(l.now.Add(maxHalfRequest)):
			c.until = l.now.Add(maxHalfRequest)
		case state == stopping && c.isIdle():
			l.serve(c) // what was asked before the end is answered
			if l.owns(c) && c.isIdle() {
				l.close(c)
			}
		}
	}
}

// maxHalfRequest is how long a client that has sent half a request has for the rest
// of it when serving ends.
const maxHalfRequest = time.Second

// fail ends the loop after this turn.
func (l *loop) fail(err error) {
	if l.broke == nil {
		l.broke = err
	}
}

// retire hands the loop's connections over to net/http, and the listener too.
// What is being made for a connection, net/http makes again.
func (l *loop) retire() {
	l.s.log.Error("a loop ends, and net/http takes over its connections, which takes more of the machine", "err", l.broke)
	for _, c := range l.owned {
		switch {
		case c == nil:
		case c.isSending():
			l.close(c)
		default:
			l.handOver(c, c.input)
		}
	}
	l.retireListener()
}

// free leaves new connections, which are on their way to the loop, to net/http,
// and closes the loop's own descriptors.
func (l *loop) free() {
	l.mu.Lock()
	all := l.mail
	l.mail, l.closed = nil, true
	for _, fd := range []int{l.accepts.fd, l.wakeFD, l.epoll} {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
	l.mu.Unlock()
	for _, m := range all {
		if !m.made {
			l.giveAway(m.conn, nil)
		}
	}
}
