package watcher

import (
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
)

// leased returns a file for which the kernel grants leases.
func leased(t *testing.T) string {
	t.Helper()
	name := filepath.Join(makeTree(t, "a.md"), "a.md")
	if writingTo(name) == unknown {
		t.Skip("no leases on this file system")
	}
	return name
}

func TestWriting(t *testing.T) {
	name := leased(t)
	link := filepath.Join(filepath.Dir(name), "link.md")
	check(t, os.Symlink("a.md", link))
	hard := filepath.Join(filepath.Dir(name), "hard.md")
	check(t, os.Link(name, hard))
	are := func(want writing, when string) {
		t.Helper()
		for _, name := range []string{name, link, hard} {
			if got := writingTo(name); got != want {
				t.Errorf("%s %s: %d, want %d", filepath.Base(name), when, got, want)
			}
		}
	}

	are(complete, "at rest")
	r, err := os.Open(name)
	check(t, err)
	defer r.Close()
	are(complete, "open for reading")
	w, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND, 0)
	check(t, err)
	are(busy, "open for writing")
	check(t, w.Close())
	are(complete, "closed")

	w, err = os.OpenFile(name, os.O_RDWR, 0)
	check(t, err)
	mem, err := syscall.Mmap(int(w.Fd()), 0, 4, syscall.PROT_WRITE, syscall.MAP_SHARED)
	check(t, err)
	check(t, w.Close())
	are(busy, "mapped")
	check(t, syscall.Munmap(mem))
	are(complete, "no longer mapped")

	check(t, os.Truncate(name, 0))
	are(unknown, "empty")
	for _, other := range []string{filepath.Dir(name), name + ".absent"} {
		if got := writingTo(other); got != unknown {
			t.Errorf("%s: %d, want unknown", other, got)
		}
	}
}

// Programs that write a file are not disturbed by writingTo, and the signal that it
// causes does no harm to us.
func TestWritingToDisturbsNobody(t *testing.T) {
	name := leased(t)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGIO)
	defer signal.Stop(signals)

	stop, done := make(chan struct{}), make(chan int)
	go func() {
		for looks := 0; ; looks++ {
			select {
			case <-stop:
				done <- looks
				return
			default:
				writingTo(name)
			}
		}
	}()
	for range 20_000 {
		w, err := os.OpenFile(name, os.O_WRONLY, 0)
		check(t, err)
		_, err = w.WriteString("text")
		check(t, err)
		check(t, w.Close())
	}
	close(stop)
	t.Logf("looked %d times, met a writer: %v", <-done, len(signals) > 0)
}
