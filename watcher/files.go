package watcher

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
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

// Files walks the disk in ascending order of Path, following links; a folder is
// not entered again below itself.
//
// An item with an error says by File.Path that nothing is known of that file, or
// of all below that folder ("." is the root): callers keep what they knew there.
// It may come from ctx, and then is the last.
func (w *Watcher) Files(ctx context.Context) iter.Seq2[File, error] {
	return func(yield func(File, error) bool) {
		root, err := w.rootFolder()
		if err != nil {
			yield(File{Path: "."}, err)
			return
		}
		w.walk(ctx, root, yield)
	}
}

func (w *Watcher) walk(ctx context.Context, f *folder, yield func(File, error) bool) bool {
	if err := ctx.Err(); err != nil {
		yield(File{Path: "."}, err)
		return false
	}
	nodes, err := w.list(f)
	if err != nil {
		// A folder other than the root may vanish before it is read.
		return isGone(err) && f.above != nil || yield(File{Path: f.rel}, err)
	}
	for i := range nodes {
		n := &nodes[i]
		ok := true
		if n.isDir() {
			ok = w.walk(ctx, &n.folder, yield)
		} else if file, err := n.file(); !isGone(err) {
			ok = yield(file, err)
		}
		if !ok {
			return false
		}
	}
	return true
}

func (n *node) file() (File, error) {
	f := File{Path: n.rel}
	switch {
	case n.err != nil:
		return f, n.err
	case n.entry == nil:
		return f, fs.ErrNotExist
	}
	info, err := n.entry.Info()
	if err == nil {
		f.Stamp = stampOf(info)
	}
	return f, err
}

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
// and the stamp of exactly what it read. A stamp so young that a later version
// might have the same is made unequal to all others.
//
// Errors are those of Stat, and ErrTooLarge (with the stamp) and ErrChanging.
func (w *Watcher) ReadFile(rel string, limit int64) ([]byte, Stamp, error) {
	if _, err := w.Stat(rel); err != nil { // before opening: that would wait for a pipe's other end
		return nil, Stamp{}, err
	}
	f, err := os.Open(w.abs(rel))
	if err != nil {
		return nil, Stamp{}, w.explain(rel, err)
	}
	defer f.Close()
	data, stamp, err := read(f, limit)
	if err != nil {
		return nil, stamp, fmt.Errorf("read %s: %w", rel, reason(err))
	}
	return data, stamp, nil
}

func read(f *os.File, limit int64) ([]byte, Stamp, error) {
	before, err := f.Stat()
	if err != nil {
		return nil, Stamp{}, err
	}
	stamp := stampOf(before)
	if stamp.Size > limit {
		return nil, stamp, ErrTooLarge
	}
	var data bytes.Buffer
	data.Grow(int(stamp.Size) + bytes.MinRead)
	if _, err := data.ReadFrom(io.LimitReader(f, stamp.Size+1)); err != nil {
		return nil, Stamp{}, err
	}
	after, err := f.Stat()
	if err != nil {
		return nil, Stamp{}, err
	}
	if stampOf(after) != stamp || int64(data.Len()) != stamp.Size {
		return nil, Stamp{}, ErrChanging
	}
	return data.Bytes(), stamp.fresh(time.Now()), nil
}

func (w *Watcher) abs(rel string) string { return filepath.Join(w.root, filepath.FromSlash(rel)) }

// visible says whether a walk would come by rel, if it is a file.
func (w *Watcher) visible(rel string) bool {
	if !fs.ValidPath(rel) || !w.counts(rel, false) {
		return false
	}
	return len(w.opt.Only) > 0 || !w.rules.ignoreBelow(rel) && !w.circular(rel)
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
func (w *Watcher) explain(rel string, err error) error {
	if !isGone(err) {
		return fmt.Errorf("read %s: %w", rel, reason(err))
	}
	if _, err := os.Stat(w.root); err != nil {
		return fmt.Errorf("read %s: the folder itself is gone: %v", rel, err)
	}
	return notExist(rel)
}

func notExist(rel string) error { return &fs.PathError{Op: "stat", Path: rel, Err: fs.ErrNotExist} }
