package watcher

import (
	"io"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// file is an open file with its Stamp. Opening an os.File takes more system calls than
// opening and reading a small file this way.
type file struct{ fd int }

// openWithoutLinks opens a file if there is no link in its path. It fails if there is
// one, or if the system does not have openat2(2) (Linux before 5.6, some sandboxes).
func openWithoutLinks(name string) (file, error) {
	how := unix.OpenHow{Flags: openFlags, Resolve: unix.RESOLVE_NO_SYMLINKS}
	return opened(name, func() (int, error) { return unix.Openat2(unix.AT_FDCWD, name, &how) })
}

func openFile(name string) (file, error) {
	return opened(name, func() (int, error) { return unix.Open(name, openFlags, 0) })
}

// openInside opens the file at rel below root, also if a link on the way leads elsewhere
// in root, but not if it leads out of root.
func openInside(root, rel string) (file, error) {
	r, err := os.OpenRoot(root)
	if err != nil {
		return file{}, err
	}
	defer r.Close()
	f, err := r.OpenFile(rel, unix.O_NONBLOCK, 0)
	if err != nil {
		return file{}, err
	}
	defer f.Close()
	return opened(rel, func() (int, error) { return unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0) })
}

// With O_NONBLOCK, opening a named pipe does not wait for its writer.
const openFlags = unix.O_RDONLY | unix.O_CLOEXEC | unix.O_NONBLOCK

func opened(name string, open func() (int, error)) (file, error) {
	fd, err := retry(open)
	if err != nil {
		return file{}, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return file{fd}, nil
}

// stamp fails with fs.ErrNotExist if f is not a regular file.
func (f file) stamp() (Stamp, error) {
	var st unix.Stat_t
	if _, err := retry(func() (int, error) { return 0, unix.Fstat(f.fd, &st) }); err != nil {
		return Stamp{}, err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFREG {
		return Stamp{}, fs.ErrNotExist
	}
	return statStamp(&st), nil
}

func (f file) Read(p []byte) (int, error) {
	n, err := retry(func() (int, error) { return unix.Read(f.fd, p) })
	if err != nil {
		return 0, err
	}
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

func (f file) Close() error { return unix.Close(f.fd) }

// retry makes a system call again while signals interrupt it.
func retry(call func() (int, error)) (int, error) {
	for {
		n, err := call()
		if err != unix.EINTR {
			return n, err
		}
	}
}

// lstat returns the Stamp of a file. It is cheaper than os.Lstat.
func lstat(file string) (Stamp, error) {
	var st unix.Stat_t
	if _, err := retry(func() (int, error) { return 0, unix.Lstat(file, &st) }); err != nil {
		return Stamp{}, &fs.PathError{Op: "lstat", Path: file, Err: err}
	}
	return statStamp(&st), nil
}

func statStamp(st *unix.Stat_t) Stamp {
	return Stamp{st.Size, st.Mtim.Nano(), st.Ctim.Nano(), st.Ino}
}
