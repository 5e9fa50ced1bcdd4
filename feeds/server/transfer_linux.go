package server

import (
	"io"
	"net"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// transfer reads and writes by system calls that never wait, and has Go's poller
// wait in between. Nobody may read while another reads, nor write while another
// writes.
type transfer struct {
	net.Conn
	raw     syscall.RawConn // nil: of a connection that has no descriptor
	in, out piece
}

// piece is one Read, or one write of two parts.
type piece struct {
	parts [2][]byte
	n     int
	err   error
	step  func(fd uintptr) (done bool)
}

func newTransfer(c net.Conn) *transfer {
	t := &transfer{Conn: c}
	if sys, ok := c.(syscall.Conn); ok {
		t.raw, _ = sys.SyscallConn()
	}
	t.in.step, t.out.step = t.in.read, t.out.write
	return t
}

func (t *transfer) Read(b []byte) (int, error) {
	if t.raw == nil || len(b) == 0 {
		return t.Conn.Read(b)
	}
	t.in.parts[0] = b
	err := t.raw.Read(t.in.step)
	n, failed := t.in.end()
	switch {
	case failed != nil:
		return 0, &net.OpError{Op: "read", Net: "tcp", Addr: t.RemoteAddr(), Err: os.NewSyscallError("read", failed)}
	case err == nil && n == 0:
		return 0, io.EOF
	}
	return n, err
}

// write writes a and then b.
func (t *transfer) write(a, b []byte) (int, error) {
	if t.raw == nil {
		n, err := (&net.Buffers{a, b}).WriteTo(t.Conn)
		return int(n), err
	}
	t.out.parts = [2][]byte{a, b}
	err := t.raw.Write(t.out.step)
	n, failed := t.out.end()
	if failed != nil {
		err = &net.OpError{Op: "write", Net: "tcp", Addr: t.RemoteAddr(), Err: os.NewSyscallError("write", failed)}
	}
	return n, err
}

// end returns what became of a piece, and lets go of its parts.
func (p *piece) end() (n int, err error) {
	n, err = p.n, p.err
	p.parts, p.n, p.err = [2][]byte{}, 0, nil
	return n, err
}

func (p *piece) read(fd uintptr) bool {
	p.n, p.err = read(int(fd), p.parts[0])
	return !p.waits()
}

func (p *piece) write(fd uintptr) bool {
	for len(p.parts[0])+len(p.parts[1]) > 0 {
		var n int
		if n, p.err = write(int(fd), p.parts[0], p.parts[1]); p.err != nil {
			return !p.waits()
		}
		p.n += n
		head := min(n, len(p.parts[0]))
		p.parts[0], p.parts[1] = p.parts[0][head:], p.parts[1][n-head:]
	}
	return true
}

// waits reports whether the system has nothing to give or no room now.
func (p *piece) waits() bool {
	if p.err == unix.EAGAIN {
		p.err = nil
		return true
	}
	return false
}
