package server

import (
	"bytes"
	"net"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// copied is up to which size a body is copied to leave with its head: less work
// than telling the system of two pieces.
const copied = 4 << 10

// idle reports whether nothing is to be sent.
func (p *crowdConn) idle() bool { return len(p.rest) == 0 && len(p.asked) == 0 }

// serve goes on with p as far as that goes without waiting. p is not out.
func (l *loop) serve(p *crowdConn) {
	if !l.flush(p) {
		return
	}
	if asked := p.asked; asked != nil {
		p.asked = nil
		if !l.answer(p, asked) {
			return
		}
	}
	for {
		n, err := read(p.fd, l.in[:])
		switch {
		case err == unix.EAGAIN:
			return
		case err != nil || n == 0:
			l.close(p)
			return
		case !l.answer(p, l.in[:n]):
			return
		case n == len(l.in): // others first
			l.again = append(l.again, p)
			return
		case !p.ended:
			return // else there is an end to be read
		}
	}
}

// answer answers all that was asked, and reports whether more is to be read now.
func (l *loop) answer(p *crowdConn, asked []byte) bool {
	for len(asked) > 0 {
		l.request.peer = p.peer
		n := l.request.read(asked)
		if n == 0 {
			l.hand(p, asked)
			return false
		}
		a, ok := l.crowd.h.atOnce(&l.request, l.clock)
		if !ok {
			l.make(p, asked)
			return false
		}
		p.tried = false
		asked = asked[n:]
		if !l.send(p, a) {
			return false
		}
		if len(p.rest) > 0 {
			p.asked = bytes.Clone(asked)
			return false
		}
	}
	p.until = l.now.Add(l.crowd.from.limits.Idle)
	return true
}

// send sends what p takes now, and keeps the rest. It reports whether p still is.
func (l *loop) send(p *crowdConn, a answer) bool {
	l.out = append(l.out[:0], a.wire.of(a.head)...)
	l.out = append(l.out, l.crowd.h.date.second(l.clock).field...)
	l.out = append(l.out, '\r', '\n')
	body := a.body
	if len(body) <= copied {
		l.out = append(l.out, body...)
		body = nil
	}
	n, err := write(p.fd, l.out, body)
	switch {
	case err != nil && err != unix.EAGAIN:
		l.close(p)
		return false
	case n < len(l.out):
		p.rest = append(bytes.Clone(l.out[n:]), body...)
	default:
		p.rest = body[n-len(l.out):]
	}
	p.until = l.now.Add(l.crowd.from.limits.Write)
	return true
}

// flush sends what is left of an answer, and reports whether that was all.
func (l *loop) flush(p *crowdConn) bool {
	for len(p.rest) > 0 {
		n, err := write(p.fd, p.rest, nil)
		if err == unix.EAGAIN {
			return false
		}
		if err != nil {
			l.close(p)
			return false
		}
		p.rest = p.rest[n:]
	}
	p.rest = nil
	return true
}

// make has what p asks for made, by a goroutine of its own. What cannot be made
// is for whoever accepts.
func (l *loop) make(p *crowdConn, asked []byte) {
	if p.tried {
		l.hand(p, asked)
		return
	}
	p.tried, p.out, p.asked = true, true, bytes.Clone(asked)
	path := strings.Clone(targetPath(l.request.target))
	go func() {
		l.crowd.h.prepare(path)
		l.enter <- p
		unix.EpollCtl(l.ep, unix.EPOLL_CTL_MOD, p.fd, &unix.EpollEvent{Events: watched, Fd: int32(p.fd)}) // an event comes at once
	}()
}

// hand gives p away with what was read of it.
func (l *loop) hand(p *crowdConn, unread []byte) {
	l.drop(p)
	unix.EpollCtl(l.ep, unix.EPOLL_CTL_DEL, p.fd, nil)
	file := os.NewFile(uintptr(p.fd), "")
	c, err := net.FileConn(file)
	file.Close()
	if err != nil {
		p.leave()
		return
	}
	a := accepted{newConn(c, l.crowd.from.limits.slack(), p.leave), bytes.Clone(unread), nil}
	l.crowd.ended.Go(func() { l.crowd.pass(a) })
}

// close ends p.
func (l *loop) close(p *crowdConn) {
	l.drop(p)
	unix.Close(p.fd)
	p.leave()
}

func (l *loop) drop(p *crowdConn) {
	l.owned[p.fd] = nil
	l.count--
}
