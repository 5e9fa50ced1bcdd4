package watcher

import "golang.org/x/sys/unix"

// writingTo tells whether a program has file open for writing, under any name or as a
// writable mapping. It asks the kernel for a read lease, which is granted only if none
// has. Leases need the owner of the file or CAP_LEASE, and support by the file system.
//
// The lease is returned at once. A program that opens the file for writing in these
// microseconds waits until then, or gets EWOULDBLOCK if it uses O_NONBLOCK. The kernel
// then sends us SIGIO, which Go programs ignore.
func writingTo(file string) writing {
	fd, err := unix.Open(file, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return unknown
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil || st.Mode&unix.S_IFMT != unix.S_IFREG || st.Size == 0 {
		return unknown // programs often truncate a file before they write to it
	}
	switch _, err := unix.FcntlInt(uintptr(fd), unix.F_SETLEASE, unix.F_RDLCK); err {
	case nil:
		// Closing is not enough: a child process has fd until it calls exec.
		unix.FcntlInt(uintptr(fd), unix.F_SETLEASE, unix.F_UNLCK)
		return complete
	case unix.EAGAIN:
		return busy
	}
	return unknown
}
