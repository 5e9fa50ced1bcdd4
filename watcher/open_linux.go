package watcher

import (
	"io"
	"io/fs"

	"golang.org/x/sys/unix"
)

// file is an open file that knows its Stamp. An os.File asks the system more on
// opening than all of a reading needs.
type file struct{ fd int }

// openStraight opens a file that no link is on the way to, and fails where there
// is one, or where the kernel is older than 5.6 or not allowed to tell.
func openStraight(name string) (file, error) {
	how := unix.OpenHow{Flags: openFlags, Resolve: unix.RESOLVE_NO_SYMLINKS}
	return opened(name, func() (int, error) { return unix.Openat2(unix.AT_FDCWD, name, &how) })
}

func openFile(name string) (file, error) {
	return opened(name, func() (int, error) { return unix.Open(name, openFlags, 0) })
}

// openFlags keep from waiting for the other end of a pipe.
const openFlags = unix.O_RDONLY | unix.O_CLOEXEC | unix.O_NONBLOCK

func opened(name string, open func() (int, error)) (file, error) {
	fd, err := again(open)
	if err != nil {
		return file{}, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return file{fd}, nil
}

// stamp is fs.ErrNotExist for what is no regular file.
func (f file) stamp() (Stamp, error) {
	var st unix.Stat_t
	if _, err := again(func() (int, error) { return 0, unix.Fstat(f.fd, &st) }); err != nil {
		return Stamp{}, err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFREG {
		return Stamp{}, fs.ErrNotExist
	}
	return statStamp(&st), nil
}

func (f file) Read(p []byte) (int, error) {
	n, err := again(func() (int, error) { return unix.Read(f.fd, p) })
	if err != nil {
		return 0, err
	}
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

func (f file) Close() error { return unix.Close(f.fd) }

// again calls what a signal interrupts until it is not.
func again(call func() (int, error)) (int, error) {
	for {
		n, err := call()
		if err != unix.EINTR {
			return n, err
		}
	}
}

// lstat is the Stamp of a file, without what else os.Lstat finds out.
func lstat(file string) (Stamp, error) {
	var st unix.Stat_t
	if _, err := again(func() (int, error) { return 0, unix.Lstat(file, &st) }); err != nil {
		return Stamp{}, &fs.PathError{Op: "lstat", Path: file, Err: err}
	}
	return statStamp(&st), nil
}

func statStamp(st *unix.Stat_t) Stamp {
	return Stamp{st.Size, st.Mtim.Nano(), st.Ctim.Nano(), st.Ino}
}
