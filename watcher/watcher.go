// Package watcher reports which files below a folder may have changed. It knows
// nothing about their content.
//
// Events are hints, the disk is the truth: a path in [Changes] means "look again",
// and Rescan means "compare all files with what you know". The start (unless the
// caller has walked all files already, see Run), lost events, lost watches and a
// removed folder all lead to a Rescan. Before each Rescan all watches are made again,
// so that none is left at a path that has become another.
//
// A periodic scan also makes all watches again, but besides those in place, and it
// reports only files that differ from what was reported before: with a million files
// comparing all takes seconds, during which a save must not wait. Where differences
// cannot be known, the scan is a Rescan: Files has not been walked to its end, a file
// is gone without an event, or a folder cannot be read. What cannot be read because there
// are no descriptors left is reported again as soon as there are some.
//
// In order of reading: watcher.go, run.go (the loop), pending.go (how many events
// become one update), scan.go and reported.go (the periodic scan), watches.go and
// source.go (which folders are watched), lack.go (no descriptors left), tree.go (which entries of a folder count),
// links.go (by which of several paths), walk.go and read.go (what callers read).
package watcher

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Changes names files to look at again. The receiver owns it.
type Changes struct {
	Paths  []string // slash-separated, relative to the root, ascending, without repetition; empty with Rescan
	Rescan bool     // any file may have changed: compare Files with what is known
}

// File is a regular file below the root, or a link to one.
type File struct {
	Path  string // slash-separated, relative to the root
	Stamp Stamp
}

// Options adjusts a Watcher. The zero Options watch all files, with the defaults
// named here.
type Options struct {
	// Ignore has patterns like those of .gitignore; the last one that matches
	// decides. A pattern without a slash matches a name at any depth, any other
	// a path from the root. With a slash at its end it matches only folders.
	// After "!" it makes what it matches count again. Before all patterns,
	// names that begin with a dot, node_modules, _site and temporary files of
	// editors are ignored.
	Ignore []string
	// Include reports whether the file at a path counts; nil: all do. It must
	// be safe for concurrent use.
	Include func(path string) bool
	// Only, if not empty, names the files in the root that count, also those
	// that do not exist yet. Then no folder is entered, and Ignore and Include
	// are not used.
	Only []string
	// Follow says which symbolic links below the root are followed. It has no
	// effect on files that Only names.
	Follow Follow
	// Class tells folders apart by their paths: in two of one class files of
	// equal names count, or neither does, as far as Include decides. A folder
	// that paths of several classes lead to is looked into once for each. Nil:
	// all are of one class. It must be safe for concurrent use.
	Class func(folder string) int
	// ScanOnly is for file systems without events that are not recognised: there
	// is a Rescan each PollInterval.
	ScanOnly bool
	// ScanInterval is the time between scans where events work. Zero: 60 s.
	ScanInterval time.Duration
	// PollInterval is the time between Rescans where events do not work, and
	// between checks that the root is still the same folder. Zero: 2 s.
	PollInterval time.Duration
	// Settle is the time without further changes after which a change is
	// reported. It is four times as long if a path is gone, and five times with
	// more than 64 paths; several changes also wait while git holds the lock of
	// its index. A single save or renaming is reported after 2 ms if the system
	// says that no program has the file open for writing; if one has, it waits
	// until the file is closed. Zero: 30 ms.
	Settle time.Duration
	// MaxDelay is how long a change waits at most. Zero: 5 s.
	MaxDelay time.Duration
	// Logger receives what a user can do something about. Nil: it is not logged.
	Logger *slog.Logger
}

func (o Options) withDefaults() Options {
	o.ScanInterval = cmp.Or(max(o.ScanInterval, 0), 60*time.Second)
	o.PollInterval = cmp.Or(max(o.PollInterval, 0), 2*time.Second)
	o.Settle = cmp.Or(max(o.Settle, 0), 30*time.Millisecond)
	o.MaxDelay = cmp.Or(max(o.MaxDelay, 0), 5*time.Second)
	o.Logger = cmp.Or(o.Logger, slog.New(slog.DiscardHandler))
	return o
}

// Watcher watches one folder. Files, Stat and ReadFile are safe for concurrent use,
// also during and after Run.
type Watcher struct {
	*tree
	open     func() (*source, error)
	reported reported

	// The fields below are used by New, and then by the loop of Run alone.
	watches  *watches
	pending  *pending       // changes that have not settled
	polling  bool           // events do not work here
	broken   bool           // events may have been lost
	scanning <-chan scanned // nil: no scan is at work
	problem  string         // the last one logged, so that it is not repeated
}

// New starts to watch the folder root: all watches are in place when it returns. It
// fails if root is missing, is not a folder or cannot be read, or if patterns are
// not valid: the error names all of them. Too few watches are no error, see Run.
//
// The caller must call either Run or Close.
func New(root string, opt Options) (*Watcher, error) { return newWatcher(root, opt, openSource) }

func newWatcher(root string, opt Options, open func() (*source, error)) (*Watcher, error) {
	opt = opt.withDefaults()
	rules, err := parseIgnore(opt.Ignore)
	if err := errors.Join(err, checkNames(opt.Only), checkFolder(root)); err != nil {
		return nil, err
	}
	abs, err := filepath.Abs(root)
	if err != nil {
		return nil, fmt.Errorf("watch %s: %w", root, err)
	}
	w := &Watcher{tree: &tree{root: abs, opt: opt, rules: rules, lack: newLack(abs)}, open: open, watches: &watches{}}
	w.pending = newPending(opt.Settle, opt.MaxDelay,
		func(rel string) writing { return writingTo(w.abs(rel)) },
		func() bool { return checkingOut(w.root) })
	w.rewatch(context.Background())
	return w, nil
}

// Close ends the watches of a Watcher whose Run is not called. Run calls it.
func (w *Watcher) Close() error { return w.watches.close() }

func checkNames(only []string) error {
	var errs []error
	for _, name := range only {
		if !fs.ValidPath(name) || name == "." || strings.Contains(name, "/") {
			errs = append(errs, fmt.Errorf("watch %q: not a file name", name))
		}
	}
	return errors.Join(errs...)
}

func checkFolder(root string) error {
	info, err := os.Stat(root)
	if err == nil && !info.IsDir() {
		err = errors.New("not a folder")
	}
	if err == nil {
		_, err = os.ReadDir(root)
	}
	if err != nil {
		return fmt.Errorf("watch %s: %w", root, reason(err))
	}
	return nil
}

// reason returns err without the operation and the path that package os adds.
func reason(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

// merge adds d to c.
func (c *Changes) merge(d Changes) {
	if c.Rescan || d.Rescan {
		*c = Changes{Rescan: true}
		return
	}
	paths := slices.Concat(c.Paths, d.Paths)
	slices.Sort(paths)
	c.Paths = slices.Compact(paths)
	if len(c.Paths) > maxPaths {
		*c = Changes{Rescan: true}
	}
}

func (c *Changes) empty() bool { return !c.Rescan && len(c.Paths) == 0 }
