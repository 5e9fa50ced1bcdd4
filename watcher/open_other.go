//go:build !linux

package watcher

import (
	"errors"
	"io/fs"
	"os"
)

// file is an open file that knows its Stamp.
type file struct{ *os.File }

// openStraight cannot tell here whether a link is on the way.
func openStraight(string) (file, error) { return file{}, errors.ErrUnsupported }

func openFile(name string) (file, error) {
	f, err := os.Open(name)
	return file{f}, err
}

// stamp is fs.ErrNotExist for what is no regular file.
func (f file) stamp() (Stamp, error) {
	info, err := f.Stat()
	switch {
	case err != nil:
		return Stamp{}, err
	case !info.Mode().IsRegular():
		return Stamp{}, fs.ErrNotExist
	}
	return stampOf(info), nil
}

// lstat is the Stamp of a file.
func lstat(file string) (Stamp, error) {
	info, err := os.Lstat(file)
	if err != nil {
		return Stamp{}, err
	}
	return stampOf(info), nil
}
