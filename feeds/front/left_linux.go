package front

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// hasLeft reports whether the other end of a connection has closed its side, whether
// or not all that it has sent was read.
func hasLeft(c net.Conn) (left bool) {
	socket, ok := c.(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return true
	}
	const gone = unix.POLLRDHUP | unix.POLLHUP | unix.POLLERR
	err = raw.Control(func(fd uintptr) {
		of := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLRDHUP}}
		n, err := unix.Poll(of, 0)
		left = err == nil && n > 0 && of[0].Revents&gone != 0
	})
	return left || err != nil // closed on this side
}
