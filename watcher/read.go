package watcher

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Errors of ReadFile.
var (
	// ErrTooLarge means that a file has more than limit bytes.
	ErrTooLarge = errors.New("file is too large")
	// ErrChanging means that a file was written while it was read. It is reported
	// again, because of an event or by the next scan.
	ErrChanging = errors.New("file is being written")
)

// Stat returns what Files yields for one path. The error is fs.ErrNotExist if Files
// does not yield the path: it is gone, ignored, a folder or not a regular file. If the
// root is gone it is another error, because then nothing is known.
func (w *Watcher) Stat(rel string) (File, error) {
	if !w.countsAt(rel) || len(w.opt.Only) == 0 && w.isCircular(rel) {
		return File{Path: rel}, notExist(rel)
	}
	info, err := os.Stat(w.abs(rel))
	if err != nil {
		return File{Path: rel}, w.explain(rel, err)
	}
	if !info.Mode().IsRegular() {
		return File{Path: rel}, notExist(rel)
	}
	return File{Path: rel, Stamp: stampOf(info)}, nil
}

// ReadFile reads a file of at most limit bytes, and the stamp of the version that it
// read. The content is in buf if that is large enough, else in new memory; ReadFile
// keeps neither. If the file changed so recently that a later version may have the
// same stamp, the stamp returned is unequal to that of any file.
//
// Errors are those of Stat, ErrTooLarge (with the stamp) and ErrChanging.
func (w *Watcher) ReadFile(rel string, buf []byte, limit int64) ([]byte, Stamp, error) {
	if !w.countsAt(rel) {
		return nil, Stamp{}, notExist(rel)
	}
	f, err := openWithoutLinks(w.abs(rel))
	if err != nil { // there is a link on the way, or nothing, or the system cannot tell
		f, err = w.openWithLinks(rel)
	}
	if err != nil {
		return nil, Stamp{}, err
	}
	defer f.Close()
	data, stamp, err := read(f, buf, limit)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, Stamp{}, notExist(rel)
	case err != nil:
		if err != ErrTooLarge {
			w.reported.reportAgain(rel)
		}
		return nil, stamp, fmt.Errorf("read %s: %w", rel, reason(err))
	}
	return data, stamp, nil
}

// openWithLinks opens a file if Files yields it.
func (w *Watcher) openWithLinks(rel string) (file, error) {
	if _, err := w.Stat(rel); err != nil {
		return file{}, err
	}
	f, err := openFile(w.abs(rel))
	if err != nil {
		return file{}, w.explain(rel, err)
	}
	return f, nil
}

// read reads all of f into buf, or into new memory if buf is too small.
func read(f file, buf []byte, limit int64) ([]byte, Stamp, error) {
	stamp, err := f.stamp()
	if err != nil {
		return nil, Stamp{}, err
	}
	if stamp.Size > limit {
		return nil, stamp, ErrTooLarge
	}
	data := slices.Grow(buf[:0], int(stamp.Size))[:stamp.Size]
	if _, err := io.ReadFull(f, data); err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, Stamp{}, err
	} else if err != nil {
		return nil, Stamp{}, ErrChanging
	}
	// If the file has grown, its size tells.
	after, err := f.stamp()
	if err != nil {
		return nil, Stamp{}, err
	}
	if after != stamp {
		return nil, Stamp{}, ErrChanging
	}
	return data, stamp.ifSure(time.Now()), nil
}

func (t *tree) abs(rel string) string { return filepath.Join(t.root, filepath.FromSlash(rel)) }

// countsAt reports whether a file at rel counts, as far as its path tells: links in it
// may make a circle.
func (t *tree) countsAt(rel string) bool {
	return fs.ValidPath(rel) && t.counts(rel, false) && (len(t.opt.Only) > 0 || !t.rules.ignoreBelow(rel))
}

// isCircular reports whether a folder in rel is the same as one before it.
func (t *tree) isCircular(rel string) bool {
	f, err := t.rootFolder()
	if err != nil {
		return false
	}
	plain := filepath.Join(f.real, filepath.FromSlash(rel))
	if real, err := filepath.EvalSymlinks(filepath.Dir(plain)); err != nil || real == filepath.Dir(plain) {
		return false
	}
	for name := range strings.SplitSeq(filepath.Dir(filepath.FromSlash(rel)), string(filepath.Separator)) {
		real, err := filepath.EvalSymlinks(filepath.Join(f.real, name))
		if err != nil {
			return false
		}
		if f.within(real) {
			return true
		}
		f = &folder{real: real, above: f}
	}
	return false
}

// explain turns an error of the system about rel into one of those that Stat promises.
// If it is unknown what is at rel, the next scan reports it again.
func (w *Watcher) explain(rel string, err error) error {
	if !isGone(err) {
		w.reported.reportAgain(rel)
		return fmt.Errorf("read %s: %w", rel, reason(err))
	}
	if _, err := os.Stat(w.root); err != nil {
		w.reported.reportAgain(rel)
		return fmt.Errorf("read %s: the folder itself is gone: %v", rel, err)
	}
	return notExist(rel)
}

func notExist(rel string) error { return &fs.PathError{Op: "stat", Path: rel, Err: fs.ErrNotExist} }
