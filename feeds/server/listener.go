package server

import (
	"net"
	"sync"
)

// listener accepts connections at less cost, so many at a time.
type listener struct {
	net.Listener
	limits Limits
	room   chan struct{}
	done   chan struct{}
	once   sync.Once
	open   sync.WaitGroup
}

func newListener(ln net.Listener, limits Limits) *listener {
	return &listener{Listener: ln, limits: limits, room: make(chan struct{}, limits.Connections), done: make(chan struct{})}
}

// Accept waits while there are as many connections as may be.
func (l *listener) Accept() (net.Conn, error) {
	select {
	case l.room <- struct{}{}:
	case <-l.done:
		return nil, net.ErrClosed
	}
	c, err := l.Listener.Accept()
	if err != nil {
		<-l.room
		return nil, err
	}
	l.open.Add(1)
	return newConn(c, l.limits.slack(), func() { <-l.room; l.open.Done() }), nil
}

// Close may be called more than once.
func (l *listener) Close() (err error) {
	l.once.Do(func() { close(l.done); err = l.Listener.Close() })
	return err
}

// wait returns when whoever serves a connection has ended.
func (l *listener) wait() { l.open.Wait() }
