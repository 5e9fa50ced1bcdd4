package watcher

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fsnotify/fsnotify"
)

// bubble is a running watcher of real files whose events are made by the test, in a
// synctest bubble: time passes when all goroutines wait.
type bubble struct {
	t      *testing.T
	root   string
	w      *Watcher
	out    chan Changes
	log    bytes.Buffer
	cancel context.CancelFunc
	done   chan error

	mu      sync.Mutex
	state   map[string]writing // of files, by path; a missing one is unknown
	openErr error
	room    int // watches that a source may have
	opened  int
	events  chan fsnotify.Event // of the source opened last
	errs    chan error
}

// inBubble calls test after the first Rescan. All goroutines must end with it.
func inBubble(t *testing.T, opt Options, entries []string, test func(b *bubble)) {
	t.Helper()
	root, err := filepath.EvalSymlinks(makeTree(t, entries...))
	check(t, err)
	synctest.Test(t, func(t *testing.T) {
		b := &bubble{t: t, root: root, out: make(chan Changes), done: make(chan error, 1), room: 1 << 20}
		b.run(opt)
		b.rescanAfter(0)
		test(b)
		b.cancel()
		check(t, <-b.done)
	})
}

func (b *bubble) run(opt Options) {
	opt.Logger = slog.New(slog.NewTextHandler(&b.log, nil))
	w, err := newWatcher(b.root, opt, b.open)
	check(b.t, err)
	w.pending.writing = b.writing
	b.w = w
	ctx, cancel := context.WithCancel(b.t.Context())
	b.cancel = cancel
	go func() { b.done <- w.Run(ctx, b.out) }()
}

func (b *bubble) open() (*source, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.opened++
	if b.openErr != nil {
		return nil, b.openErr
	}
	events, left := make(chan fsnotify.Event), b.room
	b.events, b.errs = events, make(chan error)
	add := func(string) error {
		if left--; left < 0 {
			return syscall.ENOSPC
		}
		return nil
	}
	return newSource(events, b.errs, add, func() error { close(events); return nil }), nil
}

func (b *bubble) writing(rel string) writing {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.state[rel]
}

// are sets whether files are open for writing.
func (b *bubble) are(state writing, rels ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.state == nil {
		b.state = map[string]writing{}
	}
	for _, rel := range rels {
		b.state[rel] = state
	}
}

// grant sets how many watches sources may have that are opened from now on.
func (b *bubble) grant(room int, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.room, b.openErr = room, err
}

func (b *bubble) emit(op fsnotify.Op, rels ...string) {
	synctest.Wait()
	for _, rel := range rels {
		b.events <- fsnotify.Event{Name: filepath.Join(b.root, filepath.FromSlash(rel)), Op: op}
	}
	synctest.Wait()
}

func (b *bubble) fail(err error) {
	synctest.Wait()
	b.errs <- err
}

// after fails the test unless the next changes come exactly after want.
func (b *bubble) after(want time.Duration) Changes {
	b.t.Helper()
	begin := time.Now()
	c := <-b.out
	if took := time.Since(begin); took != want {
		b.t.Errorf("%+v came after %v, want %v", c, took, want)
	}
	synctest.Wait()
	return c
}

func (b *bubble) pathsAfter(want time.Duration, paths ...string) {
	b.t.Helper()
	if c := b.after(want); c.Rescan || !slices.Equal(c.Paths, paths) {
		b.t.Errorf("changes %+v, want %q", c, paths)
	}
}

func (b *bubble) rescanAfter(want time.Duration) {
	b.t.Helper()
	if c := b.after(want); !c.Rescan {
		b.t.Errorf("changes %+v, want Rescan", c)
	}
}

// pass waits for d and fails the test if changes come.
func (b *bubble) pass(d time.Duration) {
	b.t.Helper()
	select {
	case c := <-b.out:
		b.t.Errorf("%+v came within %v", c, d)
	case <-time.After(d):
	}
}

func (b *bubble) logged(text string, times int) {
	b.t.Helper()
	synctest.Wait()
	if n := strings.Count(b.log.String(), text); n != times {
		b.t.Errorf("%q logged %d times, want %d; the log:\n%s", text, n, times, b.log.String())
	}
}

const ms = time.Millisecond

func TestSettle(t *testing.T) {
	inBubble(t, Options{}, []string{"a.md", "b.md", "c/d.md"}, func(b *bubble) {
		b.emit(fsnotify.Write, "a.md")
		b.pathsAfter(30*ms, "a.md")

		b.emit(fsnotify.Create|fsnotify.Write|fsnotify.Chmod, "a.md")
		b.pass(20 * ms)
		b.emit(fsnotify.Write, "c/d.md")
		b.pathsAfter(30*ms, "a.md", "c/d.md")

		b.emit(fsnotify.Remove, "gone.md")
		b.pathsAfter(120*ms, "gone.md")
		b.emit(fsnotify.Rename, "gone.md")
		b.emit(fsnotify.Create, "b.md")
		b.pathsAfter(120*ms, "b.md", "gone.md")
	})
}

// An editor that deletes a file and creates it 100 ms later causes one update.
func TestDeleteAndCreate(t *testing.T) {
	inBubble(t, Options{}, []string{"b.md"}, func(b *bubble) {
		b.emit(fsnotify.Remove, "a.md")
		b.pass(100 * ms)
		write(t, filepath.Join(b.root, "a.md"), "back")
		b.emit(fsnotify.Create, "a.md")
		b.pathsAfter(30*ms, "a.md")
	})
}

// A file that is written all the time delays only itself, and only for MaxDelay.
func TestRestlessFile(t *testing.T) {
	inBubble(t, Options{}, []string{"log.md", "a.md"}, func(b *bubble) {
		stop := make(chan struct{})
		go func() {
			for {
				b.events <- fsnotify.Event{Name: filepath.Join(b.root, "log.md"), Op: fsnotify.Write}
				select {
				case <-stop:
					return
				case <-time.After(7 * ms):
				}
			}
		}()
		b.pass(1000 * ms)
		b.emit(fsnotify.Write, "a.md")
		begin := time.Now()
		if c := <-b.out; !slices.Equal(c.Paths, []string{"a.md"}) || time.Since(begin) > 60*ms {
			t.Errorf("beside a restless file %+v came after %v", c, time.Since(begin))
		}
		if c := <-b.out; !slices.Equal(c.Paths, []string{"log.md"}) || time.Since(begin) > 4000*ms {
			t.Errorf("the restless file: %+v came after %v", c, time.Since(begin))
		}
		close(stop)
		<-b.out
	})
}

func TestBurst(t *testing.T) {
	var names []string
	for i := range 2 * burstPaths {
		names = append(names, fmt.Sprintf("%03d.md", i))
	}
	inBubble(t, Options{}, names, func(b *bubble) {
		for _, name := range names[:burstPaths+1] {
			b.emit(fsnotify.Write, name)
		}
		b.pass(140 * ms)
		b.emit(fsnotify.Write, names[burstPaths+1:]...)
		b.pathsAfter(150*ms, names...)

		// a further path each 20 ms, so that the changes never settle
		begin, c := time.Now(), Changes{}
		for i := 0; c.empty(); i++ {
			b.emit(fsnotify.Remove, fmt.Sprint("x", i, ".md"))
			select {
			case c = <-b.out:
			case <-time.After(20 * ms):
			}
		}
		if took := time.Since(begin); took != 5*time.Second {
			t.Errorf("an endless burst was reported after %v, want MaxDelay", took)
		}
	})
}

func TestManyPathsAreARescan(t *testing.T) {
	inBubble(t, Options{}, []string{"a.md"}, func(b *bubble) {
		for i := range maxPaths + 1 {
			b.events <- fsnotify.Event{Name: filepath.Join(b.root, fmt.Sprint(i)), Op: fsnotify.Remove}
		}
		if c := <-b.out; !c.Rescan {
			t.Errorf("%d paths came as a list", len(c.Paths))
		}
	})
}

func TestBusyReceiver(t *testing.T) {
	inBubble(t, Options{}, []string{"a.md", "b.md", "c.md"}, func(b *bubble) {
		for _, name := range []string{"c.md", "a.md", "b.md", "a.md"} {
			b.emit(fsnotify.Write, name)
			<-time.After(50 * ms)
		}
		b.pathsAfter(0, "a.md", "b.md", "c.md")
		b.emit(fsnotify.Write, "a.md")
		<-time.After(50 * ms)
		b.fail(fsnotify.ErrEventOverflow)
		<-time.After(500 * ms)
		b.emit(fsnotify.Write, "b.md")
		<-time.After(50 * ms)
		b.rescanAfter(0)
		b.pass(10 * time.Second)
	})
}

func TestPeriodicScan(t *testing.T) {
	inBubble(t, Options{}, []string{"a.md"}, func(b *bubble) {
		b.rescanAfter(60 * time.Second)
		<-time.After(90 * time.Second) // a slow receiver
		b.rescanAfter(0)
		b.rescanAfter(60 * time.Second)
		if b.opened != 4 {
			t.Errorf("watches were made %d times, want 4", b.opened)
		}
	})
}

func TestOverflow(t *testing.T) {
	inBubble(t, Options{}, []string{"a.md"}, func(b *bubble) {
		b.emit(fsnotify.Write, "a.md")
		b.fail(fsnotify.ErrEventOverflow)
		b.rescanAfter(120 * ms)
		if b.opened != 2 {
			t.Errorf("watches were made %d times, want again", b.opened)
		}
		b.emit(fsnotify.Write, "a.md")
		b.pathsAfter(30*ms, "a.md")
	})
}

// The queue of events is bounded, as the kernel's is.
func TestQueueOverflow(t *testing.T) {
	var b batch
	for i := range maxQueue + 1 {
		b.addEvent(fsnotify.Event{Name: fmt.Sprint(i), Op: fsnotify.Write})
	}
	if !b.overflow || len(b.ops) != 1 {
		t.Errorf("overflow %v, %d operations; want an overflow and the last", b.overflow, len(b.ops))
	}
}

// After an error, or if events end, everything is watched again at the next check.
func TestErrors(t *testing.T) {
	inBubble(t, Options{}, []string{"a.md"}, func(b *bubble) {
		b.fail(errors.New("short read"))
		b.rescanAfter(2*time.Second + 120*ms)
		b.logged("short read", 1)
		b.emit(fsnotify.Write, "a.md")
		b.pathsAfter(30*ms, "a.md")
		if b.opened != 2 {
			t.Errorf("watches were made %d times, want again", b.opened)
		}
	})
}

func TestTooFewWatches(t *testing.T) {
	entries := []string{"a/b/c.md", "d/e.md"}
	for name, test := range map[string]struct {
		room   int
		err    error
		advice string
	}{
		"watches":   {2, nil, "raise fs.inotify.max_user_watches"},
		"instances": {9, syscall.EMFILE, "raise fs.inotify.max_user_instances"},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, Options{}, entries, func(b *bubble) {
				b.grant(test.room, test.err)
				b.rescanAfter(60 * time.Second) // at the end of which the lack is found
				for range 40 {
					b.rescanAfter(2 * time.Second)
				}
				b.logged(test.advice, 1)
				if b.opened != 4 { // the second besides the watches in place
					t.Errorf("tried %d times in 140 s, want 4", b.opened)
				}
				b.grant(9, nil)
				for range 20 { // until the minute is over
					b.rescanAfter(2 * time.Second)
				}
				b.logged("watching again", 1)
				b.pass(10 * time.Second)
				b.emit(fsnotify.Write, "a/b/c.md")
				b.pathsAfter(30*ms, "a/b/c.md")
			})
		})
	}
}

// The watch of a new folder may be the one that is not granted.
func TestLastWatch(t *testing.T) {
	inBubble(t, Options{}, []string{"a.md"}, func(b *bubble) {
		b.grant(1, nil)
		b.fail(fsnotify.ErrEventOverflow)
		b.rescanAfter(120 * ms)
		write(t, filepath.Join(b.root, "new", "b.md"), "")
		b.emit(fsnotify.Create, "new")
		b.rescanAfter(120 * ms)
		b.logged("max_user_watches", 1)
		b.rescanAfter(2 * time.Second)
	})
}

func TestScanOnly(t *testing.T) {
	inBubble(t, Options{ScanOnly: true, PollInterval: 500 * ms}, []string{"a.md"}, func(b *bubble) {
		for range 300 {
			b.rescanAfter(500 * ms)
		}
		if b.opened != 0 {
			t.Error("it opened a source of events")
		}
	})
}

// Run ends though nobody receives, and though events are pending.
func TestEndWhileBusy(t *testing.T) {
	inBubble(t, Options{}, []string{"a.md"}, func(b *bubble) {
		b.emit(fsnotify.Write, "a.md")
		<-time.After(time.Second)
		b.emit(fsnotify.Write, "a.md")
	})
}

func TestCloseWithoutRun(t *testing.T) {
	root := makeTree(t, "a.md")
	synctest.Test(t, func(t *testing.T) {
		b := &bubble{t: t, room: 9}
		w, err := newWatcher(root, Options{}, b.open)
		check(t, err)
		check(t, w.Close())
		check(t, w.Close())
	})
}
