package front

import (
	"errors"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"
)

// limitedListener accepts for net/http, as long as there are places.
type limitedListener struct {
	net.Listener
	s    *server
	done chan struct{}
	once sync.Once
}

func (s *server) limited(ln net.Listener) net.Listener {
	return &limitedListener{Listener: ln, s: s, done: make(chan struct{})}
}

// Accept waits while there are as many connections as may be.
func (l *limitedListener) Accept() (net.Conn, error) {
	select {
	case l.s.places.taken <- struct{}{}:
	case <-l.done:
		return nil, net.ErrClosed
	}
	for {
		c, err := l.accept()
		if err != nil {
			l.s.places.give()
			return nil, err
		}
		peer, _ := netip.ParseAddrPort(c.RemoteAddr().String())
		if from := l.s.places.admit(peer.Addr()); from != nil {
			l.s.ended.Add(1)
			return &httpConn{Conn: c, from: from, leave: sync.OnceFunc(func() { l.s.leave(from) })}, nil
		}
		c.Write(tooManyOfOne) // does not wait: nothing was sent before
		c.Close()
	}
}

// accept waits while the system is short of what a connection takes.
func (l *limitedListener) accept() (net.Conn, error) {
	for wait := shortageWait; ; wait = min(2*wait, maxShortageWait) {
		c, err := l.Listener.Accept()
		if !isShortage(err) {
			return c, err
		}
		l.s.log.Warn(noAccept, "err", err)
		select {
		case <-l.done:
			return nil, net.ErrClosed
		case <-time.After(wait):
		}
	}
}

// Close may be called more than once.
func (l *limitedListener) Close() (err error) {
	l.once.Do(func() { close(l.done); err = l.Listener.Close() })
	return err
}

const (
	noAccept        = "no connection is accepted now"
	shortageWait    = 5 * time.Millisecond // after the first failure; twice as long after each further one
	maxShortageWait = time.Second
)

// isShortage reports whether accepting failed for want of something that is freed
// again: descriptors, memory, or the user's epoll watches.
func isShortage(err error) bool {
	no, ok := errors.AsType[syscall.Errno](err)
	return ok && (no.Temporary() || no == syscall.ENOBUFS || no == syscall.ENOMEM || no == syscall.ENOSPC)
}
