package watcher

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"
)

// A process that has used up its descriptors reads everything when it has some again,
// though no file changes and no scan is due.
func TestNoDescriptors(t *testing.T) {
	const mark = "WATCHER_TEST_NO_DESCRIPTORS"
	if os.Getenv(mark) == "" {
		cmd := exec.Command(os.Args[0], "-test.run=^TestNoDescriptors$")
		cmd.Env = append(os.Environ(), mark+"=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v:\n%s", err, out)
		}
		return
	}
	l := watchLive(t, makeTree(t, "a.md", "b/c.md"), Options{ScanInterval: time.Hour, PollInterval: time.Hour})
	files(t, l.w)
	var limit syscall.Rlimit
	check(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit))
	none := syscall.Rlimit{Cur: 3, Max: limit.Max}
	check(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &none))
	_, _, err := l.w.ReadFile("a.md", nil, 100)
	got := files(t, l.w)
	check(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit))
	if !errors.Is(err, syscall.EMFILE) || !slices.Equal(got, []string{".!"}) {
		t.Errorf("without descriptors: %v, files %q", err, got)
	}
	l.untilRescan()
	if got := files(t, l.w); !slices.Equal(got, []string{"a.md", "b/c.md"}) {
		t.Errorf("with descriptors again: files %q", got)
	}
	write(t, filepath.Join(l.root, "b", "d.md"), "watched")
	l.until("b/d.md")
}
