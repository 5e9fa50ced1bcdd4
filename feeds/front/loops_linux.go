package front

import (
	"context"
	"errors"
	"net"
	"os"
	"runtime"
	"sync"

	"golang.org/x/sys/unix"
)

// loops share the connections that the first of them accepts. A nil *loops has no
// loop.
type loops struct {
	s        *server
	all      []*loop
	handover *handover
	ended    sync.WaitGroup
	warned   sync.Once
}

// startLoops takes the socket of ln over and closes ln. It returns nil, and leaves
// ln as it is, where there are to be no loops or none can be had.
func (s *server) startLoops(ln net.Listener) *loops {
	tcp, ok := ln.(*net.TCPListener)
	if !ok || s.alone {
		return nil
	}
	set := &loops{s: s, handover: newHandover(s, ln.Addr())}
	if err := set.open(tcp); err != nil {
		s.log.Warn("connections are served by net/http alone, which takes more of the machine", "err", err)
		for _, l := range set.all {
			l.free()
		}
		return nil
	}
	tcp.Close() // Go's poller need not look at the socket, which stays open
	freed := set.all[0].placeFreed
	s.places.freed.Store(&freed)
	s.serveHTTP(set.handover)
	for _, l := range set.all {
		set.ended.Add(1)
		s.ended.Go(func() {
			defer set.ended.Done()
			l.run()
		})
	}
	return set
}

// open makes one loop for every two cores: the other is for the kernel, and for
// making what is served.
func (set *loops) open(ln *net.TCPListener) error {
	for range max(1, runtime.GOMAXPROCS(0)/2) {
		l, err := newLoop(set)
		if err != nil {
			return err
		}
		set.all = append(set.all, l)
	}
	listener, err := takeListener(ln)
	if err != nil {
		return err
	}
	return set.all[0].listen(listener)
}

// takeListener returns a descriptor of the socket of ln. What is set on it here
// holds for the connections that it accepts, as Go sets it on each of them.
func takeListener(ln *net.TCPListener) (fd int, err error) {
	raw, err := ln.SyscallConn()
	if err != nil {
		return 0, err
	}
	refused := raw.Control(func(of uintptr) { fd, err = unix.FcntlInt(of, unix.F_DUPFD_CLOEXEC, 0) })
	if err := errors.Join(refused, os.NewSyscallError("fcntl", err)); err != nil {
		return 0, err
	}
	for _, option := range []struct{ level, name, value int }{
		{unix.IPPROTO_TCP, unix.TCP_NODELAY, 1}, {unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1},
		{unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, 15}, {unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, 15}, {unix.IPPROTO_TCP, unix.TCP_KEEPCNT, 9},
	} {
		if err := unix.SetsockoptInt(fd, option.level, option.name, option.value); err != nil {
			unix.Close(fd)
			return 0, os.NewSyscallError("setsockopt", err)
		}
	}
	return fd, nil
}

// stop ends accepting, and each connection once it has its answer.
func (set *loops) stop() { set.end(stopping) }

// abort closes every connection.
func (set *loops) abort() { set.end(aborting) }

func (set *loops) end(how int32) {
	if set == nil {
		return
	}
	for _, l := range set.all {
		l.end(how)
	}
}

// wait returns when the loops have ended, or ctx has.
func (set *loops) wait(ctx context.Context) error {
	if set == nil {
		return nil
	}
	ended := make(chan struct{})
	go func() { set.ended.Wait(); close(ended) }()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// system is how loops call the system, so that tests can have calls fail. read and
// write are not in it: they are called for each request.
type system struct {
	epollCreate func() (int, error)
	eventfd     func() (int, error)
	epollCtl    func(epoll, op, fd int, e *unix.EpollEvent) error
	epollWait   func(epoll int, events []unix.EpollEvent, milliseconds int) (int, error)
	accept      func(listener int) (int, unix.Sockaddr, error)
}

var realSystem = system{
	epollCreate: func() (int, error) { return unix.EpollCreate1(unix.EPOLL_CLOEXEC) },
	eventfd:     func() (int, error) { return unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK) },
	epollCtl:    unix.EpollCtl,
	epollWait:   unix.EpollWait,
	accept: func(listener int) (int, unix.Sockaddr, error) {
		return unix.Accept4(listener, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
	},
}

// isPassing reports whether accept failed because of one connection, which has
// gone, or was interrupted.
func isPassing(err error) bool {
	switch err { // accept(2) says to treat these like EAGAIN
	case unix.EINTR, unix.ECONNABORTED, unix.ENETDOWN, unix.EPROTO, unix.ENOPROTOOPT, unix.EHOSTDOWN, unix.ENONET,
		unix.EHOSTUNREACH, unix.EOPNOTSUPP, unix.ENETUNREACH, unix.EPERM:
		return true
	}
	return false
}
