package front

import (
	"bytes"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// conn is a connection of a loop.
type conn struct {
	fd    int
	id    uint32
	peer  netip.AddrPort
	from  *network
	until time.Time // when it is closed

	head, body []byte // what is still to be sent; body is shared with other connections
	input      []byte // what was received and not answered yet
	checked    int    // how much of input is right so far; see plainRequest.read
	asked      int    // the length of the request whose answer is being made
	path       string // that it asks for
	form       form   // of that answer

	partly bool // the head of the next request must be whole by the time until
	making bool // an answer is being made
	last   bool // the connection ends when all has been sent
	ended  bool // the client sends no more, or has gone
	gone   bool // the loop does not have the connection any more
}

// watched are the events of a connection. epoll reports each once, when it happens.
const watched = unix.EPOLLIN | unix.EPOLLOUT | unix.EPOLLRDHUP | unix.EPOLLET

// copied is up to which size a body is copied behind its head, which costs less than
// sending two pieces.
const copied = 4 << 10

func (c *conn) isSending() bool { return len(c.head)+len(c.body) > 0 }

// isIdle reports whether nothing was asked that is not answered.
func (c *conn) isIdle() bool { return !c.making && !c.isSending() && len(c.input) == 0 }

// adopt makes c one of the loop's connections. Where epoll can't watch it, net/http
// gets it.
func (l *loop) adopt(c *conn) {
	if l.lastID++; l.lastID < firstID {
		l.lastID = firstID
	}
	c.id = l.lastID
	for len(l.owned) <= c.fd {
		l.owned = append(l.owned, nil)
	}
	l.owned[c.fd] = c
	l.count++
	if err := l.control(unix.EPOLL_CTL_ADD, c.fd, c.id, watched); err != nil {
		l.set.warned.Do(func() {
			l.s.log.Warn("connections are served by net/http, which takes more of the machine", "err", err)
		})
		l.handOver(c, nil)
	}
}

// serve sends, reads and answers on c as far as that is possible without waiting.
func (l *loop) serve(c *conn) {
	if c.making || !l.flush(c) {
		return
	}
	if len(c.input) > 0 && !c.partly && !l.answer(c, c.input, true) {
		return
	}
	for {
		n, err := read(c.fd, l.in[:])
		switch {
		case err == unix.EAGAIN:
			return
		case err != nil:
			l.close(c)
			return
		case n == 0 && len(c.input) > 0:
			l.handOver(c, c.input) // net/http says what is wrong with half a request
			return
		case n == 0:
			l.close(c)
			return
		case !l.receive(c, l.in[:n]):
			return
		case n == len(l.in): // there may be more; other connections come first
			l.again = append(l.again, c)
			return
		case !c.ended:
			return // if the client has ended, the next read says so
		}
	}
}

// receive takes what c has sent, and reports whether more is to be read now.
func (l *loop) receive(c *conn, b []byte) bool {
	if len(c.input) == 0 {
		return l.answer(c, b, false)
	}
	c.input = append(c.input, b...)
	if bytes.IndexByte(b, '\n') < 0 && len(c.input) <= l.s.limits.headBytes() {
		return true // no line has been completed
	}
	return l.answer(c, c.input, true)
}

// answer answers all that was asked, and reports whether more is to be read now.
// kept says that b lies in c.input.
func (l *loop) answer(c *conn, b []byte, kept bool) bool {
	for len(b) > 0 {
		l.request.peer = c.peer
		n, found := l.request.read(b, c.checked)
		if found == odd || n > l.s.limits.headBytes() || found == incomplete && len(b) > l.s.limits.headBytes() {
			l.handOver(c, b)
			return false
		}
		if found == incomplete {
			l.wait(c, b, n, kept)
			return true
		}
		c.checked, c.partly = 0, false
		a, verdict := l.ready()
		switch verdict {
		case HandOver:
			l.handOver(c, b)
			return false
		case Make:
			c.keep(b, kept)
			l.make(c, n)
			return false
		}
		b = b[n:]
		if !l.send(c, a, l.request.form) {
			return false
		}
		if c.isSending() {
			c.keep(b, kept)
			return false
		}
	}
	c.input = nil
	c.until = l.now.Add(l.s.limits.Idle)
	return true
}

// wait keeps the beginning of a request until more has come.
func (l *loop) wait(c *conn, b []byte, checked int, kept bool) {
	if !c.partly {
		c.partly, c.until = true, l.now.Add(l.s.limits.Header)
	}
	c.keep(b, kept)
	c.checked = checked
}

func (c *conn) keep(b []byte, kept bool) {
	if kept {
		c.input = b
	} else {
		c.input = bytes.Clone(b)
	}
}

// ready asks the handler for an answer from memory. A handler that panics is asked
// again in a goroutine, where a panic is logged.
func (l *loop) ready() (a Answer, v Verdict) {
	defer func() {
		if recover() != nil {
			v = Make
		}
	}()
	if a, v = l.s.h.Ready(&l.request, l.clock); v == Done && a.Head == nil {
		v = Make // which says so
	}
	return a, v
}

// send sends what c takes of an answer now, and keeps the rest. It reports whether
// c is still there and may be asked for more.
func (l *loop) send(c *conn, a Answer, f form) bool {
	if l.state.Load() != running {
		f.closes, f.keepAlive = true, false
	}
	l.out = a.appendHead(l.out[:0], f, len(a.Body), l.date.at(l.clock))
	body := a.Body
	switch {
	case f.isHead || !hasContent(a.Status):
		body = nil
	case len(body) <= copied:
		l.out = append(l.out, body...)
		body = nil
	}
	c.last = f.closes
	n, err := write(c.fd, l.out, body)
	switch {
	case err != nil && err != unix.EAGAIN:
		l.close(c)
		return false
	case n < len(l.out):
		c.head, c.body = bytes.Clone(l.out[n:]), body
	default:
		c.body = body[n-len(l.out):]
	}
	c.until = l.now.Add(l.s.limits.Write)
	return c.isSending() || l.sent(c)
}

// flush sends what is left of an answer, and reports whether c is still there and
// may be asked for more.
func (l *loop) flush(c *conn) bool {
	if !c.isSending() {
		return true
	}
	for c.isSending() {
		n, err := write(c.fd, c.head, c.body)
		if err == unix.EAGAIN {
			return false
		}
		if err != nil {
			l.close(c)
			return false
		}
		head := min(n, len(c.head))
		c.head, c.body = c.head[head:], c.body[n-head:]
	}
	c.until = l.now.Add(l.s.limits.Idle)
	return l.sent(c)
}

// sent is called when nothing is left to be sent. It reports whether c stays.
func (l *loop) sent(c *conn) bool {
	c.head, c.body = nil, nil
	if c.last {
		l.close(c)
		return false
	}
	return true
}

// handOver gives c to net/http with what was read of it. The loop's epoll forgets
// it: an entry that stayed would give events that no connection has.
func (l *loop) handOver(c *conn, unread []byte) {
	l.forget(c)
	l.control(unix.EPOLL_CTL_DEL, c.fd, c.id, 0)
	l.giveAway(c, unread)
}

// giveAway gives net/http a connection that no loop has any more.
func (l *loop) giveAway(c *conn, unread []byte) {
	l.s.handed.Add(1)
	l.set.handover.give(handed{c.fd, bytes.Clone(unread), c.from})
}

// close ends c.
func (l *loop) close(c *conn) {
	l.forget(c)
	unix.Close(c.fd)
	l.s.leave(c.from)
}

func (l *loop) forget(c *conn) {
	l.owned[c.fd] = nil
	l.count--
	c.gone = true
}
