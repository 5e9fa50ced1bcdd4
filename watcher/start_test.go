package watcher

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// TestStartAfterFiles: a caller that has walked all files gets what has changed since,
// and no Rescan.
func TestStartAfterFiles(t *testing.T) {
	root := makeTree(t, "a.md", "b.md", "c/d.md")
	w, err := New(root, Options{})
	if err != nil {
		t.Fatal(err)
	}
	files(t, w)
	check(t, os.WriteFile(filepath.Join(root, "b.md"), []byte("changed"), 0o644))
	check(t, os.Mkdir(filepath.Join(root, "new"), 0o755))
	check(t, os.WriteFile(filepath.Join(root, "new", "e.md"), []byte("new"), 0o644))
	if seen := runUntil(t, w, 2); !slices.Equal(seen, []string{"b.md", "new/e.md"}) {
		t.Errorf("reported %v", seen)
	}
}

// runUntil runs w until it has reported n paths.
func runUntil(t *testing.T, w *Watcher, n int) (seen []string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out, done := make(chan Changes), make(chan error, 1)
	go func() { done <- w.Run(ctx, out) }()
	for len(seen) < n {
		select {
		case c := <-out:
			if c.Rescan {
				t.Error("a Rescan")
				n = 0
			}
			seen = append(seen, c.Paths...)
			slices.Sort(seen)
			seen = slices.Compact(seen)
		case <-time.After(patience):
			t.Errorf("reported only %v", seen)
			n = 0
		}
	}
	cancel()
	check(t, <-done)
	return seen
}

// TestStartAfterHalf: a walk that was stopped does not count, nor does one without
// events.
func TestStartAfterHalf(t *testing.T) {
	for _, opt := range []Options{{}, {ScanOnly: true}} {
		w, err := New(makeTree(t, "a.md", "b.md"), opt)
		if err != nil {
			t.Fatal(err)
		}
		for range w.Files(t.Context()) {
			if !opt.ScanOnly {
				break
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		out, done := make(chan Changes), make(chan error, 1)
		go func() { done <- w.Run(ctx, out) }()
		select {
		case c := <-out:
			if !c.Rescan {
				t.Errorf("first changes: %+v, want Rescan", c)
			}
		case <-time.After(patience):
			t.Error("nothing reported")
		}
		cancel()
		check(t, <-done)
	}
}

// TestWalkRemembersWhatCouldNotBeRead: the next scan also reports what could not be
// read before a walk came to its end.
func TestWalkRemembersWhatCouldNotBeRead(t *testing.T) {
	w := idle(t, makeTree(t, "a.md", "b.md"), Options{})
	for f, err := range w.Files(t.Context()) {
		check(t, err)
		if f.Path == "b.md" {
			w.reported.reportAgain("b.md") // as ReadFile does
		}
	}
	if _, named := w.reported.take(); len(named) != 1 || !named["b.md"] {
		t.Errorf("to be reported again: %v, want b.md", named)
	}
}
