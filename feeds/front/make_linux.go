package front

import (
	"bytes"
	"errors"
	"net/netip"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
)

// makersOfLoop is how many answers are made at a time for the connections of one
// loop. No more than half of them are for the same path: many clients may wait for
// one document that takes long, and others must not wait for it with them. One network
// has its share of them.
var makersOfLoop = max(32, 8*runtime.GOMAXPROCS(0))

// make has the answer to the first n bytes of c.input made.
func (l *loop) make(c *conn, n int) {
	path, _, _ := strings.Cut(l.request.target, "?")
	c.making, c.asked, c.form, c.path = true, n, l.request.form, strings.Clone(path)
	if l.mayMake(c) {
		l.startMaking(c)
		return
	}
	if len(l.waiting) > 2*l.count { // most of those have gone
		l.waiting = slices.DeleteFunc(l.waiting, func(c *conn) bool { return c.gone })
	}
	l.waiting = append(l.waiting, c)
}

// mayMake reports whether the answer for c may be made now.
func (l *loop) mayMake(c *conn) bool {
	return l.making < makersOfLoop && l.makingBy[c.from.key()] < c.from.share(makersOfLoop) && l.makingOf[c.path] < makersOfLoop/2
}

// startMaking starts a goroutine that gets a copy of the request. It passes c on with
// the answer and touches nothing of it.
func (l *loop) startMaking(c *conn) {
	l.making++
	l.makingOf[c.path]++
	l.makingBy[c.from.key()]++
	head, peer := bytes.Clone(c.input[:c.asked]), c.peer
	l.s.ended.Go(func() {
		a, ok := l.s.make(head, peer)
		l.post(mail{conn: c, made: true, answer: a, failed: !ok})
	})
}

// made sends an answer that has been made, if its connection is still here.
func (l *loop) made(m mail) {
	c := m.conn
	l.making--
	if l.makingOf[c.path]--; l.makingOf[c.path] == 0 {
		delete(l.makingOf, c.path)
	}
	if by := c.from.key(); l.makingBy[by] == 1 {
		delete(l.makingBy, by)
	} else {
		l.makingBy[by]--
	}
	if i := slices.IndexFunc(l.waiting, func(c *conn) bool { return !c.gone && l.mayMake(c) }); i >= 0 {
		next := l.waiting[i]
		l.waiting = slices.Delete(l.waiting, i, i+1)
		l.startMaking(next)
	}
	if c.gone {
		return
	}
	c.making = false
	if m.failed {
		l.close(c)
		return
	}
	c.input = c.input[c.asked:]
	if l.send(c, m.answer, c.form) && !c.isSending() {
		if c.until = l.now.Add(l.s.limits.Idle); len(c.input) == 0 {
			c.input = nil
		}
		l.serve(c) // what has come meanwhile gave an event that was passed over
	}
}

// make asks the handler for the answer to a plain request. ok is false where there
// is none, after a panic: then the connection ends, as with net/http.
func (s *server) make(head []byte, peer netip.AddrPort) (a Answer, ok bool) {
	r := plainRequest{peer: peer}
	r.read(head, 0)
	defer func() {
		if cause := recover(); cause != nil {
			s.log.Error("request panicked", "url", r.target, "err", cause, "stack", string(debug.Stack()))
			ok = false
		}
	}()
	a = s.h.Answer(&r, s.time())
	if a.Stream != nil { // a mistake of the handler's, which should have said HandOver
		s.log.Error("a stream was not announced", "url", r.target)
		a.Stream(func([]byte) error { return errors.ErrUnsupported })
		return a, false
	}
	return a, a.Head != nil
}
