package watcher

import "golang.org/x/sys/unix"

// writingTo asks the kernel for a read lease, which it grants only while nobody
// has the file open for writing, also by another name or a writable mapping.
// That needs its owner or CAP_LEASE, and a file system that has leases.
//
// The lease is given back at once. Who opens the file for writing in those
// microseconds is kept waiting until then, and nothing else happens to him
// unless he asked not to wait (O_NONBLOCK: EWOULDBLOCK); we are sent SIGIO,
// which Go programs pass over.
func writingTo(file string) writing {
	fd, err := unix.Open(file, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return unknown
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil || st.Mode&unix.S_IFMT != unix.S_IFREG || st.Size == 0 {
		return unknown // an empty file is one that was cut to be written next, as often as not
	}
	switch _, err := unix.FcntlInt(uintptr(fd), unix.F_SETLEASE, unix.F_RDLCK); err {
	case nil:
		// Closing is not enough: a child being forked holds fd until it calls exec.
		unix.FcntlInt(uintptr(fd), unix.F_SETLEASE, unix.F_UNLCK)
		return complete
	case unix.EAGAIN:
		return busy
	}
	return unknown
}
