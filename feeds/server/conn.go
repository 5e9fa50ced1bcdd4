package server

import (
	"net"
	"sync"
	"time"
)

// conn is a connection at less cost: deadlines are armed by and by, and an
// answer larger than net/http's buffer leaves in one piece.
type conn struct {
	*transfer
	read, write deadline
	left        func()
	once        sync.Once

	skipped bool   // the last Read was that of a byte, and gave nothing
	instead answer // what the next Write is to send; the zero answer: what it is given
	date    []byte // that goes with it
}

// heads are room for the heads of answers.
var heads = sync.Pool{New: func() any { return new([]byte) }}

// newConn wraps c. Deadlines may be late by slack; left is called once, when
// whoever serves c has ended.
func newConn(c net.Conn, slack time.Duration, left func()) *conn {
	return &conn{transfer: newTransfer(c), read: deadline{arm: c.SetReadDeadline, slack: int64(slack)}, write: deadline{arm: c.SetWriteDeadline, slack: int64(slack)}, left: left}
}

func (c *conn) SetReadDeadline(t time.Time) error  { return c.read.set(t) }
func (c *conn) SetWriteDeadline(t time.Time) error { return c.write.set(t) }

func (c *conn) SetDeadline(t time.Time) error {
	if err := c.read.set(t); err != nil {
		return err
	}
	return c.write.set(t)
}

// Read gives nothing, as an io.Reader may, the first time that a single byte is
// asked for. So does net/http while a handler runs, only to notice clients that
// leave: a system call and two wake-ups an answer, of which ours, which are
// ready, have no use. Whoever wants the byte asks again.
func (c *conn) Read(p []byte) (int, error) {
	if len(p) == 1 && !c.skipped {
		c.skipped = true
		return 0, nil
	}
	c.skipped = false
	return c.receive(p)
}

// receive is Read without that.
func (c *conn) receive(p []byte) (int, error) {
	if err := c.read.begin(); err != nil {
		return 0, err
	}
	defer c.read.end()
	return c.transfer.Read(p)
}

// answer has the next Write send an answer instead, in one piece.
func (c *conn) answer(a answer, date []byte) { c.instead, c.date = a, date }

func (c *conn) Write(p []byte) (int, error) {
	if err := c.write.begin(); err != nil {
		return 0, err
	}
	defer c.write.end()
	if c.instead.head == nil {
		return c.transfer.write(p, nil)
	}
	a := c.instead
	c.instead = answer{}
	head := heads.Get().(*[]byte)
	defer heads.Put(head)
	*head = append(append(append((*head)[:0], a.wire.of(a.head)...), c.date...), "\r\n"...)
	if _, err := c.transfer.write(*head, a.body); err != nil {
		return 0, err
	}
	return len(p), nil
}

// CloseWrite tells the client that no more will come.
func (c *conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// leave says that c's goroutine has ended.
func (c *conn) leave() { c.once.Do(c.left) }
