package watcher

import (
	"context"
	"hash/maphash"
	"slices"
	"time"
)

// scanned is the result of a periodic scan.
type scanned struct {
	replaced *watches // those that were in place when the scan began
	watches  *watches // those to put in their place
	changes  Changes
	files    []fingerprint // of all files on the disk; nil with Rescan
}

// beginScan starts a scan unless one is at work. Without events a scan is a Rescan,
// which is returned at once.
func (w *Watcher) beginScan(ctx context.Context) Changes {
	switch {
	case w.scanning != nil:
		return Changes{}
	case w.watches.src == nil:
		return w.rescan(ctx)
	}
	w.scanning = w.scan(ctx)
	return Changes{}
}

// endScan waits for the scan at work, if any. The end of its context ends it soon.
func (w *Watcher) endScan() {
	if w.scanning != nil {
		s := <-w.scanning
		s.watches.close()
	}
}

// scan makes new watches and compares all files with what was reported, in a
// goroutine and besides the watches in place: with a million files that takes
// seconds, during which events are handled.
func (w *Watcher) scan(ctx context.Context) <-chan scanned {
	s, out := scanned{replaced: w.watches}, make(chan scanned, 1)
	go func() {
		defer func() { out <- s }()
		s.watches, _, _ = newWatches(ctx, w.tree, w.open) // a problem is logged when rescan has it again
		if s.watches.src != nil {
			s.changes, s.files = w.differences(ctx)
		}
	}()
	return out
}

// finishScan puts the new watches in place and returns what differs. If the system
// does not grant twice as many watches, the old ones are closed and new ones made.
func (w *Watcher) finishScan(ctx context.Context, s scanned) Changes {
	w.scanning = nil
	switch {
	case w.watches != s.replaced: // a Rescan has replaced them, and is reported
		s.watches.close()
		w.reported.forget()
		return Changes{}
	case s.watches.src == nil:
		return w.rescan(ctx)
	}
	w.watches.close()
	w.watches, w.broken = s.watches, false
	if s.changes.Rescan {
		w.reported.forget()
	} else {
		w.reported.set(s.files)
	}
	return s.changes
}

// differences walks all files and names those that differ from what was reported,
// and those to report again. It also returns the fingerprints of all files. The
// result is a Rescan where differences cannot be known: it is unknown what was
// reported, something cannot be read, or a file is gone without an event.
func (w *Watcher) differences(ctx context.Context) (Changes, []fingerprint) {
	files, again := w.reported.take()
	known := make(map[uint64]uint64, len(files))
	for _, p := range files {
		known[p.path] = p.stamp
	}
	now, young := make([]fingerprint, 0, len(files)), youngSince(time.Now())
	var c Changes
	for f, err := range w.walk(ctx) {
		if err != nil || len(c.Paths) > maxPaths || files == nil {
			return Changes{Rescan: true}, nil
		}
		p := fingerprintOf(f, young)
		now = append(now, p)
		if before, ok := known[p.path]; (!ok || before != p.stamp || p.stamp == unsure) && !again[f.Path] {
			c.Paths = append(c.Paths, f.Path)
		}
		delete(known, p.path)
	}
	for path := range again {
		delete(known, maphash.String(seed, path))
		c.Paths = append(c.Paths, path)
	}
	if len(known) > 0 || len(c.Paths) > maxPaths {
		return Changes{Rescan: true}, nil
	}
	slices.Sort(c.Paths)
	return c, now
}
