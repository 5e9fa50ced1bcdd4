package server

import (
	"errors"
	"io"
	"net"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// turned is a loop of one connection that runs by hand.
func turned(t *testing.T, h *Handler) (l *loop, client net.Conn) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	open := newListener(ln, Limits{}.orDefaults(), nil)
	t.Cleanup(func() { open.Close() })
	if l, err = newLoop(&crowd{from: open, h: h, other: make(chan accepted), done: make(chan struct{})}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.free)
	client = dial(t, ln.Addr().String())
	c, err := open.Accept()
	if err != nil || !l.join(c.(*conn)) {
		t.Fatal("not joined", err)
	}
	return l, client
}

// turn has l do once what it does for ever.
func (l *loop) turn(t *testing.T) {
	t.Helper()
	events := make([]unix.EpollEvent, 8)
	n, err := unix.EpollWait(l.ep, events, 10_000)
	if err != nil && !errors.Is(err, unix.EINTR) {
		t.Fatal(err)
	}
	l.wake(events[:max(n, 0)])
}

// Who has something made is left alone until that is done, also while more of
// what it has sent could be read.
func TestLoopLeavesAloneWhoWaits(t *testing.T) {
	h := NewHandler(holding(testSnapshot(testSite())), testOptions(t))
	h.prepare("/rss.xml")
	l, client := turned(t, h)
	go io.Copy(io.Discard, client)
	l.turn(t) // takes up the connection
	p := l.owned[len(l.owned)-1]
	full := strings.Repeat(poll, len(l.in)/len(poll)-1)
	full += strings.Replace(poll, "Host", strings.Repeat("X", len(l.in)-len(full)-len(poll)-len(": y\r\n"))+": y\r\nHost", 1)
	io.WriteString(client, full)
	l.turn(t)
	if len(l.again) != 1 {
		t.Fatalf("%d connections have more to be read", len(l.again))
	}
	io.WriteString(client, "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n")
	l.turn(t)
	if l.at(p.fd) != p {
		t.Fatal("given away while something is being made for it")
	}
	l.admit()
	l.close(p)
}
