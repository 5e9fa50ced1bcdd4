package watcher

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

var messy = []string{
	"a.md", "a/b.md", "a/c/d.md", "a-b.md", "a0.md", "z.txt", "日本.md",
	".git/config", ".hidden.md", "node_modules/x.md", "_site/x.md", "sub/_site/x.md", ".feedmill/state",
	"a.md~", ".a.md.swp", "4913", "#a.md#", "a.md.tmp", "_drafts/x.md", "a/_drafts/x.md",
	"loop/up -> ..", "loop/here -> .", "loop/x.md", "alias -> a", "one.md -> a/b.md",
	"dangling.md -> nowhere", "round.md -> round.md", "sub/deep -> ../a/c",
}

func TestFiles(t *testing.T) {
	for _, test := range []struct {
		opt  Options
		want string
	}{
		{Options{}, "_drafts/x.md a-b.md a.md a/_drafts/x.md a/b.md a/c/d.md a0.md loop/x.md z.txt 日本.md"},
		{Options{Ignore: []string{"/_drafts/", "alias", "*.txt", "/a/**", "!/a/b.md", "loop/x.md"}},
			"a-b.md a.md a/b.md a0.md sub/deep/d.md 日本.md"},
		{Options{Ignore: []string{"*", "!_site/", "!/_site/x.md"}}, "_site/x.md"},
		{Options{Include: func(p string) bool { return strings.HasSuffix(p, ".txt") }}, "z.txt"},
		{Options{Only: []string{"one.md", ".hidden.md", "a", "absent"}}, ".hidden.md one.md"},
	} {
		root := makeTree(t, messy...)
		w := idle(t, root, test.opt)
		got := files(t, w)
		if want := strings.Fields(test.want); !slices.Equal(got, want) {
			t.Errorf("Files with %+v:\n got %q\nwant %q", test.opt, got, want)
		}
		agree(t, w, root)
	}
}

// A link may lead out of the root, also to a folder that contains the root.
func TestLinkAbove(t *testing.T) {
	above := makeTree(t, "x.md", "root/a.md", "root/out -> ..", "root/sub/b.md")
	root := filepath.Join(above, "root")
	w := idle(t, root, Options{})
	if got, want := files(t, w), []string{"a.md", "out/x.md", "sub/b.md"}; !slices.Equal(got, want) {
		t.Errorf("files %q, want %q", got, want)
	}
	agree(t, w, root)
	if _, err := w.Stat("out/root/a.md"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the root inside itself: %v", err)
	}
}

// agree fails the test unless Stat knows exactly the files that Files yields, with
// equal stamps.
func agree(t *testing.T, w *Watcher, root string) {
	t.Helper()
	listed := map[string]Stamp{}
	for f, err := range w.Files(t.Context()) {
		check(t, err)
		listed[f.Path] = f.Stamp
	}
	asked := []string{"loop/up/a.md", "loop/here/x.md", "loop/up/loop/x.md", ".", "", "..", "../x", "/a.md", "a.md/x", "alias/c/d.md", "sub/deep/d.md"}
	check(t, filepath.WalkDir(root, func(name string, _ fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(root, name)
		asked = append(asked, filepath.ToSlash(rel))
		return err
	}))
	for _, rel := range asked {
		f, err := w.Stat(rel)
		stamp, ok := listed[rel]
		switch {
		case ok && (err != nil || f.Stamp != stamp):
			t.Errorf("Stat(%q) = %+v, %v; Files says %+v", rel, f, err, stamp)
		case !ok && !errors.Is(err, fs.ErrNotExist):
			t.Errorf("Stat(%q) = %+v, %v; Files does not name it", rel, f, err)
		}
	}
}

func TestFilesErrors(t *testing.T) {
	root := makeTree(t, "a.md", "b.md", "long -> "+strings.Repeat("x", 300))
	w := idle(t, root, Options{})
	if got, want := files(t, w), []string{"a.md", "b.md", "long!"}; !slices.Equal(got, want) {
		t.Errorf("files %q, want %q", got, want)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for f, err := range w.Files(ctx) {
		if f.Path != "." || !errors.Is(err, context.Canceled) {
			t.Errorf("after the end of its context: %+v, %v", f, err)
		}
	}

	check(t, os.RemoveAll(root))
	if got := files(t, w); !slices.Equal(got, []string{".!"}) {
		t.Errorf("files of a vanished root: %q", got)
	}
	for _, rel := range []string{"a.md", "unknown.md"} {
		if _, err := w.Stat(rel); err == nil || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Stat(%q) below a vanished root: %v", rel, err)
		}
	}
}

func TestClosedFolder(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("the superuser may read everything")
	}
	root := makeTree(t, "a.md", "closed/b.md", "z.md")
	closed := filepath.Join(root, "closed")
	check(t, os.Chmod(closed, 0))
	t.Cleanup(func() { check(t, os.Chmod(closed, 0o755)) })
	l := watchLive(t, root, Options{})
	if got, want := files(t, l.w), []string{"a.md", "closed!", "z.md"}; !slices.Equal(got, want) {
		t.Errorf("files %q, want %q", got, want)
	}
	check(t, os.Chmod(closed, 0o755))
	l.untilRescan()
	l.write("closed/b.md", "now watched")
	l.exactly("closed/b.md")
}

// A caller that stops early leaves no goroutines behind.
func TestStopEarly(t *testing.T) {
	var entries []string
	for i := range 3 * entriesAtOnce {
		entries = append(entries, fmt.Sprintf("flat/%d.md", i), fmt.Sprintf("%d/%d/a.md", i%7, i))
	}
	w := idle(t, makeTree(t, entries...), Options{})
	for _, stop := range []int{1, entriesAtOnce + 1, len(entries) - 1} {
		before, seen := runtime.NumGoroutine(), 0
		for _, err := range w.Files(t.Context()) {
			check(t, err)
			if seen++; seen == stop {
				break
			}
		}
		// one goroutine may not quite have ended
		if after := runtime.NumGoroutine(); after > before+1 {
			t.Errorf("after %d of %d files %d goroutines, %d before", stop, len(entries), after, before)
		}
	}
	if got := files(t, w); len(got) != len(entries) || len(slices.Compact(got)) != len(entries) {
		t.Errorf("%d files, want each of %d once", len(got), len(entries))
	}
}

// setTime sets a file's modification time. On Unix this sets its change time to now.
func setTime(t *testing.T, name string, when time.Time) {
	t.Helper()
	check(t, os.Chtimes(name, when, when))
}

func TestReadFile(t *testing.T) {
	root := makeTree(t, "a.md", ".hidden.md")
	w := idle(t, root, Options{})
	data, _, err := w.ReadFile("a.md", nil, 4)
	if err != nil || string(data) != "a.md" {
		t.Errorf("read %q, %v", data, err)
	}
	data, stamp, err := w.ReadFile("a.md", nil, 3)
	if !errors.Is(err, ErrTooLarge) || data != nil || stamp.Size != 4 {
		t.Errorf("beyond the limit: %q, %+v, %v", data, stamp, err)
	}
	for _, rel := range []string{"absent.md", ".hidden.md", "a.md/b", "."} {
		if _, _, err := w.ReadFile(rel, nil, 9); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("ReadFile(%q): %v", rel, err)
		}
	}
}

// The stamp of a file that has just changed must not be equal to that of a later
// version, which may be written within the same tick of the clock.
func TestIfSure(t *testing.T) {
	now := time.Now()
	for _, test := range []struct {
		stamp Stamp
		young bool
	}{
		{Stamp{Size: 5, ModTime: now.UnixNano()}, true},
		{Stamp{Size: 5, ModTime: now.Add(-tick).UnixNano()}, false},
		{Stamp{Size: 5, ModTime: now.Add(-time.Hour).UnixNano(), ChangeTime: now.Add(-tick / 2).UnixNano()}, true},
		{Stamp{Size: 5, ModTime: now.UnixNano(), ChangeTime: now.Add(-time.Second).UnixNano()}, false},
		{Stamp{Size: 5, ModTime: now.Add(time.Hour).UnixNano()}, false},
	} {
		if got := test.stamp.ifSure(now) != test.stamp; got != test.young {
			t.Errorf("%+v taken at %d is unequal to all others: %v", test.stamp, now.UnixNano(), got)
		}
	}
}

func TestStampTellsVersions(t *testing.T) {
	root := makeTree(t, "a.md", "b.md")
	w := idle(t, root, Options{})
	name := filepath.Join(root, "a.md")
	then := time.Now().Add(-time.Hour)
	setTime(t, name, then)
	seen := map[Stamp]string{}
	look := func(what string) {
		t.Helper()
		f, err := w.Stat("a.md")
		check(t, err)
		if same, ok := seen[f.Stamp]; ok {
			t.Errorf("%s has the stamp of %s", what, same)
		}
		seen[f.Stamp] = what
	}
	look("the first version")
	write(t, name, "longer than before")
	look("a longer version")
	setTime(t, name, then.Add(time.Nanosecond*1000))
	look("another time")
	check(t, os.Rename(filepath.Join(root, "b.md"), name))
	setTime(t, name, then)
	look("another file of the same size and time")
}

// Content that is read while the file is written must not have a stamp that is equal
// to that of other content.
func TestReadWhileWriting(t *testing.T) {
	root := makeTree(t, "a.md")
	w := idle(t, root, Options{})
	name := filepath.Join(root, "a.md")
	stop := make(chan struct{})
	done := make(chan error, 1)
	go func() {
		var err error
		for i := 0; err == nil; i++ {
			select {
			case <-stop:
				done <- nil
				return
			default:
				err = os.WriteFile(name, bytes.Repeat([]byte{byte('a' + i%26)}, 100_000), 0o644)
			}
		}
		done <- err
	}()
	by := map[Stamp][]byte{}
	for range 300 {
		data, stamp, err := w.ReadFile("a.md", nil, 1<<20)
		if err != nil {
			if !errors.Is(err, ErrChanging) {
				t.Fatal(err)
			}
			continue
		}
		if old, ok := by[stamp]; ok && stamp.Size >= 0 && !bytes.Equal(old, data) {
			t.Errorf("one stamp for two contents: %+v", stamp)
		}
		by[stamp] = data
	}
	close(stop)
	check(t, <-done)
}

func benchmarkTree(b *testing.B, n int) *Watcher {
	b.Helper()
	root := b.TempDir()
	for i := range n {
		write(b, filepath.Join(root, fmt.Sprintf("%03d", i/100), fmt.Sprintf("%05d.md", i)), "text")
	}
	return idle(b, root, Options{Ignore: []string{"drafts/", "*.bak", "/a/**/b"}})
}

func BenchmarkFiles(b *testing.B) {
	for _, n := range []int{400, 20_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			w := benchmarkTree(b, n)
			b.ReportAllocs()
			for b.Loop() {
				for _, err := range w.Files(b.Context()) {
					check(b, err)
				}
			}
		})
	}
}

func BenchmarkRewatch(b *testing.B) {
	w := benchmarkTree(b, 20_000)
	for b.Loop() {
		w.rewatch(b.Context())
	}
}

func BenchmarkReadFile(b *testing.B) {
	w := benchmarkTree(b, 400)
	b.ReportAllocs()
	for b.Loop() {
		_, _, err := w.ReadFile("002/00200.md", nil, 1<<20)
		check(b, err)
	}
}

func BenchmarkStat(b *testing.B) {
	w := benchmarkTree(b, 400)
	for b.Loop() {
		_, err := w.Stat("002/00200.md")
		check(b, err)
	}
}
