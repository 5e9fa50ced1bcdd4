package watcher

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
)

func TestLoneCompleteSave(t *testing.T) {
	inBubble(t, Options{}, []string{"a.md", "b.md", "c.md"}, func(b *bubble) {
		b.are(complete, "a.md", "b.md")
		b.emit(fsnotify.Create|fsnotify.Write, "a.md")
		b.pathsAfter(2*ms, "a.md")

		// a change soon after another is not lone, even of the same path
		b.pass(27 * ms)
		b.emit(fsnotify.Write, "a.md")
		b.pathsAfter(30*ms, "a.md")
		b.emit(fsnotify.Write, "b.md")
		b.pathsAfter(2*ms, "b.md")

		// two paths are no lone save
		b.pass(30 * ms)
		b.emit(fsnotify.Write, "a.md")
		b.pass(1 * ms)
		b.emit(fsnotify.Write, "b.md")
		b.pathsAfter(30*ms, "a.md", "b.md")

		// the wait begins again with each event of a save
		b.pass(30 * ms)
		for range 8 {
			b.emit(fsnotify.Write, "a.md")
			b.pass(1 * ms)
		}
		b.pathsAfter(1*ms, "a.md")

		// it is unknown whether a program writes
		b.pass(30 * ms)
		b.emit(fsnotify.Write, "c.md")
		b.pathsAfter(30*ms, "c.md")
	})
}

// A file that a program has open for writing is checked again in growing intervals
// until it is closed, but not for longer than MaxDelay.
func TestBusyFile(t *testing.T) {
	inBubble(t, Options{}, []string{"a.md", "b.md"}, func(b *bubble) {
		b.are(busy, "a.md")
		b.emit(fsnotify.Write, "a.md")
		b.pass(4500 * time.Microsecond)
		b.are(complete, "a.md")
		b.pathsAfter(500*time.Microsecond, "a.md")

		b.pass(30 * ms)
		b.are(busy, "a.md")
		b.emit(fsnotify.Write, "a.md")
		b.pass(time.Second)
		b.emit(fsnotify.Write, "b.md")
		b.pathsAfter(30*ms, "b.md")
		b.pass(3960 * ms)
		b.pathsAfter(10*ms, "a.md")

		b.pass(30 * ms)
		b.emit(fsnotify.Write, "a.md")
		begin := time.Now()
		if c := <-b.out; time.Since(begin) < 5*time.Second || time.Since(begin) > 5030*ms {
			t.Errorf("a file that is never closed: %+v after %v", c, time.Since(begin))
		}
	})
}

func TestLoneRename(t *testing.T) {
	inBubble(t, Options{}, []string{"new.md", "b.md"}, func(b *bubble) {
		b.are(complete, "new.md", "b.md")
		b.emit(fsnotify.Rename, "old.md")
		b.pass(1 * ms)
		b.emit(fsnotify.Create, "new.md")
		b.pathsAfter(2*ms, "new.md", "old.md")

		b.pass(30 * ms)
		b.emit(fsnotify.Remove, "old.md") // an editor may create it again
		b.emit(fsnotify.Create, "new.md")
		b.pathsAfter(120*ms, "new.md", "old.md")

		b.emit(fsnotify.Rename, "old.md") // it was moved out, or an editor will create it again
		b.pathsAfter(120*ms, "old.md")
		b.emit(fsnotify.Rename, "old.md")
		b.emit(fsnotify.Write, "b.md")
		b.pathsAfter(120*ms, "b.md", "old.md")
	})
}

// Both names of a renamed file are reported together, so that the caller can see that
// it is the same file, also if the file is still being written.
func TestRenamedAndBusy(t *testing.T) {
	for _, others := range [][]string{nil, {"b.md"}} {
		inBubble(t, Options{}, []string{"new.md", "b.md"}, func(b *bubble) {
			b.are(busy, "new.md")
			b.emit(fsnotify.Rename, "old.md")
			b.emit(fsnotify.Create, "new.md")
			b.emit(fsnotify.Write, others...)
			if others != nil {
				b.pathsAfter(120*ms, others...)
			}
			b.pass(200 * ms)
			b.are(complete, "new.md")
			if c := <-b.out; !slices.Equal(c.Paths, []string{"new.md", "old.md"}) {
				t.Errorf("changes %+v, want both names", c)
			}
		})
	}
}

// Of many files that are saved one after the other the first may be reported early;
// the rest are one update.
func TestSlowBurst(t *testing.T) {
	names := []string{"0.md", "1.md", "2.md", "3.md", "4.md", "5.md"}
	inBubble(t, Options{}, names, func(b *bubble) {
		b.are(complete, names...)
		b.emit(fsnotify.Write, "0.md")
		b.pathsAfter(2*ms, "0.md")
		for _, name := range names[1:] {
			b.pass(20 * ms)
			b.emit(fsnotify.Write, name)
		}
		b.pathsAfter(30*ms, names[1:]...)
	})
}

// As long as git holds its lock, a pause in a checkout is not its end.
func TestCheckoutPauses(t *testing.T) {
	var names []string
	for i := range burstPaths + 2 {
		names = append(names, fmt.Sprintf("%03d.md", i))
	}
	inBubble(t, Options{}, append(names, ".git/index.lock"), func(b *bubble) {
		lock := filepath.Join(b.root, ".git", "index.lock")
		last := len(names) - 1
		b.emit(fsnotify.Write, names[:last]...)
		b.pass(2 * time.Second)
		b.emit(fsnotify.Write, names[last])
		check(t, os.Remove(lock))
		b.pathsAfter(150*ms, names...)

		write(t, lock, "left behind")
		b.emit(fsnotify.Write, names...)
		b.pathsAfter(5*time.Second, names...)
		b.pass(50 * ms)
		b.emit(fsnotify.Write, "000.md") // a single file does not wait for git
		b.pathsAfter(30*ms, "000.md")
	})
}

// Both names of a renamed file are reported together also while other files appear
// all the time.
func TestRenamedAmongOthers(t *testing.T) {
	names := []string{"new.md"}
	for i := range 40 {
		names = append(names, fmt.Sprintf("other%02d.md", i))
	}
	inBubble(t, Options{MaxDelay: 300 * ms}, names, func(b *bubble) {
		b.are(complete, names...)
		reported := make(chan Changes, 1) // the first changes with one of the two
		go func() {
			for c := range b.out {
				if slices.Contains(c.Paths, "new.md") || slices.Contains(c.Paths, "old.md") {
					reported <- c
					return
				}
			}
		}()
		for i, name := range names[1:] {
			b.emit(fsnotify.Create, name)
			time.Sleep(20 * ms)
			if i == 4 {
				b.emit(fsnotify.Rename, "old.md")
				b.emit(fsnotify.Create, "new.md")
			}
		}
		if c := <-reported; !slices.Contains(c.Paths, "new.md") || !slices.Contains(c.Paths, "old.md") {
			t.Errorf("changes %+v have only one of the two names", c)
		}
	})
}
