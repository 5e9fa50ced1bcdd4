package front

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// read and write are system calls on sockets that never wait. They are raw: for an
// ordinary system call, Go's scheduler prepares to run something else meanwhile, and
// does so where the call takes a little longer, which costs more than the call.

func read(fd int, b []byte) (n int, err error) {
	return instant(unix.SYS_RECVFROM, fd, unsafe.Pointer(unsafe.SliceData(b)), len(b), 0)
}

// write writes two pieces as far as there is room for them.
func write(fd int, a, b []byte) (n int, err error) {
	if len(b) == 0 {
		return instant(unix.SYS_SENDTO, fd, unsafe.Pointer(unsafe.SliceData(a)), len(a), unix.MSG_NOSIGNAL)
	}
	pieces := [2]unix.Iovec{{Base: unsafe.SliceData(a)}, {Base: unsafe.SliceData(b)}}
	pieces[0].SetLen(len(a))
	pieces[1].SetLen(len(b))
	message := unix.Msghdr{Iov: &pieces[0]}
	message.SetIovlen(len(pieces))
	return instant(unix.SYS_SENDMSG, fd, unsafe.Pointer(&message), unix.MSG_NOSIGNAL, 0)
}

func instant(call uintptr, fd int, at unsafe.Pointer, length, flags int) (int, error) {
	for {
		n, _, failed := unix.RawSyscall6(call, uintptr(fd), uintptr(at), uintptr(length), uintptr(flags), 0, 0)
		switch failed {
		case 0:
			return int(n), nil
		case unix.EINTR:
		default:
			return 0, failed
		}
	}
}
