package watcher

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

func TestOrderOfPaths(t *testing.T) {
	ordered := []place{{".", 0}, {"a", 0}, {"a/b/c", 0}, {"a-b", 0}, {"b", 0}, {"A", 1}, {"a", 1}, {"a/b", 1}, {"a/c/b", 1}, {"a-b/c", 1}, {"a", 2}}
	for i, p := range ordered {
		for j, q := range ordered {
			if got := p.compare(q); got < 0 != (i < j) || got > 0 != (i > j) {
				t.Errorf("%v compared with %v: %d", p, q, got)
			}
		}
	}
}

// Each file is found once, at the first of the paths that lead to it.
func TestEachFileOnce(t *testing.T) {
	for _, test := range []struct {
		name    string
		entries []string
		opt     Options
		want    string
		left    string
	}{
		{"a link to a folder beside it", []string{"z/x.md", "a -> z"}, Options{}, "z/x.md",
			"a: the same folder as z"},
		{"a folder below a link that comes first", []string{"../o/p/x.md", "../o/y.md", "a -> ../o/p", "b -> ../o", "c -> ../o"}, Options{}, "a/x.md b/y.md",
			"b/p: the same folder as a, through the link b\nc: the same folder as b"},
		{"a folder below a link that comes last", []string{"../o/p/x.md", "../o/y.md", "z -> ../o/p", "b -> ../o"}, Options{}, "b/p/x.md b/y.md",
			"z: the same folder as b/p"},
		{"a link behind a link comes after one", []string{"../o/l -> ../q", "../q/x.md", "a -> ../o", "b -> ../q"}, Options{}, "b/x.md",
			"a/l: the same folder as b"},
		{"links to one file", []string{"../o/x.md", "b.md -> ../o/x.md", "a.md -> b.md", "c/d.md -> ../../o/x.md"}, Options{}, "a.md",
			"b.md: the same file as a.md\nc/d.md: the same file as a.md"},
		{"a link to a file that has a path", []string{"z/x.md", "a.md -> z/x.md"}, Options{}, "z/x.md", "a.md: the same file as z/x.md"},
		{"a file behind more links", []string{"../o/l -> ../q", "../q/x.md", "../q/y.md", "a -> ../o", "z.md -> ../q/x.md"}, Options{}, "a/l/y.md z.md",
			"a/l/x.md: the same file as z.md, through the link a/l"},
		{"a file in a folder behind a link", []string{"../o/x.md", "a -> ../o", "b.md -> ../o/x.md"}, Options{}, "a/x.md", "b.md: the same file as a/x.md"},
		{"a file before a folder behind a link", []string{"../o/x.md", "b -> ../o", "a.md -> ../o/x.md"}, Options{}, "a.md", "b/x.md: the same file as a.md, through the link b"},
		{"links to the root and above it", []string{"../s/y.md", "x.md", "a/up -> ..", "a/top -> ../../s", "o -> ../s"}, Options{}, "a/top/y.md x.md",
			"a/up: the same folder as that of all articles\no: the same folder as a/top"},
		{"an ignored path does not count", []string{"a/x.md", "b -> a"}, Options{Ignore: []string{"/a/"}}, "b/x.md", ""},
		{"nor an ignored file", []string{"../o/x.md", "a.md -> ../o/x.md", "b.md -> ../o/x.md"}, Options{Ignore: []string{"a.md"}}, "b.md", ""},
		{"hidden folders have only the paths of links", []string{".v1/x.md", "..data -> .v1", "x.md -> ..data/x.md"}, Options{}, "x.md", ""},
		{"a folder of another class", []string{"shared/x.md", "shared/sub/y.md", "content/s -> ../shared", "content/t -> ../shared"},
			Options{
				Include: func(p string) bool { return strings.HasPrefix(p, "content/") },
				Class:   func(p string) int { return strings.Count(p+"/", "content/") },
			}, "content/s/sub/y.md content/s/x.md", "content/t: the same folder as content/s"},
		{"a file in folders of two classes", []string{"z/x.md", "z/y.txt", "a -> z"},
			Options{
				Include: func(p string) bool { return p != "z/y.txt" },
				Class:   func(p string) int { return strings.Count(p, "z") },
			}, "a/y.txt z/x.md", "a/x.md: the same file as z/x.md, through the link a"},
		{"links that lead out", []string{"../o/x.md", "../o/in -> ../root/b", "a -> ../o", "c.md -> ../o/x.md", "b/x.md", ".h/y.md", "d -> .h", "e -> b"},
			Options{Follow: FollowInside}, "b/x.md d/y.md",
			"a: the link leads out of the folder\nc.md: the link leads out of the folder\ne: the same folder as b"},
		{"no links", []string{"../o/x.md", "a -> ../o", "c.md -> ../o/x.md", "b/x.md", "d -> b", "none -> nowhere", "z.jpg -> b/x.md"},
			Options{Follow: FollowNone, Include: func(p string) bool { return path.Ext(p) == ".md" }}, "b/x.md",
			"a: links are not followed\nc.md: links are not followed\nd: links are not followed"},
		{"no links, but for files that are named", []string{"../o/x.md", "c.md -> ../o/x.md", "d.md -> ../o/x.md"},
			Options{Follow: FollowNone, Only: []string{"c.md", "d.md"}}, "c.md d.md", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var below []string
			for _, e := range test.entries {
				below = append(below, path.Join("root", strings.Split(e, " -> ")[0])+strings.TrimPrefix(e, strings.Split(e, " -> ")[0]))
			}
			root := filepath.Join(makeTree(t, below...), "root")
			w := idle(t, root, test.opt)
			agreeAll(t, w, strings.Fields(test.want))
			if len(test.opt.Only) > 0 {
				return
			}
			var left []string
			some, all := w.LeftOut()
			for _, l := range some {
				left = append(left, l.Path+": "+l.Reason)
			}
			if got := strings.Join(left, "\n"); got != test.left || all != len(some) {
				t.Errorf("left out %d:\n%s\nwant:\n%s", all, got, test.left)
			}
		})
	}
}

// agreeAll fails the test unless Files yields want, and Stat and ReadFile know exactly
// these, among all paths that lead to a file.
func agreeAll(t *testing.T, w *Watcher, want []string) {
	t.Helper()
	if got := files(t, w); !slices.Equal(got, want) {
		t.Errorf("files:\n%q, want\n%q", got, want)
	}
	for _, p := range allPaths(w) {
		_, err := w.Stat(p.rel)
		_, _, readErr := w.ReadFile(p.rel, nil, 1<<20)
		if known := slices.Contains(want, p.rel); (err == nil) != known || (readErr == nil) != known {
			t.Errorf("Stat(%q): %v; ReadFile: %v; Files names it: %v", p.rel, err, readErr, known)
		}
	}
}

// pathTo is a path at which a file counts, and the file.
type pathTo struct {
	place
	real string
}

// allPaths finds all paths to files, in the simplest way. It does not enter a folder
// below itself.
func allPaths(w *Watcher) (all []pathTo) {
	var walk func(f *folder)
	walk = func(f *folder) {
		entries, _ := os.ReadDir(f.real)
		for _, e := range entries {
			sub := f.child(e.Name())
			if e.Type()&fs.ModeSymlink != 0 {
				sub.links++
			}
			real, err := filepath.EvalSymlinks(sub.real)
			if err != nil {
				continue
			}
			sub.real = real
			info, err := os.Stat(real)
			switch {
			case err != nil || !w.counts(sub.rel, info.IsDir()):
			case !info.IsDir():
				all = append(all, pathTo{sub.place(), real})
			case f.entered(real) == nil:
				walk(&sub)
			}
		}
	}
	root, err := w.rootFolder()
	if err == nil {
		walk(root)
	}
	return all
}

// Files, Stat and ReadFile say of random trees what the simplest way of finding the
// first path to each file says.
func TestRandomTrees(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 1))
		above := t.TempDir()
		root := filepath.Join(above, "root")
		folders := []string{"root", "out"}
		for range 2 + r.IntN(6) {
			folders = append(folders, path.Join(folders[r.IntN(len(folders))], string("abcdi"[r.IntN(5)])))
		}
		for _, f := range folders {
			check(t, os.MkdirAll(filepath.Join(above, f), 0o755))
		}
		name := func() string {
			return filepath.Join(above, folders[r.IntN(len(folders))], string("klxyz"[r.IntN(5)])+".md")
		}
		for range 2 + r.IntN(6) {
			os.WriteFile(name(), nil, 0o644)
		}
		for range r.IntN(9) {
			os.Symlink(name(), name())
			os.Symlink(filepath.Join(above, folders[r.IntN(len(folders))]), strings.TrimSuffix(name(), ".md"))
		}
		w := idle(t, root, Options{Ignore: []string{"i", "k.md"}})
		first := map[string]place{}
		for _, p := range allPaths(w) {
			if q, ok := first[p.real]; !ok || p.compare(q) < 0 {
				first[p.real] = p.place
			}
		}
		var want []string
		for _, p := range first {
			want = append(want, p.rel)
		}
		slices.Sort(want)
		agreeAll(t, w, want)
		if t.Failed() {
			t.Fatalf("seed %d: the first paths are %v of %v", seed, want, allPaths(w))
		}
	}
}

// Folders that are all linked into all others cost no more than their entries.
func TestMesh(t *testing.T) {
	for _, n := range []int{7, 12} {
		var entries []string
		for i := range n {
			for j := range n {
				entries = append(entries, fmt.Sprintf("%d/%d.md", i, j), fmt.Sprintf("%d/%d/own.md", i, n+j))
				if i != j {
					entries = append(entries, fmt.Sprintf("%d/to%d -> ../%d", i, j, j))
				}
			}
		}
		root := makeTree(t, entries...)
		var asked atomic.Int64
		w := idle(t, root, Options{Include: func(string) bool { asked.Add(1); return true }})
		asked.Store(0)
		if got := files(t, w); len(got) != 2*n*n {
			t.Errorf("%d folders: %d files, want %d", n, len(got), 2*n*n)
		}
		if asked.Load() > int64(len(entries)) {
			t.Errorf("%d folders: looked at %d files, there are %d", n, asked.Load(), 2*n*n)
		}
		if _, all := w.LeftOut(); all != n*(n-1) {
			t.Errorf("%d folders: left out %d, want each link", n, all)
		}
	}
}

// Ten thousand links to one file are one file, and what is remembered of them is bounded.
func TestManyLinksToOneFile(t *testing.T) {
	const n = 10_000
	root := makeTree(t, "../file/x.md")
	check(t, os.MkdirAll(filepath.Join(root, "l"), 0o755))
	for i := range n {
		check(t, os.Symlink("../x.md", filepath.Join(root, "l", fmt.Sprintf("%05d.md", i))))
	}
	write(t, filepath.Join(root, "x.md"), "")
	w := idle(t, root, Options{})
	if got := files(t, w); !slices.Equal(got, []string{"x.md"}) {
		t.Errorf("files %.100q", got)
	}
	some, all := w.LeftOut()
	if len(some) != maxLeftOut || all != n || some[0].Path != "l/00000.md" {
		t.Errorf("names %d of %d left out, the first is %v", len(some), all, some[0])
	}
}

// A chain of links, each to the next, ends where the system refuses to follow.
func TestChainOfLinks(t *testing.T) {
	root := makeTree(t, "0.md")
	for i := range 200 {
		check(t, os.Symlink(fmt.Sprint(i, ".md"), filepath.Join(root, fmt.Sprint(i+1, ".md"))))
	}
	w := idle(t, root, Options{})
	if got := files(t, w); !slices.Equal(got, []string{"0.md"}) {
		t.Errorf("files %.100q", got)
	}
	if got := len(hops(filepath.Join(root, "200.md"))); got > maxLinks+1 {
		t.Errorf("looked at %d links", got)
	}

	entries := []string{"root/a -> ../1"}
	for i := range 100 {
		entries = append(entries, fmt.Sprintf("%d/l -> ../%d", i+1, i+2), fmt.Sprintf("%d/x.md", i+1), fmt.Sprintf("%d/y.md -> ../y/%d.md", i+1, i), fmt.Sprintf("y/%d.md", i))
	}
	w = idle(t, filepath.Join(makeTree(t, entries...), "root"), Options{})
	got := files(t, w)
	if len(got) != 2*maxLinks-1 {
		t.Errorf("%d files behind one link after the other, want %d", len(got), 2*maxLinks-1)
	}
	for _, rel := range got {
		if _, _, err := w.ReadFile(rel, nil, 100); err != nil {
			t.Error(err)
		}
	}
}

// With FollowInside nothing outside is read, also if links are exchanged meanwhile, and
// on systems that cannot open a file without following links.
func TestInsideHolds(t *testing.T) {
	above := makeTree(t, "out/x.md", "root/.a/x.md", "root/d -> .a")
	root := filepath.Join(above, "root")
	check(t, os.WriteFile(filepath.Join(above, "out", "x.md"), []byte("secret"), 0o644))
	w := idle(t, root, Options{Follow: FollowInside})
	stop, done := make(chan struct{}), make(chan error, 1)
	go func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				done <- nil
				return
			default:
			}
			next := filepath.Join(root, ".next")
			if err := os.Symlink([]string{".a", "../out", filepath.Join(above, "out")}[i%3], next); err != nil {
				done <- err
				return
			}
			if err := os.Rename(next, filepath.Join(root, "d")); err != nil {
				done <- err
				return
			}
		}
	}()
	for range 2000 {
		if data, _, err := w.ReadFile("d/x.md", nil, 100); err == nil && string(data) == "secret" {
			t.Error("read a file outside")
			break
		}
		for _, rel := range []string{"d/x.md", ".a/x.md"} {
			f, err := openInside(root, rel)
			if err != nil {
				continue
			}
			data, _, err := read(f, nil, 100)
			f.Close()
			if err == nil && string(data) == "secret" {
				t.Error("the slow way read a file outside")
			}
		}
	}
	close(stop)
	check(t, <-done)
	if f, err := openInside(root, ".a/x.md"); err != nil {
		t.Errorf("the slow way: %v", err)
	} else {
		f.Close()
	}
	if f, err := w.openSlowly(filepath.Join(above, "out", "x.md")); err == nil {
		f.Close()
		t.Error("the slow way opened a file outside")
	}
}
