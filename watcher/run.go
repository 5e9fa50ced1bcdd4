package watcher

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Run sends changes to out until ctx ends and then returns nil; by then all its
// goroutines have ended. The first Changes is a Rescan, unless Files has been
// walked to its end before: what has changed since New, events tell.
//
// While the receiver is busy, changes are merged. A path that was named, and one
// that Stat or ReadFile could not look at, is named once more by the next scan.
// Where the system grants too few watches, or the file system has no events, Run
// goes on with a Rescan each PollInterval, and tries again each ScanInterval. It
// must be called once only.
func (w *Watcher) Run(ctx context.Context, out chan<- Changes) error {
	defer w.Close()
	ready := Changes{Rescan: w.src == nil || !w.told.whole()}
	settled := time.NewTimer(w.opt.MaxDelay)
	settled.Stop()
	scan := time.NewTimer(w.interval())
	check := time.NewTicker(w.opt.PollInterval)
	defer func() { settled.Stop(); scan.Stop(); check.Stop(); w.endScan() }()

	for {
		to := out
		if ready.empty() {
			to = nil
		}
		select {
		case <-ctx.Done():
			return nil
		case b, ok := <-w.batches():
			w.receive(ctx, b, ok)
		case <-settled.C:
			ready.merge(w.flush(ctx))
		case <-scan.C:
			ready.merge(w.beginScan(ctx))
		case s := <-w.scanning:
			ready.merge(w.finishScan(ctx, s))
			scan.Reset(w.interval())
		case <-check.C:
			w.check()
		case to <- ready:
			if ready.Rescan {
				scan.Reset(w.interval()) // from here, so that a slow receiver is not kept scanning
			}
			w.told.name(ready.Paths...)
			ready = Changes{}
		}
		if at, ok := w.pending.due(); ok {
			settled.Reset(time.Until(at))
		}
	}
}

func (w *Watcher) batches() <-chan batch {
	if w.src == nil {
		return nil
	}
	return w.src.batches
}

func (w *Watcher) interval() time.Duration {
	if w.polling {
		return w.opt.PollInterval
	}
	return w.opt.ScanInterval
}

func (w *Watcher) flush(ctx context.Context) Changes {
	c := w.pending.take(time.Now())
	if c.Rescan {
		return w.rescan(ctx)
	}
	return c
}

func (w *Watcher) rescan(ctx context.Context) Changes {
	w.pending.reset()
	w.rewatch(ctx)
	return Changes{Rescan: true}
}

// check finds what no event tells: an unmounted or exchanged root, and after an
// error it starts over, but not more often than this.
func (w *Watcher) check() {
	if !w.pending.rescan && (w.broken || w.rootChanged()) {
		w.pending.all(time.Now())
	}
}

func (w *Watcher) receive(ctx context.Context, b batch, ok bool) {
	if !ok {
		w.Close()
		w.broken = true
		return
	}
	if b.err != nil {
		w.broken = true
		w.opt.Logger.Warn("watching stumbled, comparing everything", "path", w.root, "err", b.err)
	}
	now := time.Now()
	for path, op := range b.ops {
		w.notice(ctx, filepath.Clean(path), op, now)
	}
	if b.overflow {
		w.pending.all(now)
	}
}

// notice works out what an event at a real path means for the paths below root.
func (w *Watcher) notice(ctx context.Context, real string, op fsnotify.Op, now time.Time) {
	moved := op.Has(fsnotify.Create | fsnotify.Remove | fsnotify.Rename)
	switch {
	case moved && w.table.links[real],
		op.Has(fsnotify.Remove|fsnotify.Rename) && w.table.folders[real] != nil,
		op.Has(fsnotify.Chmod) && w.table.closed[real]:
		w.pending.all(now)
	}
	info, err := os.Lstat(real)
	for _, rel := range w.table.linked[real] {
		w.pending.add(rel, op, err != nil, now)
	}
	for _, f := range w.table.folders[filepath.Dir(real)] {
		switch {
		case err == nil:
			w.noticeEntry(ctx, f, info, op, now)
		default:
			w.noticeGone(f.child(filepath.Base(real)).rel, op, now)
		}
	}
}

func (w *Watcher) noticeEntry(ctx context.Context, f *folder, info fs.FileInfo, op fsnotify.Op, now time.Time) {
	n, ok := w.node(f, fs.FileInfoToDirEntry(info))
	if !ok || n.isDir() && !op.Has(fsnotify.Create) {
		return
	}
	err := w.watchNode(ctx, &n, func(rel string) { w.pending.add(rel, op, false, now) })
	if err != nil {
		w.pending.all(now) // and the rescan finds out what to do about too few watches
	}
}

func (w *Watcher) noticeGone(rel string, op fsnotify.Op, now time.Time) {
	if w.counts(rel, false) {
		w.pending.add(rel, op, true, now)
	}
}
