// Package watcher tells which files below a folder may have changed. It knows
// nothing of what is in them.
//
// Events are hints and the disk is the truth: a path in [Changes] means "look
// again", and Rescan means "compare everything with what you know". Start (but
// for callers that have compared already, see Run), overflow, lost watches and a
// removed folder all end in Rescan, and each Rescan comes after all watches were
// made anew, so that no watch outlives the path it was made for.
//
// The periodic scan makes all watches anew as well, but beside those in place,
// and names only what is not as Files told it last: a caller with a million files
// is not kept from a save for the seconds that looking at all of them takes.
// Where that cannot be told (nobody has walked Files to its end, a file is gone
// without an event, a folder cannot be read), it is a Rescan too.
//
// In order of reading: this file, run.go (the loop), pending.go (what makes many
// events one update), scan.go and told.go (the periodic scan), table.go (which
// folders are watched), tree.go (what is on the disk), walk.go and files.go (what
// callers read).
package watcher

import (
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
	Rescan bool     // anything may have changed: compare Files with what is known
}

// File is a regular file below the root, or a link to one.
type File struct {
	Path  string // slash-separated, relative to the root
	Stamp Stamp
}

// Options adjusts a Watcher. The zero value watches all files with the
// defaults named here.
type Options struct {
	// Ignore holds gitignore-like patterns, the last match wins: without a
	// slash they match a name at any depth, otherwise a path from the root; a
	// trailing slash matches folders only; "!" takes a match back. Dot-files,
	// node_modules, _site and editors' temporary files are ignored from the
	// start, and "!" takes that back too.
	Ignore []string
	// Include says which files count, by path; nil: all. It must be safe for
	// concurrent use.
	Include func(path string) bool
	// Only, when not empty, names the files of the root that count, whether
	// they exist yet or not. Then folders are not entered, and Ignore and Include
	// do not apply.
	Only []string
	// ScanOnly does without events, for file systems that have none and are not
	// recognised as such.
	ScanOnly bool
	// ScanInterval is the time between scans where events work. Zero: 60 s.
	ScanInterval time.Duration
	// PollInterval is the time between rescans where events do not work, and
	// between looks whether the root is still the same folder. Zero: 2 s.
	PollInterval time.Duration
	// Settle is how long it must be quiet before a change is reported; a
	// vanished path takes four times as long, a burst five times and as long as
	// git holds the lock of its index. A save or a
	// renaming that comes alone is reported after 2 ms where the system says that
	// nobody has the file open for writing any more; where it says that somebody
	// has, the change waits for that up to MaxDelay. Zero: 30 ms.
	Settle time.Duration
	// MaxDelay is how long a change waits for quiet at most. Zero: 5 s.
	MaxDelay time.Duration
	// Logger hears of what a user should mend. Nil: nobody.
	Logger *slog.Logger
}

func (o Options) withDefaults() Options {
	for field, value := range map[*time.Duration]time.Duration{
		&o.ScanInterval: 60 * time.Second,
		&o.PollInterval: 2 * time.Second,
		&o.Settle:       30 * time.Millisecond,
		&o.MaxDelay:     5 * time.Second,
	} {
		if *field <= 0 {
			*field = value
		}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// Watcher watches one folder. Files, Stat and ReadFile are safe for concurrent
// use, also while Run runs and after it ended.
type Watcher struct {
	root  string // absolute, links not resolved: they may change
	opt   Options
	rules rules
	told  told

	// What follows belongs to New, and from then on to Run.
	open    func() (*source, error)
	src     *source     // nil: no events
	table   *table      // what src watches
	pending *pending    // noticed, not yet settled
	id      fs.FileInfo // the root as last seen; nil: gone
	polling bool        // events do not work here
	broken  bool        // src may have lost something
	made    int         // how often watches were made

	scanning <-chan scanned // nil: no scan at work
	tried    time.Time      // when watches were last made
	warned   string         // the last warning, not to be repeated
}

// New begins to watch the folder root: all watches are in place when it returns.
// It fails where root is missing, is no folder or cannot be read, and names
// every faulty pattern. Too few watches are no failure: see Run.
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
	w := &Watcher{
		root: abs, opt: opt, rules: rules, open: open,
		table: newTable(),
	}
	w.pending = newPending(opt.Settle, opt.MaxDelay,
		func(rel string) writing { return writingTo(w.abs(rel)) },
		func() bool { return checkingOut(w.root) })
	w.rewatch(context.Background())
	return w, nil
}

// Close ends the watches of a Watcher that is not run; Run does it by itself.
func (w *Watcher) Close() error {
	if w.src == nil {
		return nil
	}
	err := w.src.shut()
	w.src = nil
	return err
}

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

// reason is err without the operation and the path that the os package adds.
func reason(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

// merge adds what d says to c.
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
