package watcher

import (
	"context"
	"log/slog"
)

// scanned is what a periodic scan has found.
type scanned struct {
	next    *Watcher // its watches were made before the disk was looked at; none if they are not to be had beside the old
	made    int      // Watcher.made at the beginning
	changes Changes
	prints  []print // of what is on the disk; nil with Rescan
	named   map[string]bool
}

// beginScan begins a scan unless one is at work. Without events there is nothing
// to go on beside it, and it is a Rescan at once.
func (w *Watcher) beginScan(ctx context.Context) Changes {
	switch {
	case w.scanning != nil:
		return Changes{}
	case w.src == nil:
		return w.rescan(ctx)
	}
	w.scanning = w.scan(ctx)
	return Changes{}
}

// endScan waits for a scan to end, which the end of its context brings about.
func (w *Watcher) endScan() {
	if w.scanning != nil {
		s := <-w.scanning
		s.next.Close()
	}
}

// scan makes all watches anew and looks at all files, beside the watches that
// are in place: a million files take seconds, in which events go on.
func (w *Watcher) scan(ctx context.Context) <-chan scanned {
	next := &Watcher{root: w.root, opt: w.opt, rules: w.rules, open: w.open, table: newTable()}
	next.opt.Logger = slog.New(slog.DiscardHandler) // what goes wrong is said when it is tried again
	s := scanned{next: next, made: w.made}
	out := make(chan scanned, 1)
	go func() {
		defer func() { out <- s }()
		next.rewatch(ctx)
		if next.src == nil {
			return
		}
		var prints []print
		prints, s.named = w.told.take()
		s.changes, s.prints = w.differences(ctx, prints, s.named)
	}()
	return out
}

// finishScan takes the new watches over and tells what differs. Where there were not
// enough for both, or events have ended, the old go first and nothing is spared.
func (w *Watcher) finishScan(ctx context.Context, s scanned) Changes {
	w.scanning = nil
	switch {
	case w.made != s.made: // all was made anew in the meantime
		s.next.Close()
		w.told.forget()
		return Changes{}
	case s.next.src == nil:
		return w.rescan(ctx)
	}
	w.Close()
	w.src, w.table, w.id, w.tried = s.next.src, s.next.table, s.next.id, s.next.tried
	w.broken = false
	if s.changes.Rescan {
		w.told.forget()
	} else {
		w.told.walked(s.prints)
	}
	return s.changes
}
