package server

import (
	"context"
	"errors"
	"net"
	"runtime"
	"sync"

	"golang.org/x/sys/unix"
)

// crowd answers plain requests for what is in memory, of many connections from one
// goroutine, as nginx does: one wake-up serves all that have asked meanwhile, and a
// connection that rests is an entry in a table. Of everything else it keeps out:
// a connection on which it comes is for Accept, with what was read of it, and
// stays with whoever accepts it.
type crowd struct {
	from  *listener
	h     *Handler
	loops []*loop
	other chan accepted // for Accept
	done  chan struct{} // closed: nobody accepts any more
	once  sync.Once
	ended sync.WaitGroup // loops, and who brings them connections
}

type accepted struct {
	conn   *conn
	unread []byte
	err    error
}

// newCrowd takes connections from ln at once.
func newCrowd(ln *listener, h *Handler) (*crowd, error) {
	p := &crowd{from: ln, h: h, other: make(chan accepted), done: make(chan struct{})}
	// One of two cores is left to the kernel's part, and to whoever makes what is served.
	for range max(1, runtime.GOMAXPROCS(0)/2) {
		l, err := newLoop(p)
		if err != nil {
			for _, l := range p.loops {
				l.free()
			}
			return nil, errors.Join(err, ln.Close())
		}
		p.loops = append(p.loops, l)
	}
	for _, l := range p.loops {
		p.ended.Go(l.run)
	}
	p.ended.Go(p.bring)
	return p, nil
}

// bring shares out new connections, until there are no more.
func (p *crowd) bring() {
	defer p.end(ending)
	for next := 0; ; next++ {
		c, err := p.from.Accept()
		own, _ := c.(*conn)
		if err == nil && p.loops[next%len(p.loops)].join(own) {
			continue
		}
		if !p.pass(accepted{own, nil, err}) {
			return
		}
	}
}

func (p *crowd) end(how int32) {
	for _, l := range p.loops {
		l.end(how)
	}
}

// pass hands over to Accept, and reports whether anybody is there.
func (p *crowd) pass(a accepted) bool {
	select {
	case p.other <- a:
		return true
	case <-p.done:
		if a.conn != nil {
			a.conn.Close()
			a.conn.leave()
		}
		return false
	}
}

// next is a connection that is not for the loops, and what was read of it.
func (p *crowd) next() (*conn, []byte, error) {
	select {
	case a := <-p.other:
		return a.conn, a.unread, a.err
	case <-p.done:
		return nil, nil, net.ErrClosed
	}
}

// Close ends accepting, and each connection of a loop once it has its answer.
func (p *crowd) Close() (err error) {
	p.once.Do(func() { close(p.done); err = p.from.Close() })
	return err
}

// abort cuts off what Close lets finish.
func (p *crowd) abort() { p.end(aborting) }

// wait returns when the loops have ended, or ctx has.
func (p *crowd) wait(ctx context.Context) error {
	ended := make(chan struct{})
	go func() { p.ended.Wait(); close(ended) }()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// dup is a descriptor of c's own connection.
func dup(c *net.TCPConn) (fd int, err error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, err
	}
	refused := raw.Control(func(of uintptr) { fd, err = unix.FcntlInt(of, unix.F_DUPFD_CLOEXEC, 0) })
	return fd, errors.Join(refused, err)
}
