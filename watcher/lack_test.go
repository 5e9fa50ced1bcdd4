package watcher

import (
	"fmt"
	"os"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// What could not be read for want of descriptors is reported as soon as there are some:
// each look comes later than the one before, by up to 2 s.
func TestLack(t *testing.T) {
	inBubble(t, Options{ScanInterval: time.Hour}, []string{"a.md", "b.md"}, func(b *bubble) {
		var free atomic.Int64
		b.w.lack.free = func(n int) bool { return int64(n) <= free.Load() }
		free.Store(100)
		b.w.lack.note("b.md", &os.PathError{Err: syscall.EMFILE})
		b.w.lack.note("a.md", syscall.ENFILE)
		b.w.lack.note("c.md", syscall.EACCES)
		b.pathsAfter(100*ms, "a.md", "b.md")
		b.pass(time.Minute)

		free.Store(0)
		b.w.lack.note("a.md", syscall.EMFILE)
		b.pass(6 * time.Second) // after 0.1, 0.3, 0.7, 1.5, 3.1 s, and then each 2 s
		free.Store(1)           // few are enough by now
		b.pathsAfter(1100*ms, "a.md")

		free.Store(100)
		b.w.lack.note("", syscall.EMFILE)
		b.rescanAfter(2 * time.Second) // because it was so soon again
		b.pass(time.Minute)
		for i := range maxPaths + 1 {
			b.w.lack.note(fmt.Sprint(i), syscall.EMFILE)
		}
		b.rescanAfter(100 * ms)
		b.pass(time.Minute)
	})
}
