package builder

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/ledger"
	"feedmill/watcher"
)

// stuck is a disk on which looking at some files, reading them, or walking over them, takes
// until they are released.
type stuck struct {
	*disk
	read, stat func(path string) bool // which hang; nil for none
	walk       atomic.Bool
	release    chan struct{}

	mu     sync.Mutex
	at     map[string]int // how many hang now, by path
	most   int            // how many have hung at a time
	starts map[string]int // how many were begun
}

func newStuck(d *disk) *stuck {
	none := func(string) bool { return false }
	return &stuck{disk: d, read: none, stat: none, release: make(chan struct{}), at: map[string]int{}, starts: map[string]int{}}
}

func (s *stuck) wait(path string) {
	s.mu.Lock()
	s.at[path]++
	s.starts[path]++
	s.most = max(s.most, len(s.at))
	s.mu.Unlock()
	<-s.release
	s.mu.Lock()
	delete(s.at, path)
	s.mu.Unlock()
}

func (s *stuck) ReadFile(path string, buf []byte, limit int64) ([]byte, watcher.Stamp, error) {
	if s.read(path) {
		s.wait(path)
	}
	return s.disk.ReadFile(path, buf, limit)
}

func (s *stuck) Stat(path string) (watcher.File, error) {
	if s.stat(path) {
		s.wait(path)
	}
	return s.disk.Stat(path)
}

func (s *stuck) Files(ctx context.Context) iter.Seq2[watcher.File, error] {
	return func(yield func(watcher.File, error) bool) {
		if s.walk.Load() {
			s.wait("walk")
		}
		for f, err := range s.disk.Files(ctx) {
			if !yield(f, err) {
				return
			}
		}
	}
}

// only is a function that is true of one path.
func only(path string) func(string) bool { return func(p string) bool { return p == path } }

func dated(title string, day int) string {
	return fmt.Sprintf("---\ntitle: %s\ndate: 1999-01-%02d\n---\ntext\n", title, day)
}

// running runs a builder in a bubble, until the function that is returned.
func running(t *testing.T, b *Builder) (changes chan<- watcher.Changes, stop func()) {
	in := make(chan watcher.Changes)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- b.Run(ctx, in) }()
	return in, func() {
		t.Helper()
		cancel()
		before := time.Now()
		if err := <-done; err != nil || time.Since(before) > 2*time.Second {
			t.Errorf("ended after %s: %v", time.Since(before), err)
		}
	}
}

func problemsOf(b *Builder) string {
	var all []string
	for _, p := range b.Report().Problems {
		all = append(all, p.Error())
	}
	return strings.Join(all, "\n")
}

// TestSlowFileDelaysOnlyItself: a round goes on without a file whose reading hangs, and
// takes it in when that ends, without reading it again.
func TestSlowFileDelaysOnlyItself(t *testing.T) {
	for name, hang := range map[string]func(*stuck){
		"read": func(s *stuck) { s.read = only("slow.md") },
		"stat": func(s *stuck) { s.stat = only("slow.md") },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDisk()
				d.write("slow.md", dated("Old", 1))
				d.write("a.md", dated("A", 2))
				s := newStuck(d)
				var log strings.Builder
				b := impatient(s, func(o *Options) { o.Logger = textLogger(&log) })
				in, stop := running(t, b)
				in <- watcher.Changes{Rescan: true}
				synctest.Wait()
				hang(s)
				d.write("slow.md", dated("New", 4))
				d.write("b.md", dated("B", 3))
				began := time.Now()
				in <- watcher.Changes{Paths: []string{"b.md", "slow.md"}}
				for titles(b) != "B A Old" {
					if time.Sleep(10 * time.Millisecond); time.Since(began) > 5*time.Second {
						t.Fatalf("after %s: %s", time.Since(began), titles(b))
					}
				}
				if took := time.Since(began); took > patience+patience/4 {
					t.Errorf("the other file took %s", took)
				}
				if p := problemsOf(b); p != "" {
					t.Errorf("too early: %s", p)
				}
				synctest.Wait()
				d.write("c.md", dated("C", 5))
				in <- watcher.Changes{Paths: []string{"c.md", "slow.md"}}
				in <- watcher.Changes{Rescan: true}
				synctest.Wait()
				if got := titles(b); got != "C B A Old" || s.starts["slow.md"] != 1 {
					t.Errorf("%s, begun %d times", got, s.starts["slow.md"])
				}
				time.Sleep(readBudget)
				synctest.Wait()
				if p := problemsOf(b); !strings.HasPrefix(p, "slow.md: reading it has not ended within 10s") || strings.Count(log.String(), "path=slow.md") != 1 {
					t.Errorf("problems %q, log %s", p, &log)
				}
				if kept := b.Report().Kept["slow.md"]; !kept.Equal(began) {
					t.Errorf("kept since %v, want %v", kept, began)
				}
				s.read, s.stat = only(""), only("")
				reads := d.reads
				close(s.release)
				synctest.Wait()
				if got := titles(b); got != "C New B A" || problemsOf(b) != "" {
					t.Errorf("afterwards: %s, problems %q", got, problemsOf(b))
				}
				if d.reads != reads+1 {
					t.Errorf("read %d times at the end", d.reads-reads)
				}
				stop()
			})
		})
	}
}

// TestSlowFileIsAnotherByThen: what was read while the file changed is not taken.
func TestSlowFileIsAnotherByThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk()
		d.write("slow.md", dated("One", 1))
		d.write("gone.md", dated("Gone", 2))
		s := newStuck(d)
		b := impatient(s, nil)
		in, stop := running(t, b)
		in <- watcher.Changes{Rescan: true}
		synctest.Wait()
		late := &lateRead{stuck: s} // reads first, and hangs then
		b.src = late
		d.write("slow.md", dated("Two", 1))
		d.write("gone.md", dated("Going", 2))
		in <- watcher.Changes{Paths: []string{"gone.md", "slow.md"}}
		time.Sleep(2 * patience)
		synctest.Wait()
		d.write("slow.md", dated("Three", 1))
		d.remove("gone.md")
		in <- watcher.Changes{Paths: []string{"gone.md", "slow.md"}}
		synctest.Wait()
		if got := titles(b); got != "Gone One" {
			t.Errorf("while it hangs: %s", got)
		}
		close(s.release)
		synctest.Wait()
		if got := titles(b); got != "Three" || len(b.hanging.read) != 0 || len(b.hanging.below) != 0 {
			t.Errorf("afterwards: %s, and %d results are left", got, len(b.hanging.read))
		}
		stop()
	})
}

type lateRead struct{ *stuck }

func (l *lateRead) ReadFile(path string, buf []byte, limit int64) ([]byte, watcher.Stamp, error) {
	src, stamp, err := l.disk.ReadFile(path, buf, limit)
	l.wait(path)
	return src, stamp, err
}

// TestFirstRoundHangs: the first round waits for the budget, not for ever, and does not wait
// for one file after the other.
func TestFirstRoundHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk()
		for i := range 200 {
			d.write(fmt.Sprintf("far/%d/%03d.md", i%3, i), dated("Far", 1))
			d.write(fmt.Sprintf("near/%03d.md", i), dated("Near", 2))
		}
		s := newStuck(d)
		s.read = func(path string) bool { return strings.HasPrefix(path, "far/") }
		memory := ledger.Memory()
		b := impatient(s, func(o *Options) { o.Ledger = memory })
		began := time.Now()
		if err := b.Apply(t.Context(), watcher.Changes{Rescan: true}); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took < readBudget || took > 3*readBudget {
			t.Errorf("took %s", took)
		}
		synctest.Wait()
		if n := b.Report().Articles; n != 200 {
			t.Errorf("%d articles, want 200", n)
		}
		if s.most > 2*maxHangingIn+2 {
			t.Errorf("%d hung at a time", s.most)
		}
		if p := problemsOf(b); !strings.Contains(p, "far/0: reading") || !strings.Contains(p, "no others in it are read until that ends") {
			t.Errorf("problems: %s", p)
		}
		in, stop := running(t, b)
		s.read = only("")
		close(s.release)
		synctest.Wait()
		if n := b.Report().Articles; n != 400 || problemsOf(b) != "" {
			t.Errorf("%d articles afterwards, want 400; problems: %s", n, problemsOf(b))
		}
		in <- watcher.Changes{Rescan: true}
		stop()
	})
}

// TestStopping ends a round at once, whatever hangs, and leaves everything as it was.
func TestStopping(t *testing.T) {
	for name, hang := range map[string]func(*stuck){
		"read": func(s *stuck) { s.read = only("b.md") },
		"stat": func(s *stuck) { s.stat = only("b.md") },
		"walk": func(s *stuck) { s.walk.Store(true) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDisk()
				d.write("a.md", dated("A", 1))
				s := newStuck(d)
				b := impatient(s, nil)
				scan(t, b)
				hang(s)
				d.write("a.md", dated("X", 1))
				d.write("b.md", dated("B", 2))
				in, stop := running(t, b)
				in <- watcher.Changes{Paths: []string{"a.md", "b.md"}, Rescan: name == "walk"}
				time.Sleep(patience / 2)
				stop()
				synctest.Wait()
				if got := titles(b); got != "A" {
					t.Errorf("the feed holds %q", got)
				}
				s.walk.Store(false)
				s.read, s.stat = only(""), only("")
				close(s.release)
				synctest.Wait()
				if err := b.Apply(t.Context(), watcher.Changes{Rescan: true}); err != nil || titles(b) != "B X" {
					t.Errorf("afterwards it holds %q, %v", titles(b), err)
				}
			})
		})
	}
}

// TestWalkHangs: a look at all files that hangs is given up; single files are read
// meanwhile, and all files are looked at when it has ended.
func TestWalkHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk()
		d.write("a.md", dated("A", 1))
		s := newStuck(d)
		var log strings.Builder
		b := impatient(s, func(o *Options) { o.Logger = textLogger(&log) })
		in, stop := running(t, b)
		in <- watcher.Changes{Rescan: true}
		synctest.Wait()
		s.walk.Store(true)
		d.write("b.md", dated("B", 2))
		began := time.Now()
		in <- watcher.Changes{Rescan: true}
		d.write("c.md", dated("C", 3))
		in <- watcher.Changes{Paths: []string{"c.md"}}
		synctest.Wait()
		if took := time.Since(began); took > 2*walkBudget {
			t.Errorf("held up for %s", took)
		}
		if got := titles(b); got != "C A" || !strings.Contains(log.String(), "has not found another file for 30s") {
			t.Errorf("%s, log: %s", got, &log)
		}
		in <- watcher.Changes{Rescan: true}
		synctest.Wait()
		if s.starts["walk"] != 1 {
			t.Errorf("%d walks hang", s.starts["walk"])
		}
		s.walk.Store(false)
		close(s.release)
		synctest.Wait()
		if got := titles(b); got != "C B A" {
			t.Errorf("afterwards: %s", got)
		}
		stop()
	})
}

// TestLostTextHangs: a document whose article has to be read from its file again does not
// wait for a file system that hangs.
func TestLostTextHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk()
		d.write("a.md", dated("A", 1))
		s := newStuck(d)
		s.read = only("a.md")
		b := impatient(s, nil)
		for range 3 {
			began := time.Now()
			if _, err := b.readAgain("a.md"); !errors.Is(err, errHanging) || time.Since(began) > 2*patience {
				t.Errorf("after %s: %v", time.Since(began), err)
			}
		}
		synctest.Wait()
		if s.starts["a.md"] != 1 {
			t.Errorf("begun %d times", s.starts["a.md"])
		}
		close(s.release)
		synctest.Wait()
		if src, err := b.readAgain("a.md"); err != nil || string(src) != dated("A", 1) {
			t.Errorf("%q, %v", src, err)
		}
	})
}

// TestHangingFolders bounds what hangs below each folder, and names the innermost.
func TestHangingFolders(t *testing.T) {
	h := newHanging(testBuilder(newDisk(), nil, nil).opt.Logger)
	for i := range maxHangingIn {
		h.begin(fmt.Sprintf("a/b/%d.md", i), time.Now())
	}
	for path, hinders := range map[string]bool{"a/b/x.md": true, "a/x.md": true, "a/c/x.md": true, "x.md": false, "b/x.md": false, "ab/x.md": false} {
		if h.hinders(path) != hinders {
			t.Errorf("%s may be read: %v", path, hinders)
		}
	}
	if dirs := h.crowded(); !slices.Equal(dirs, []string{"a/b"}) {
		t.Errorf("named: %s", dirs)
	}
	for i := range maxHanging - maxHangingIn {
		h.begin(fmt.Sprintf("%d.md", i), time.Now())
	}
	if !h.hinders("x.md") {
		t.Errorf("%d files may hang", len(h.files)+1)
	}
	for i := range maxHangingIn {
		h.end(loaded{path: fmt.Sprintf("a/b/%d.md", i), err: fs.ErrNotExist})
	}
	if len(h.below) != 0 || h.hinders("a/b/x.md") {
		t.Errorf("what has ended still counts: %v", h.below)
	}
	if _, all := h.due(); !all {
		t.Error("files that were put off are not looked at")
	}
}

// TestManyHang: more files than there is room for in the queue, all of which hang,
// end with the round.
func TestManyHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk()
		for i := range 3000 {
			d.write(fmt.Sprintf("%04d.md", i), dated("T", 1))
		}
		s := newStuck(d)
		s.read = func(string) bool { return true }
		b := impatient(s, nil)
		if err := b.Apply(t.Context(), watcher.Changes{Rescan: true}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if b.Report().Articles != 0 || s.most > maxHanging+maxRelief+2 {
			t.Errorf("%d hung at a time", s.most)
		}
		if p := problemsOf(b); !strings.Contains(p, "no others are read until that ends") {
			t.Errorf("problems: %.200s", p)
		}
		ctx, stop := context.WithCancel(t.Context())
		stop()
		if err := b.Apply(ctx, watcher.Changes{Rescan: true}); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		close(s.release)
		synctest.Wait()
		for range 2 {
			scan(t, b)
		}
		if n := b.Snapshot().Listing(feeds.Key{}).Count; n != 3000 {
			t.Errorf("%d articles afterwards", n)
		}
	})
}

// impatient is a builder that goes on without files as that of users does.
func impatient(src Source, change func(*Options)) *Builder {
	return testBuilder(src, nil, func(o *Options) {
		if o.Patience = 0; change != nil {
			change(o)
		}
	})
}
