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
	"syscall"
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
// does not yield the path: it is gone, ignored, a folder or not a regular file, or the
// file counts at another path. If the root is gone it is another error, because then
// nothing is known.
func (w *Watcher) Stat(rel string) (File, error) {
	real, err := w.locate(rel)
	if err != nil {
		return File{Path: rel}, err
	}
	info, err := os.Lstat(real)
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
			w.lack.note(rel, err)
			w.reported.reportAgain(rel)
		}
		return nil, stamp, fmt.Errorf("read %s: %w", rel, reason(err))
	}
	return data, stamp, nil
}

// openWithLinks opens a file if Files yields it. No link is followed while it is
// opened, so that it is the file that was found to count even if links are exchanged
// meanwhile. If that happens it looks again.
func (w *Watcher) openWithLinks(rel string) (f file, err error) {
	for range 4 {
		real, err := w.locate(rel)
		if err != nil {
			return file{}, err
		}
		if f, err = openWithoutLinks(real); errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.ENOSYS) || errors.Is(err, syscall.EPERM) {
			f, err = w.openSlowly(real)
		}
		if err == nil {
			return f, nil
		}
		if !isGone(err) {
			return file{}, w.explain(rel, err)
		}
	}
	return file{}, w.explain(rel, fs.ErrNotExist)
}

// openSlowly is openWithoutLinks for systems that do not have that. Links that appear
// in the path meanwhile are followed only if Options.Follow allows to leave the root.
func (w *Watcher) openSlowly(real string) (file, error) {
	if w.opt.Follow == FollowAll {
		return openFile(real)
	}
	root, err := w.rootFolder()
	if err != nil {
		return file{}, err
	}
	rel, ok := root.below(real)
	if !ok {
		return file{}, fs.ErrNotExist
	}
	return openInside(root.real, rel)
}

// locate returns the real path of the file at rel, if rel is the path at which it
// counts. Its errors are those of Stat.
func (w *Watcher) locate(rel string) (real string, err error) {
	if !w.countsAt(rel) {
		return "", notExist(rel)
	}
	f, err := w.rootFolder()
	if err != nil {
		return "", w.explain(rel, err)
	}
	plain := filepath.Join(f.real, filepath.FromSlash(rel))
	real, err = resolve(plain)
	switch {
	case err != nil:
		return "", w.explain(rel, err)
	case real == plain || len(w.opt.Only) > 0:
		return real, nil
	}
	n, err := w.descend(f, rel)
	switch {
	case err != nil:
		return "", w.explain(rel, err)
	case n == nil:
		return "", notExist(rel)
	}
	return n.real, nil
}

// descend goes from the root f to the file at rel. It returns nil if Files does not.
func (w *Watcher) descend(f *folder, rel string) (*node, error) {
	l := w.links.Load()
	for name := range strings.SplitSeq(rel, "/") {
		info, err := os.Lstat(f.join(name))
		if err != nil {
			return nil, err
		}
		n, ok := w.node(f, fs.FileInfoToDirEntry(info))
		if n.err != nil {
			return nil, n.err
		}
		if !ok || n.entry == nil || n.forbidden != "" || n.rel != rel && !n.isDir() || !w.isFirst(l, &n) {
			return nil, nil
		}
		if n.rel == rel {
			return &n, nil
		}
		f = &n.folder
	}
	return nil, nil
}

// isFirst reports whether a folder or file counts at the path of n rather than at
// another. What a walk has found about links may be outdated: another path must still
// lead there.
func (w *Watcher) isFirst(l *links, n *node) bool {
	if n.links == 0 {
		return true
	}
	if n.isDir() && n.above.entered(n.real) != nil || n.place().isTooLong() {
		return false
	}
	if l == nil {
		return true
	}
	p, known := l.file(n.real)
	if n.isDir() {
		p, known = l.folder(n.real, w.class(n.rel))
	}
	if !known || p.compare(n.place()) >= 0 {
		return true
	}
	real, err := resolve(w.abs(p.rel))
	return err != nil || real != n.real
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

// explain turns an error of the system about rel into one of those that Stat promises.
// If it is unknown what is at rel, the next scan reports it again.
func (w *Watcher) explain(rel string, err error) error {
	if !isGone(err) {
		w.lack.note(rel, err)
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
