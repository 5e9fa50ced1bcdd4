package front

import (
	"net"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// handover is the listener from which net/http accepts the connections that loops
// hand over.
type handover struct {
	s       *server
	addr    net.Addr
	waiting chan handed   // has room for as many as may be open
	done    chan struct{} // closed: nobody accepts any more
	once    sync.Once
}

// handed is a connection on its way to net/http. It owns its descriptor.
type handed struct {
	fd     int
	unread []byte
	from   *network
}

func newHandover(s *server, addr net.Addr) *handover {
	return &handover{s: s, addr: addr, waiting: make(chan handed, s.limits.Connections), done: make(chan struct{})}
}

// give hands a connection over. It never waits.
func (h *handover) give(c handed) {
	h.waiting <- c
	select {
	case <-h.done:
		h.drop() // nobody else does
	default:
	}
}

// drop closes what nobody has accepted.
func (h *handover) drop() {
	for {
		select {
		case c := <-h.waiting:
			unix.Close(c.fd)
			h.s.leave(c.from)
		default:
			return
		}
	}
}

// Accept waits for a connection.
func (h *handover) Accept() (net.Conn, error) {
	for {
		select {
		case c := <-h.waiting:
			conn, err := h.open(c)
			if err == nil {
				return conn, nil
			}
			h.s.log.Warn("a connection is closed that could not be handed over", "err", err)
			h.s.leave(c.from)
		case <-h.done:
			return nil, net.ErrClosed
		}
	}
}

// open makes c a connection of Go's own poller.
func (h *handover) open(c handed) (net.Conn, error) {
	file := os.NewFile(uintptr(c.fd), "")
	defer file.Close() // the connection has a descriptor of its own
	conn, err := net.FileConn(file)
	if err != nil {
		return nil, err
	}
	return &httpConn{Conn: conn, unread: c.unread, handed: true, from: c.from, leave: sync.OnceFunc(func() { h.s.leave(c.from) })}, nil
}

// Close drops what nobody has accepted. It may be called more than once.
func (h *handover) Close() error {
	h.once.Do(func() { close(h.done) })
	h.drop()
	return nil
}

func (h *handover) Addr() net.Addr { return h.addr }
