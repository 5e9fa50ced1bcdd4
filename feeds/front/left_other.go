//go:build !linux

package front

import "net"

// hasLeft leaves it to net/http to notice that a client has left.
func hasLeft(net.Conn) bool { return false }
