package front

import (
	"net"
	"os"
	"sync"
)

// handover is the listener from which net/http accepts the connections that loops
// hand over.
type handover struct {
	addr net.Addr

	mu      sync.Mutex
	waiting []handed
	news    chan struct{} // has room for one: something waits
	done    chan struct{} // closed: nobody accepts any more
	closed  bool
}

// handed is a connection on its way to net/http. It owns its descriptor.
type handed struct {
	fd     int
	unread []byte
	leave  func()
	failed func(error) // called where the connection is lost
}

func newHandover(addr net.Addr) *handover {
	return &handover{addr: addr, news: make(chan struct{}, 1), done: make(chan struct{})}
}

// give hands a connection over. It never waits.
func (h *handover) give(c handed) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		c.drop()
		return
	}
	h.waiting = append(h.waiting, c)
	select {
	case h.news <- struct{}{}:
	default:
	}
}

func (c handed) drop() {
	os.NewFile(uintptr(c.fd), "").Close()
	c.leave()
}

// Accept waits for a connection.
func (h *handover) Accept() (net.Conn, error) {
	for {
		if c, ok := h.next(); ok {
			conn, err := c.open()
			if err == nil {
				return conn, nil
			}
			c.failed(err)
			c.leave()
			continue
		}
		select {
		case <-h.news:
		case <-h.done:
			return nil, net.ErrClosed
		}
	}
}

func (h *handover) next() (c handed, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.waiting) == 0 {
		return c, false
	}
	c = h.waiting[0]
	h.waiting[0], h.waiting = handed{}, h.waiting[1:]
	return c, true
}

// open makes c a connection of Go's own poller.
func (c handed) open() (net.Conn, error) {
	file := os.NewFile(uintptr(c.fd), "")
	defer file.Close() // the connection has a descriptor of its own
	conn, err := net.FileConn(file)
	if err != nil {
		return nil, err
	}
	return &httpConn{Conn: conn, unread: c.unread, handed: true, leave: c.leave}, nil
}

// Close drops what nobody has accepted. It may be called more than once.
func (h *handover) Close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.closed {
		h.closed = true
		close(h.done)
	}
	for _, c := range h.waiting {
		c.drop()
	}
	h.waiting = nil
	return nil
}

func (h *handover) Addr() net.Addr { return h.addr }
