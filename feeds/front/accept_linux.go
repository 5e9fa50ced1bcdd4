package front

import (
	"net"
	"net/netip"
	"os"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// acceptor is the listener of a loop and what it waits for. Only the first loop has
// one.
type acceptor struct {
	fd     int           // of the listener; -1: none
	paused bool          // epoll does not watch it,
	full   atomic.Bool   // because as many connections are open as may be,
	until  time.Time     // or until then, because the system is short of something
	wait   time.Duration // how long it was paused for the last shortage
	turn   int           // counts connections, so that the loops get them in turn
}

// acceptAtOnce is how many connections a loop accepts before it serves others.
const acceptAtOnce = 64

// listen has the loop accept connections from a listener, which it owns.
func (l *loop) listen(fd int) error {
	l.accepts.fd = fd
	return l.control(unix.EPOLL_CTL_ADD, fd, listenerID, unix.EPOLLIN)
}

// accept accepts connections and shares them between the loops.
func (l *loop) accept() {
	a := &l.accepts
	for range acceptAtOnce {
		if a.fd < 0 || l.broke != nil || !l.takePlace() {
			return
		}
		fd, from, err := l.s.sys.accept(a.fd)
		if err == nil {
			a.wait = 0
			l.admit(fd, peerOf(from))
			continue
		}
		l.s.places.give()
		switch {
		case err == unix.EAGAIN:
			return
		case isPassing(err):
		case isShortage(err):
			l.s.log.Warn(noAccept, "err", os.NewSyscallError("accept4", err))
			a.wait = min(max(2*a.wait, shortageWait), maxShortageWait)
			a.until = l.now.Add(a.wait)
			l.pause(true)
			return
		default:
			l.s.fail(os.NewSyscallError("accept4", err))
			l.pause(true)
			return
		}
	}
}

// admit takes a connection, which has a place, in, or sends it away where its
// network has too many.
func (l *loop) admit(fd int, peer netip.AddrPort) {
	from := l.s.places.admit(peer.Addr())
	if from == nil {
		write(fd, tooManyOfOne, nil)
		unix.Shutdown(fd, unix.SHUT_WR)
		read(fd, l.in[:]) // closing a socket with bytes that nobody has read would take back what was sent
		unix.Close(fd)
		l.s.places.give()
		return
	}
	l.share(&conn{fd: fd, peer: peer, from: from, until: l.now.Add(l.s.limits.Header), partly: true})
}

// takePlace takes a place for a connection, or else has the loop accept no more
// until one is free.
func (l *loop) takePlace() bool {
	if l.s.places.take() {
		return true
	}
	l.accepts.full.Store(true) // from now on, a connection that ends wakes the loop
	if l.s.places.take() {
		l.accepts.full.Store(false)
		return true
	}
	l.pause(true)
	return false
}

// share gives a new connection to the loop whose turn it is.
func (l *loop) share(c *conn) {
	l.s.ended.Add(1)
	next := l.set.all[l.accepts.turn%len(l.set.all)]
	l.accepts.turn++
	if next == l || !next.post(mail{conn: c}) {
		l.adopt(c)
	}
}

// acceptAgain goes on accepting if what it was paused for is over.
func (l *loop) acceptAgain() {
	a := &l.accepts
	if !a.paused || a.fd < 0 {
		return
	}
	switch {
	case !a.until.IsZero() && !l.now.Before(a.until):
		a.until = time.Time{}
	case a.full.Load() && len(l.s.places.taken) < cap(l.s.places.taken):
		a.full.Store(false)
	default:
		return
	}
	l.pause(false)
}

// pause has epoll pass over the listener, or watch it again.
func (l *loop) pause(on bool) {
	events := uint32(unix.EPOLLIN)
	if on {
		events = 0
	}
	if err := l.control(unix.EPOLL_CTL_MOD, l.accepts.fd, listenerID, events); err != nil {
		l.fail(err)
		return
	}
	l.accepts.paused = on
}

// closeListener ends accepting.
func (l *loop) closeListener() {
	if l.accepts.fd >= 0 {
		unix.Close(l.accepts.fd)
		l.accepts.fd, l.accepts.until = -1, time.Time{}
	}
}

// retireListener has net/http accept.
func (l *loop) retireListener() {
	if l.accepts.fd < 0 || l.state.Load() != running {
		return
	}
	file := os.NewFile(uintptr(l.accepts.fd), "")
	l.accepts.fd = -1
	defer file.Close() // the listener has a descriptor of its own
	ln, err := net.FileListener(file)
	if err != nil {
		l.s.fail(err)
		return
	}
	l.s.serveHTTP(l.s.limited(ln))
}

// peerOf is the other end of a connection.
func peerOf(from unix.Sockaddr) netip.AddrPort {
	switch from := from.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(from.Addr), uint16(from.Port))
	case *unix.SockaddrInet6:
		addr := netip.AddrFrom16(from.Addr).Unmap()
		if from.ZoneId != 0 {
			addr = addr.WithZone(strconv.Itoa(int(from.ZoneId)))
		}
		return netip.AddrPortFrom(addr, uint16(from.Port))
	}
	return netip.AddrPort{}
}
