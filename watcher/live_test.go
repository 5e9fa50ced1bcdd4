package watcher

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func TestLoneSave(t *testing.T) {
	l := watchLive(t, makeTree(t, "a.md", "b/c.md"), Options{})
	l.write("a.md", "new")
	l.exactly("a.md")
	l.write("b/c.md", "new")
	l.exactly("b/c.md")
	l.write("b/new.md", "new")
	l.exactly("b/new.md")
	l.do(os.Remove, "b/c.md")
	l.exactly("b/c.md")
	l.rename("a.md", "z.md")
	l.exactly("a.md", "z.md")
	l.rename("z.md", "b/z.md")
	l.exactly("b/z.md", "z.md")
}

// BenchmarkLone measures the time from the system call that changes a lone file to
// its Changes.
func BenchmarkLone(b *testing.B) {
	for _, test := range []struct {
		name   string
		change func(root string) error
	}{
		{"save", func(root string) error { return os.WriteFile(filepath.Join(root, "a.md"), []byte("new"), 0o644) }},
		{"rename", func(root string) error {
			b, c := filepath.Join(root, "b.md"), filepath.Join(root, "c.md")
			if _, err := os.Stat(b); err != nil {
				b, c = c, b
			}
			return os.Rename(b, c)
		}},
	} {
		b.Run(test.name, func(b *testing.B) {
			l := watchLive(b, makeTree(b, "a.md", "b.md"), Options{})
			var took []time.Duration
			for b.Loop() {
				select { // so that the next change is a lone one
				case c := <-l.out:
					b.Errorf("%+v came late", c)
				case <-time.After(40 * time.Millisecond):
				}
				begin := time.Now()
				check(b, test.change(l.root))
				l.next()
				took = append(took, time.Since(begin))
			}
			slices.Sort(took)
			b.ReportMetric(took[len(took)/2].Seconds()*1000, "median-ms")
			b.ReportMetric(took[len(took)*99/100].Seconds()*1000, "p99-ms")
		})
	}
}

func TestEditorSaves(t *testing.T) {
	l := watchLive(t, makeTree(t, "a.md"), Options{})

	// vim with backup and writebackup, as seen with strace
	l.write(".a.md.swp", "swap")
	l.write("4913", "")
	l.do(os.Remove, "4913")
	l.rename("a.md", "a.md~")
	l.write("a.md", "by vim")
	l.do(os.Remove, "a.md~")
	l.exactly("a.md")

	// written beside and renamed over
	l.write("a.md.tmp", "by others")
	l.rename("a.md.tmp", "a.md")
	l.exactly("a.md")

	// emacs
	l.do(func(p string) error { return os.Symlink("me@host.1", p) }, ".#a.md")
	l.write("#a.md#", "autosave")
	l.write("a.md", "by emacs")
	l.do(os.Remove, "#a.md#")
	l.do(os.Remove, ".#a.md")
	l.exactly("a.md")
}

func TestNewFolders(t *testing.T) {
	l := watchLive(t, makeTree(t, "a.md"), Options{})
	l.write("x/y/z/deep.md", "made at once")
	l.until("x/y/z/deep.md")
	l.write("x/y/z/deep.md", "watched from then on")
	l.exactly("x/y/z/deep.md")
	l.write("x/y/second.md", "on each level")
	l.exactly("x/y/second.md")

	moved := makeTree(t, "one.md", "sub/two.md", "sub/sub/three.md")
	check(t, os.Rename(moved, l.path("in")))
	l.until("in/one.md", "in/sub/sub/three.md", "in/sub/two.md")
	l.write("in/sub/sub/three.md", "watched from then on")
	l.exactly("in/sub/sub/three.md")
}

func TestRemovedAndMovedFolders(t *testing.T) {
	l := watchLive(t, makeTree(t, "a/b/c.md", "d/e/f.md"), Options{})
	l.do(os.RemoveAll, "d")
	l.untilRescan()

	l.rename("a", "moved")
	l.untilRescan()
	l.write("moved/b/c.md", "under the new name")
	l.exactly("moved/b/c.md")

	check(t, os.Rename(l.path("moved/b"), filepath.Join(t.TempDir(), "b")))
	l.untilRescan()

	// two folders exchange their names, as a deployment does
	l.write("x/sub/1.md", "")
	l.write("y/sub/2.md", "")
	l.until("x/sub/1.md", "y/sub/2.md")
	l.rename("x", "old")
	l.rename("y", "x")
	l.untilRescan()
	l.write("x/sub/2.md", "new")
	l.until("x/sub/2.md")
	l.write("old/sub/1.md", "new")
	l.until("old/sub/1.md")
}

func TestLinks(t *testing.T) {
	outside := makeTree(t, "f/in.md", "g/in.md", "file.md", "other.md")
	l := watchLive(t, makeTree(t,
		"folder -> "+outside+"/f",
		"file.md -> "+outside+"/file.md",
		"sub/self -> ..",
		"sub/x.md",
		"again -> sub",
	), Options{})

	write(t, filepath.Join(outside, "f", "in.md"), "written where the link leads")
	l.exactly("folder/in.md")
	write(t, filepath.Join(outside, "file.md"), "written where the link leads")
	l.exactly("file.md")
	write(t, filepath.Join(outside, "other.md"), "not below the root")
	l.write("sub/x.md", "which again/x.md is as well")
	l.exactly("sub/x.md")

	l.do(os.Remove, "folder")
	l.do(func(p string) error { return os.Symlink(filepath.Join(outside, "g"), p) }, "folder")
	l.untilRescan()
	write(t, filepath.Join(outside, "g", "in.md"), "where the link leads now")
	l.exactly("folder/in.md")

	l.do(func(p string) error { return os.Symlink(filepath.Join(outside, "later"), p) }, "dangling")
	l.until("dangling")
	write(t, filepath.Join(outside, "later", "in.md"), "")
	l.untilRescan()
	write(t, filepath.Join(outside, "later", "in.md"), "new")
	l.exactly("dangling/in.md")
}

// In a folder mounted from a Kubernetes ConfigMap each file is a link through the
// link ..data, which is replaced when anything changes.
func TestKubernetes(t *testing.T) {
	for name, opt := range map[string]Options{
		"only": {Only: []string{"feedmill.yaml"}},
		"all":  {},
	} {
		t.Run(name, func(t *testing.T) {
			l := watchLive(t, makeTree(t, "..1/feedmill.yaml", "..data -> ..1", "feedmill.yaml -> ..data/feedmill.yaml"), opt)
			for _, next := range []string{"..2", "..3"} {
				l.write(next+"/feedmill.yaml", next)
				l.do(func(p string) error { return os.Symlink(next, p) }, "..data_tmp")
				l.rename("..data_tmp", "..data")
				l.untilRescan()
				data, _, err := l.w.ReadFile("feedmill.yaml", nil, 1<<20)
				if err != nil || string(data) != next {
					t.Errorf("read %q, %v; want %q", data, err, next)
				}
			}
		})
	}
}

func TestOnly(t *testing.T) {
	l := watchLive(t, makeTree(t, "articles/a.md"), Options{Only: []string{"feedmill.yaml", ".hidden"}})
	l.write("articles/a.md", "does not count")
	l.write("other.yaml", "does not count")
	l.write("feedmill.yaml", "absent at first")
	l.exactly("feedmill.yaml")
	l.write(".hidden", "named, so it counts")
	l.exactly(".hidden")
	l.write("feedmill.yaml.tmp", "new")
	l.rename("feedmill.yaml.tmp", "feedmill.yaml")
	l.exactly("feedmill.yaml")
	l.do(os.Remove, "feedmill.yaml")
	l.exactly("feedmill.yaml")
}

func TestChmod(t *testing.T) {
	l := watchLive(t, makeTree(t, "a.md"), Options{})
	l.do(func(p string) error { return os.Chmod(p, 0) }, "a.md")
	l.exactly("a.md")
	l.do(func(p string) error { return os.Chmod(p, 0o644) }, "a.md")
	l.exactly("a.md")
}

// Thousands of files, many of them in new folders, are few updates.
func TestCheckout(t *testing.T) {
	const n = 3000
	l := watchLive(t, makeTree(t, "old/x.md"), Options{})
	want := make([]string, n)
	for i := range want {
		want[i] = fmt.Sprintf("dir%02d/sub%d/%04d.md", i/100, i%3, i)
		l.write(want[i], "text")
	}
	var all Changes
	updates := 0
	seen := map[string]bool{}
	for len(seen) < n && !all.Rescan {
		all = l.next()
		updates++
		for _, p := range all.Paths {
			seen[p] = true
		}
	}
	for _, p := range want {
		if !all.Rescan && !seen[p] {
			t.Fatalf("%s is lost", p)
		}
	}
	if updates > 5 {
		t.Errorf("%d files came as %d updates, want few", n, updates)
	}
}

// A checkout of ten thousand files by git is one update, or two of which the first
// names one file.
func TestGitCheckout(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git")
	}
	const n = 10_000
	root := t.TempDir()
	git := func(args ...string) error {
		cmd := exec.Command("git", append([]string{"-C", root, "-c", "user.name=n", "-c", "user.email=e", "-c", "core.autocrlf=false", "-c", "gc.auto=0"}, args...)...)
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_SYSTEM="+os.DevNull)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("git %s: %w\n%.300s", args, err, out)
		}
		return nil
	}
	version := func(text string) {
		for i := range n {
			write(t, filepath.Join(root, fmt.Sprint(i%20), fmt.Sprint(i, ".md")), text)
		}
		check(t, git("add", "."))
		check(t, git("commit", "-qm", text))
	}
	check(t, git("init", "-q"))
	version("old")
	version("new version")

	l := watchLive(t, root, Options{PollInterval: time.Hour, MaxDelay: time.Hour})
	done := make(chan error)
	go func() { done <- git("checkout", "-q", "HEAD~1") }()
	var updates []int // and how many files each names, 0 for a Rescan
	for busy := true; busy; {
		select {
		case c := <-l.out:
			updates = append(updates, len(c.Paths))
		case err := <-done:
			check(t, err)
			busy = false
		}
	}
	l.write("last.md", "after all others")
	for {
		c := l.next()
		if updates = append(updates, len(c.Paths)); c.Rescan || slices.Contains(c.Paths, "last.md") {
			break
		}
	}
	if len(updates) > 2 || len(updates) == 2 && updates[0] != 1 {
		t.Errorf("%d files came as updates of %d, want one", n, updates)
	}
	if updates[len(updates)-1] != 0 {
		t.Errorf("updates of %d, want a Rescan", updates)
	}
}

func TestRootExchanged(t *testing.T) {
	above := t.TempDir()
	root := filepath.Join(above, "root")
	write(t, filepath.Join(root, "a.md"), "")
	l := watchLive(t, root, Options{PollInterval: 20 * time.Millisecond})

	check(t, os.Rename(root, filepath.Join(above, "away")))
	l.untilRescan()
	if got := files(t, l.w); len(got) != 1 || got[0] != ".!" {
		t.Errorf("without a root, files: %q", got)
	}
	write(t, filepath.Join(root, "b.md"), "")
	l.untilRescan()
	for { // the Rescan may have come before b.md was written
		l.write("b.md", time.Now().String())
		if c := l.next(); !c.Rescan {
			break
		}
	}

	link := filepath.Join(above, "current")
	check(t, os.Symlink("root", link))
	l = watchLive(t, link, Options{PollInterval: 20 * time.Millisecond})
	check(t, os.Symlink("away", link+"2"))
	check(t, os.Rename(link+"2", link))
	l.untilRescan()
	l.write("a.md", "new")
	l.exactly("a.md")
}
