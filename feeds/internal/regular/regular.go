// Package regular opens files of a folder in which somebody may have put something else
// under their names.
package regular

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// ErrIrregular says that something is not a regular file, but a folder, a pipe or a device.
var ErrIrregular = errors.New("it is no regular file")

// Open opens a regular file to be read. Anything else is ErrIrregular, at once: to open a
// pipe, or to read one, can take for ever. Links are followed.
func Open(name string) (*os.File, error) { return OpenFile(name, os.O_RDONLY, 0) }

// OpenFile is Open with the arguments of [os.OpenFile].
func OpenFile(name string, how int, mode fs.FileMode) (*os.File, error) {
	f, err := os.OpenFile(name, how|syscall.O_NONBLOCK, mode)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		f.Close()
		if err == nil {
			err = &fs.PathError{Op: "open", Path: name, Err: ErrIrregular}
		}
		return nil, err
	}
	return f, nil
}

// Obstructed reports whether something lies at a path from which Open has got err, which
// will never be a file that can be read: it is no regular file, a link that leads nowhere,
// or a file that this process may not read. A want of descriptors or of memory is none of that.
func Obstructed(name string, err error) bool {
	switch {
	case errors.Is(err, fs.ErrNotExist): // what a link leads to
		_, err = os.Lstat(name)
		return err == nil
	case errors.Is(err, fs.ErrPermission): // not if only the folder may not be entered
		_, err = os.Stat(name)
		return err == nil
	}
	return errors.Is(err, ErrIrregular) || errors.Is(err, syscall.EISDIR) || errors.Is(err, syscall.ELOOP) || errors.Is(err, syscall.ENXIO)
}
