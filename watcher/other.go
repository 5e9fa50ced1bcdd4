//go:build !linux

package watcher

import (
	"errors"
	"io/fs"
	"os"
)

// file is an open file with its Stamp.
type file struct{ *os.File }

// openWithoutLinks always fails: links in a path cannot be found here.
func openWithoutLinks(string) (file, error) { return file{}, errors.ErrUnsupported }

func openFile(name string) (file, error) {
	f, err := os.Open(name)
	return file{f}, err
}

// openInside opens the file at rel below root, also if a link on the way leads elsewhere
// in root, but not if it leads out of root.
func openInside(root, rel string) (file, error) {
	f, err := os.OpenInRoot(root, rel)
	return file{f}, err
}

// stamp fails with fs.ErrNotExist if f is not a regular file.
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

// lstat returns the Stamp of a file.
func lstat(file string) (Stamp, error) {
	info, err := os.Lstat(file)
	if err != nil {
		return Stamp{}, err
	}
	return stampOf(info), nil
}

// isNetwork does not know on this system. Options.ScanOnly replaces it.
func isNetwork(string) bool { return false }

// writingTo does not know on this system.
func writingTo(string) writing { return unknown }
