//go:build !linux

package server

import "net"

// transfer reads and writes; see that of Linux for more.
type transfer struct{ net.Conn }

func newTransfer(c net.Conn) *transfer { return &transfer{c} }

// write writes a and then b.
func (t *transfer) write(a, b []byte) (int, error) {
	n, err := (&net.Buffers{a, b}).WriteTo(t.Conn)
	return int(n), err
}
