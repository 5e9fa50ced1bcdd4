package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// maxState bounds the files by which serve and other commands talk to each other, in
// bytes. They hold a few lines.
const maxState = 64 << 10

// readState reads what serve has written into a file of the state folder; missing is the
// error if there is no such file.
func readState[T any](state, name string, missing error) (v T, err error) {
	text, err := readSmall(filepath.Join(state, name))
	if errors.Is(err, fs.ErrNotExist) {
		return v, missing
	}
	if err == nil {
		err = json.Unmarshal(text, &v)
	}
	if err != nil {
		err = fmt.Errorf("read %s: %w", name, err)
	}
	return v, err
}

// readSmall reads a whole file of at most maxState bytes. It refuses pipes and devices,
// because reading one may never end.
func readSmall(file string) ([]byte, error) {
	f, err := openRegular(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readAtMost(f, maxState, "feedmill did not write it, so remove it")
}

// openRegular opens a regular file. Anything else is an error: to open a pipe can take for
// ever, too.
func openRegular(file string) (*os.File, error) {
	f, err := os.OpenFile(file, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		f.Close()
		return nil, cmp.Or(err, errors.New("it is no regular file: remove it"))
	}
	return f, nil
}

// readAtMost reads all of r. Where that is more than limit bytes it fails, and says what
// to do.
func readAtMost(r io.Reader, limit int64, advice string) ([]byte, error) {
	var text bytes.Buffer
	_, err := text.ReadFrom(io.LimitReader(r, limit+1))
	if err == nil && int64(text.Len()) > limit {
		err = fmt.Errorf("it is larger than %d KiB: %s", limit>>10, advice)
	}
	return text.Bytes(), err
}

// writeState writes what readState reads.
func writeState(state, name string, v any, mode fs.FileMode) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return replaceFile(filepath.Join(state, name), text, mode)
}

// replaceFile puts data in file's place in one step, so that no other process
// reads half of it.
func replaceFile(file string, data []byte, mode fs.FileMode) error {
	os.Remove(file + ".new") // one that was left behind would keep its permissions
	if err := os.WriteFile(file+".new", data, mode); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}
