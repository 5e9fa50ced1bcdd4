package server

import (
	"io"
	"net"
	"time"
)

// fastConn is a conn for fasthttp, which waits for the first byte of a request
// without a buffer, so that idle connections hold none: what comes with the byte
// is kept here, and costs no second system call.
type fastConn struct {
	*conn
	ahead  [512]byte
	unread []byte
}

func (c *fastConn) Read(p []byte) (int, error) {
	if len(c.unread) == 0 && len(p) == 1 {
		n, err := c.receive(c.ahead[:])
		if err != nil {
			return 0, err
		}
		c.unread = c.ahead[:n]
	}
	if len(c.unread) > 0 {
		n := copy(p, c.unread)
		c.unread = c.unread[n:]
		return n, nil
	}
	return c.receive(p)
}

// linger lets a client that is still sending read what it was told, before the
// connection ends (RFC 9112 §9.6).
func (c *fastConn) linger() {
	c.CloseWrite()
	c.SetReadDeadline(time.Now().Add(500 * time.Millisecond))
	io.CopyN(io.Discard, c, 1<<20)
}

// fastListener accepts what crowd leave to fasthttp.
type fastListener struct {
	*crowd
	addr net.Addr
}

func (l fastListener) Accept() (net.Conn, error) {
	c, unread, err := l.next()
	if err != nil {
		return nil, err
	}
	return &fastConn{conn: c, unread: unread}, nil
}

func (l fastListener) Addr() net.Addr { return l.addr }
