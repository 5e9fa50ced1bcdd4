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

// Why ReadFile gives no content.
var (
	// ErrTooLarge means that a file has more bytes than asked for.
	ErrTooLarge = errors.New("file is too large")
	// ErrChanging means that a file was written while it was read; the event of
	// that, or the next scan, tells when to look again.
	ErrChanging = errors.New("file is being written")
)

// Stat looks at one path by the rules of Files. errors.Is(err, fs.ErrNotExist)
// where Files would not name it: it is gone, ignored, a folder or no regular
// file. A root that is gone is another error: then nothing is known.
func (w *Watcher) Stat(rel string) (File, error) {
	if !w.visible(rel) {
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

// ReadFile reads the file that Stat would describe, at most limit bytes of it,
// and the stamp of exactly what it read. The content is in the memory of buf, of
// which nothing is kept otherwise, if that has room enough. A stamp so young that a later version
// might have the same is made unequal to all others.
//
// Errors are those of Stat, and ErrTooLarge (with the stamp) and ErrChanging.
func (w *Watcher) ReadFile(rel string, buf []byte, limit int64) ([]byte, Stamp, error) {
	if !w.named(rel) {
		return nil, Stamp{}, notExist(rel)
	}
	f, err := openStraight(w.abs(rel))
	if err != nil { // a link on the way, nothing there, or a system that cannot tell
		f, err = w.openLinked(rel)
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
			w.told.name(rel)
		}
		return nil, stamp, fmt.Errorf("read %s: %w", rel, reason(err))
	}
	return data, stamp, nil
}

func (w *Watcher) openLinked(rel string) (file, error) {
	if _, err := w.Stat(rel); err != nil {
		return file{}, err
	}
	f, err := openFile(w.abs(rel))
	if err != nil {
		return file{}, w.explain(rel, err)
	}
	return f, nil
}

// read reads all of f, which is at its beginning, into buf or a larger one.
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
	// Whether there is more now, the size tells.
	after, err := f.stamp()
	if err != nil {
		return nil, Stamp{}, err
	}
	if after != stamp {
		return nil, Stamp{}, ErrChanging
	}
	return data, stamp.fresh(time.Now()), nil
}

func (w *Watcher) abs(rel string) string { return filepath.Join(w.root, filepath.FromSlash(rel)) }

// visible says whether a walk would come by rel, if it is a file.
func (w *Watcher) visible(rel string) bool {
	return w.named(rel) && (len(w.opt.Only) > 0 || !w.circular(rel))
}

// named is visible but for links, which only the disk knows.
func (w *Watcher) named(rel string) bool {
	return fs.ValidPath(rel) && w.counts(rel, false) && (len(w.opt.Only) > 0 || !w.rules.ignoreBelow(rel))
}

// circular says whether a folder of rel is one that rel passed before.
func (w *Watcher) circular(rel string) bool {
	f, err := w.rootFolder()
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

// explain turns what the system said about rel into the errors Stat promises.
// What could not be looked at is named again by the next scan.
func (w *Watcher) explain(rel string, err error) error {
	if !isGone(err) {
		w.told.name(rel)
		return fmt.Errorf("read %s: %w", rel, reason(err))
	}
	if _, err := os.Stat(w.root); err != nil {
		w.told.name(rel)
		return fmt.Errorf("read %s: the folder itself is gone: %v", rel, err)
	}
	return notExist(rel)
}

func notExist(rel string) error { return &fs.PathError{Op: "stat", Path: rel, Err: fs.ErrNotExist} }
