package builder

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"feedmill/watcher"
)

// look finds out what has changed: the files that differ, read and parsed, in
// order of path, and the known ones that are gone.
func (b *Builder) look(ctx context.Context, c watcher.Changes, r *round) (err error) {
	reading := &reading{b: b, ctx: ctx, old: b.opt.Ledger.WantsOldDigests(), patience: cmp.Or(b.opt.Patience, patience)}
	if r.first {
		reading.patience = max(readBudget, b.opt.Patience)
	}
	var gone []string
	if c.Rescan {
		if gone, err = b.lookAtAll(ctx, reading); err == nil {
			gone = b.dismissStale(gone)
		}
	} else {
		b.lookAt(c.Paths, reading)
	}
	r.files, r.gone = reading.wait()
	r.gone = append(r.gone, gone...)
	slices.Sort(r.gone)
	if err = cmp.Or(err, ctx.Err()); err != nil {
		for _, l := range r.files {
			b.texts.drop(l.article)
		}
		return err
	}
	r.differ = len(r.files) + len(r.gone)
	for _, l := range r.files {
		r.saved = max(r.saved, l.changed)
	}
	return nil
}

// lookAt looks at single paths.
func (b *Builder) lookAt(paths []string, r *reading) {
	for _, path := range paths {
		if b.opt.Parser.Wants(path) {
			r.add(found{path: path})
		}
	}
}

// lookAtAll compares everything on disk with what is known. Walking over the files,
// restoring what the cache holds, and reading files go on at the same time.
func (b *Builder) lookAtAll(ctx context.Context, r *reading) (gone []string, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if b.hanging.walks() {
		return nil, errWalkHangs
	}
	walk := &walk{found: make(chan []found, 1<<12), over: make(chan struct{})}
	go walk.run(ctx, b)
	b.restore()
	seen := make([]string, 0, len(b.stamps))
	known := 0
	for {
		batch, err := walk.next(ctx)
		if err != nil {
			if stop(); !walk.isOver() {
				b.hanging.leaveWalk(walk.over)
			}
			return nil, err
		}
		if batch == nil {
			break
		}
		for _, f := range batch {
			seen = append(seen, f.path)
			stamp, ok := b.stamps[f.path]
			if ok {
				known++
			}
			if stamp != f.stamp {
				r.add(f)
			}
		}
	}
	if walk.err != nil {
		return nil, walk.err
	}
	if known == len(b.stamps) {
		return nil, nil
	}
	slices.Sort(seen)
	for path := range b.stamps {
		if _, here := slices.BinarySearch(seen, path); !here && !walk.hides(path) {
			gone = append(gone, path)
		}
	}
	return gone, nil
}

// found is a file, and its stamp when a walk found it; zero where it is to be looked at.
type found struct {
	path  string
	stamp stamp
}

// walk is a walk over all files. It sends them in batches on found; once that is
// closed, the other fields hold.
type walk struct {
	found  chan []found
	hidden []string // files, and folders with all below them, that could not be looked at
	err    error

	steps atomic.Int64  // files and folders that were found, or not
	over  chan struct{} // closed when the walk has ended
}

var errWalkHangs = fmt.Errorf("the walk over the folder has not found another file for %s: see whether its file system answers", walkBudget)

// next returns the next files, none at the end. It fails if the walk hangs, or ctx ends.
func (w *walk) next(ctx context.Context) ([]found, error) {
	select { // a timer costs more than a batch
	case batch := <-w.found:
		return batch, nil
	default:
	}
	tick := time.NewTicker(walkBudget)
	defer tick.Stop()
	for steps := w.steps.Load(); ; {
		select {
		case batch := <-w.found:
			return batch, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-tick.C:
			before := steps
			if steps = w.steps.Load(); steps == before {
				return nil, errWalkHangs
			}
		}
	}
}

// isOver reports whether a walk that was stopped has ended, for which it waits a moment.
func (w *walk) isOver() bool {
	select {
	case <-w.over:
		return true
	case <-time.After(patience):
		return false
	}
}

func (w *walk) run(ctx context.Context, b *Builder) {
	defer close(w.over)
	defer close(w.found)
	const size = 256
	batch := make([]found, 0, size)
	for f, err := range b.src.Files(ctx) {
		w.steps.Add(1)
		if err != nil {
			if w.err = ctx.Err(); w.err == nil && f.Path == "." {
				w.err = err
			}
			if w.err != nil {
				return
			}
			w.hidden = append(w.hidden, f.Path)
			b.opt.Logger.Warn("cannot look into a folder; its articles stay", "path", f.Path, "err", err)
			continue
		}
		if !b.opt.Parser.Wants(f.Path) {
			continue
		}
		if batch = append(batch, found{f.Path, stampOf(f.Stamp)}); len(batch) == size {
			if !w.send(ctx, batch) {
				return
			}
			batch = make([]found, 0, size)
		}
	}
	w.send(ctx, batch)
}

// send sends files, unless ctx ends.
func (w *walk) send(ctx context.Context, batch []found) bool {
	select {
	case w.found <- batch:
		return true
	case <-ctx.Done():
		return false
	}
}

func (w *walk) hides(path string) bool {
	return slices.ContainsFunc(w.hidden, func(dir string) bool { return path == dir || strings.HasPrefix(path, dir+"/") })
}
