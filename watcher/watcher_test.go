package watcher

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// patience is how long a test waits for what must come.
const patience = 10 * time.Second

// live is a running watcher on real files and events.
type live struct {
	t    testing.TB
	root string
	w    *Watcher
	out  chan Changes
	last Changes // the last ones that the test waited for
}

// watchLive starts a watcher and takes its first Rescan.
func watchLive(t testing.TB, root string, opt Options) *live {
	t.Helper()
	return runLive(t, root, opt, openSource)
}

func runLive(t testing.TB, root string, opt Options, open func() (*source, error)) *live {
	t.Helper()
	w, err := newWatcher(root, opt, open)
	if err != nil {
		t.Fatal(err)
	}
	l := &live{t: t, root: root, w: w, out: make(chan Changes)}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx, l.out) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("Run: %v", err)
			}
		case <-time.After(patience):
			t.Error("Run does not return")
		}
	})
	if c := l.next(); !c.Rescan {
		t.Fatalf("first changes: %+v, want Rescan", c)
	}
	return l
}

func (l *live) next() Changes {
	l.t.Helper()
	select {
	case c := <-l.out:
		if c.empty() || c.Rescan && c.Paths != nil || !slices.IsSorted(c.Paths) {
			l.t.Fatalf("malformed changes: %+v", c)
		}
		return c
	case <-time.After(patience):
		l.t.Fatal("no changes came")
		panic("unreachable")
	}
}

// until collects changes until all these paths were reported, or a Rescan came, and
// returns them merged.
func (l *live) until(paths ...string) Changes {
	l.t.Helper()
	var all Changes
	for {
		all.merge(l.next())
		missing := func(p string) bool { return !slices.Contains(all.Paths, p) }
		if all.Rescan || !slices.ContainsFunc(paths, missing) {
			return all
		}
	}
}

// untilRescan receives changes until a Rescan comes.
func (l *live) untilRescan() {
	l.t.Helper()
	for l.last = (Changes{}); !l.last.Rescan; {
		l.last = l.next()
	}
}

// exactly fails the test unless the next changes are these paths in one update. The
// last update may come again before: on a busy machine a save can cause two.
func (l *live) exactly(paths ...string) {
	l.t.Helper()
	c, want := l.next(), Changes{Paths: paths}
	for same(c, l.last) && !same(c, want) {
		c = l.next()
	}
	if l.last = want; !same(c, want) {
		l.t.Errorf("changes: %+v, want %q", c, paths)
	}
}

func same(c, d Changes) bool { return c.Rescan == d.Rescan && slices.Equal(c.Paths, d.Paths) }

func (l *live) path(rel string) string               { return filepath.Join(l.root, filepath.FromSlash(rel)) }
func (l *live) write(rel, text string)               { l.t.Helper(); write(l.t, l.path(rel), text) }
func (l *live) rename(from, to string)               { l.t.Helper(); check(l.t, os.Rename(l.path(from), l.path(to))) }
func (l *live) do(op func(string) error, rel string) { l.t.Helper(); check(l.t, op(l.path(rel))) }

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// write makes a file, and the folders above it.
func write(t testing.TB, name, text string) {
	t.Helper()
	check(t, os.MkdirAll(filepath.Dir(name), 0o755))
	check(t, os.WriteFile(name, []byte(text), 0o644))
}

// makeTree makes files, and links where an entry is "name -> target".
func makeTree(t testing.TB, entries ...string) string {
	t.Helper()
	root := t.TempDir()
	for _, e := range entries {
		name, target, link := strings.Cut(e, " -> ")
		name = filepath.Join(root, filepath.FromSlash(name))
		if !link {
			write(t, name, e)
			continue
		}
		check(t, os.MkdirAll(filepath.Dir(name), 0o755))
		check(t, os.Symlink(filepath.FromSlash(target), name))
	}
	return root
}

// files returns the paths that Files yields, in order; with an error "!" is appended.
func files(t testing.TB, w *Watcher) []string {
	t.Helper()
	var all []string
	for f, err := range w.Files(t.Context()) {
		if err != nil {
			f.Path += "!"
		}
		all = append(all, f.Path)
	}
	slices.Sort(all)
	return all
}

// idle returns a watcher whose Run is not called.
func idle(t testing.TB, root string, opt Options) *Watcher {
	t.Helper()
	w, err := New(root, opt)
	check(t, err)
	t.Cleanup(func() { w.Close() })
	return w
}

func TestNewRefuses(t *testing.T) {
	root := makeTree(t, "a.md")
	for _, test := range []struct {
		root string
		opt  Options
		want string
	}{
		{filepath.Join(root, "nowhere"), Options{}, "nowhere: no such file"},
		{filepath.Join(root, "a.md"), Options{}, "a.md: not a folder"},
		{root, Options{Ignore: []string{"[", "ok", "/"}}, "ignore pattern \"[\" is not valid\nignore pattern \"/\" is not valid"},
		{root, Options{Only: []string{"x/y"}}, `watch "x/y": not a file name`},
	} {
		w, err := New(test.root, test.opt)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("New(%q, %+v): %v, want %q", test.root, test.opt, err, test.want)
		}
		if w != nil {
			t.Errorf("New(%q): a watcher along with the error", test.root)
		}
	}
	if _, err := New(filepath.Join(root, "nowhere"), Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing root is not fs.ErrNotExist: %v", err)
	}
}

func TestMerge(t *testing.T) {
	long := make([]string, maxPaths)
	for i := range long {
		long[i] = fmt.Sprintf("%06d", i)
	}
	for _, test := range []struct{ a, b, want Changes }{
		{Changes{}, Changes{Paths: []string{"a"}}, Changes{Paths: []string{"a"}}},
		{Changes{Paths: []string{"b", "c"}}, Changes{Paths: []string{"a", "b"}}, Changes{Paths: []string{"a", "b", "c"}}},
		{Changes{Paths: []string{"b"}}, Changes{Rescan: true}, Changes{Rescan: true}},
		{Changes{Rescan: true}, Changes{Paths: []string{"b"}}, Changes{Rescan: true}},
		{Changes{Paths: long}, Changes{Paths: []string{"x"}}, Changes{Rescan: true}},
	} {
		got := test.a
		got.merge(test.b)
		if !same(got, test.want) {
			t.Errorf("%+v and %+v merge to %+v, want %+v", test.a, test.b, got, test.want)
		}
	}
}
