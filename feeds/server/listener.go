package server

import (
	"cmp"
	"errors"
	"log/slog"
	"net"
	"sync"
	"syscall"
	"time"
)

// listener accepts connections at less cost, so many at a time.
type listener struct {
	net.Listener
	limits Limits
	log    *slog.Logger
	room   chan struct{}
	done   chan struct{}
	once   sync.Once
	open   sync.WaitGroup
}

func newListener(ln net.Listener, limits Limits, log *slog.Logger) *listener {
	return &listener{Listener: ln, limits: limits, log: cmp.Or(log, slog.Default()), room: make(chan struct{}, limits.Connections), done: make(chan struct{})}
}

// Accept waits while there are as many connections as may be.
func (l *listener) Accept() (net.Conn, error) {
	select {
	case l.room <- struct{}{}:
	case <-l.done:
		return nil, net.ErrClosed
	}
	c, err := l.accept()
	if err != nil {
		<-l.room
		return nil, err
	}
	l.open.Add(1)
	return newConn(c, l.limits.slack(), func() { <-l.room; l.open.Done() }), nil
}

// accept waits while the system is short of what a connection takes, such as
// descriptors: net/http would too, but fasthttp would give up.
func (l *listener) accept() (net.Conn, error) {
	for wait := 5 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		c, err := l.Listener.Accept()
		if short, ok := errors.AsType[syscall.Errno](err); !ok || !short.Temporary() {
			return c, err
		}
		l.log.Warn("no connection is accepted now", "err", err)
		select {
		case <-l.done:
			return nil, net.ErrClosed
		case <-time.After(wait):
		}
	}
}

// Close may be called more than once.
func (l *listener) Close() (err error) {
	l.once.Do(func() { close(l.done); err = l.Listener.Close() })
	return err
}

// wait returns when whoever serves a connection has ended.
func (l *listener) wait() { l.open.Wait() }
