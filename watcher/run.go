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
// goroutines have ended. The first Changes is a Rescan, unless Files has been walked
// to its end before: then events tell what has changed since New.
//
// While the receiver is busy, changes are merged. The next scan reports once more
// each path that was reported since the last one, and each that Stat or ReadFile
// failed to read. What was not read because there were no descriptors left is reported
// as soon as there are some: that is tried 100 ms later, and then in growing intervals
// of up to 2 s. Where the system grants too few watches, or the file system has no
// events, Run sends a Rescan each PollInterval, and tries to watch again each
// ScanInterval. It must be called only once.
func (w *Watcher) Run(ctx context.Context, out chan<- Changes) error {
	defer w.Close()
	ready := Changes{Rescan: w.watches.src == nil || !w.reported.isWhole()}
	settled := time.NewTimer(w.opt.MaxDelay)
	settled.Stop()
	scan := time.NewTimer(w.interval())
	check := time.NewTicker(w.opt.PollInterval)
	retry := time.NewTimer(maxPause)
	retry.Stop()
	retrying := false
	defer func() { settled.Stop(); scan.Stop(); check.Stop(); retry.Stop(); w.endScan() }()

	for {
		to := out
		if ready.empty() {
			to = nil
		}
		select {
		case <-ctx.Done():
			return nil
		case b, ok := <-w.events():
			w.receive(ctx, b, ok)
		case <-settled.C:
			c := w.pending.take(time.Now())
			if c.Rescan {
				c = w.rescan(ctx)
			}
			ready.merge(c)
		case <-scan.C:
			ready.merge(w.beginScan(ctx))
		case s := <-w.scanning:
			ready.merge(w.finishScan(ctx, s))
			scan.Reset(w.interval())
		case <-check.C:
			w.check()
		case <-w.lack.noted:
			if !retrying {
				retry.Reset(w.lack.next(time.Now()))
				retrying = true
			}
		case <-retry.C:
			c, ok := w.lack.retry()
			if retrying = !ok; retrying {
				retry.Reset(w.lack.next(time.Now()))
			} else if c.Rescan {
				c = w.rescan(ctx)
			}
			ready.merge(c)
		case to <- ready:
			if ready.Rescan {
				scan.Reset(w.interval()) // from now on, so that a slow receiver gets a pause
			}
			w.reported.reportAgain(ready.Paths...)
			ready = Changes{}
		}
		if at, ok := w.pending.due(); ok {
			settled.Reset(time.Until(at))
		}
	}
}

func (w *Watcher) events() <-chan batch {
	if w.watches.src == nil {
		return nil
	}
	return w.watches.src.batches
}

func (w *Watcher) interval() time.Duration {
	if w.polling {
		return w.opt.PollInterval
	}
	return w.opt.ScanInterval
}

func (w *Watcher) rescan(ctx context.Context) Changes {
	w.pending.reset()
	w.rewatch(ctx)
	return Changes{Rescan: true}
}

// rewatch makes all watches again. Mending single ones is not enough: fsnotify keeps
// the watch of a moved folder under its old name.
func (w *Watcher) rewatch(ctx context.Context) {
	if w.polling && !w.watches.rootChanged() && time.Since(w.watches.made) < w.opt.ScanInterval {
		return
	}
	w.watches.close()
	ws, problem, err := newWatches(ctx, w.tree, w.open)
	w.watches, w.broken = ws, false
	w.polling = ws.src == nil && ws.root != nil
	switch {
	case problem == w.problem: // logged already
	case problem != "":
		w.opt.Logger.Warn(problem, "path", w.root, "err", err)
	case ws.src != nil:
		w.opt.Logger.Info("watching again", "path", w.root)
	}
	w.problem = problem
}

// check finds what has no event: another file system or folder in the place of the
// root. After an error of the source it has all watches made again; being called
// each PollInterval, it does not do so more often.
func (w *Watcher) check() {
	if !w.pending.rescan && (w.broken || w.watches.rootChanged()) {
		w.pending.addAll(time.Now())
	}
}

// receive adds a batch of events to what is pending; ok is false if the source has
// ended.
func (w *Watcher) receive(ctx context.Context, b batch, ok bool) {
	if !ok {
		w.watches.close()
		w.broken = true
		return
	}
	if b.err != nil {
		w.broken = true
		w.opt.Logger.Warn("watching stumbled, comparing everything", "path", w.root, "err", b.err)
	}
	now := time.Now()
	for path, op := range b.ops {
		w.addEvent(ctx, filepath.Clean(path), op, now)
	}
	if b.overflow {
		w.pending.addAll(now)
	}
}

// addEvent adds the event op at a real path to what is pending, for the path below the
// root at which it counts.
func (w *Watcher) addEvent(ctx context.Context, real string, op fsnotify.Op, now time.Time) {
	ws := w.watches
	moved := op.Has(fsnotify.Create | fsnotify.Remove | fsnotify.Rename)
	switch {
	case moved && ws.hops[real],
		op.Has(fsnotify.Remove|fsnotify.Rename) && ws.folders[real] != nil,
		op.Has(fsnotify.Chmod) && ws.closed[real]:
		w.pending.addAll(now)
	}
	if op.Has(fsnotify.Remove | fsnotify.Rename) {
		delete(ws.through, real) // its watch has ended
	}
	info, err := os.Lstat(real)
	isLink := err == nil && info.Mode()&fs.ModeSymlink != 0
	if isLink && ws.links.linked(real) {
		w.pending.addAll(now) // links to a file that has become a link lead elsewhere
	}
	if err != nil || isLink || info.Mode().IsRegular() {
		for _, rel := range ws.paths(real) {
			w.pending.add(rel, op, err != nil, now)
		}
	}
	if err != nil || info.Mode().IsRegular() || !op.Has(fsnotify.Create) {
		return
	}
	for _, f := range ws.folders[filepath.Dir(real)] {
		if n, ok := w.node(f, fs.FileInfoToDirEntry(info)); ok {
			w.addEntry(ctx, &n, op, now)
		}
	}
}

// addEntry adds the event op at a folder or link that is new to what is pending. A
// folder is watched, and all files in it are added.
func (w *Watcher) addEntry(ctx context.Context, n *node, op fsnotify.Op, now time.Time) {
	ws, behind := w.watches, []node{*n}
	var err error
	if n.isLink {
		err = ws.watchLink(n)
	} else if f := n.folder; f.links == 0 || ws.links.enter(&f) {
		behind, err = ws.watch(ctx, &f, func(rel string) { w.pending.add(rel, op, false, now) })
	}
	if err != nil {
		w.pending.addAll(now) // the Rescan finds that there are too few watches
		return
	}
	for i := range behind {
		if n := &behind[i]; n.isLink {
			w.addLink(n, op, now)
		}
	}
}

// addLink adds the event op at a link that is new to what is pending. If files that
// are known may count at other paths from now on, anything may have changed.
func (w *Watcher) addLink(n *node, op fsnotify.Op, now time.Time) {
	if w.counts(n.rel, false) {
		w.pending.add(n.rel, op, false, now) // a file may have been there before
	}
	l := w.watches.links
	switch {
	case n.entry == nil || n.forbidden != "" || len(w.opt.Only) > 0:
	case n.isDir():
		if p, known := l.folder(n.real, w.class(n.rel)); !known || n.place().compare(p) < 0 {
			w.pending.addAll(now)
		}
	default:
		if p, known := l.file(n.real); known && n.place().compare(p) < 0 {
			w.pending.addAll(now)
		} else if !known {
			l.claim(n)
			if published := w.links.Load(); published != nil && published != l {
				published.claim(n)
			}
		}
	}
}
