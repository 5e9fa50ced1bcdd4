package ledger

import (
	"os"
	"slices"
	"syscall"
	"testing"
	"time"
)

// obstacles are what can lie at a path and is no file that can be read.
var obstacles = map[string]func(string) error{
	"folder":      func(p string) error { return os.Mkdir(p, 0o777) },
	"full folder": func(p string) error { return os.MkdirAll(p+"/more", 0o777) },
	"pipe":        func(p string) error { return syscall.Mkfifo(p, 0o666) },
	"loop":        func(p string) error { return os.Symlink(p, p) },
	"astray":      func(p string) error { return os.Symlink(p+".none/none", p) },
}

// TestObstacles puts something else in the place of the ledger, of its copy, or of both:
// the other one takes over, and the next start has both again.
func TestObstacles(t *testing.T) {
	d := newDamagedLedger(t)
	for what, make := range obstacles {
		for _, place := range []string{"", copySuffix} {
			file := memoryDir(t) + "/ledger.db"
			for _, name := range []string{file, file + copySuffix} {
				if err := os.WriteFile(name, d.file, 0o666); err != nil {
					t.Fatal(err)
				}
			}
			os.Remove(file + place)
			if err := make(file + place); err != nil {
				t.Fatal(err)
			}
			if place == "" && Check(file) == nil {
				t.Errorf("%s: Check finds nothing", what)
			}
			for range 2 {
				l, err := Open(file)
				if err != nil {
					t.Fatalf("%s at %q: %v", what, place, err)
				}
				if facts, err := l.Note(d.now.Add(time.Hour), slices.Clone(d.seen), nil); err != nil || !slices.Equal(facts, d.facts) {
					t.Errorf("%s at %q: other facts: %v", what, place, err)
				}
				if err := l.Close(); err != nil {
					t.Errorf("%s at %q: %v", what, place, err)
				}
			}
			for _, name := range []string{file, file + copySuffix} {
				if err := Check(name); err != nil {
					t.Errorf("%s at %q: afterwards: %v", what, place, err)
				}
			}
		}
		file := memoryDir(t) + "/ledger.db"
		if err := make(file); err != nil {
			t.Fatal(err)
		}
		if l, err := Open(file); err == nil {
			l.Close()
			t.Errorf("%s: a ledger without a copy was begun anew without a word", what)
		}
	}
}

// TestObstacleWhileOpen puts something else in the place of a ledger that is open: it is
// put aside, and the ledger comes back.
func TestObstacleWhileOpen(t *testing.T) {
	d := newDamagedLedger(t)
	for what, make := range obstacles {
		file := memoryDir(t) + "/ledger.db"
		if err := os.WriteFile(file, d.file, 0o666); err != nil {
			t.Fatal(err)
		}
		l, err := Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		os.Remove(file)
		if err := make(file); err != nil {
			t.Fatal(err)
		}
		if displaced, err := l.KeepPlace(d.now); err != nil || displaced.Aside == "" {
			t.Errorf("%s: put aside as %q: %v", what, displaced.Aside, err)
		}
		if facts, err := l.Note(d.now.Add(time.Hour), slices.Clone(d.seen), nil); err != nil || !slices.Equal(facts, d.facts) {
			t.Errorf("%s: other facts: %v", what, err)
		}
		if info, err := os.Lstat(file); err != nil || !info.Mode().IsRegular() {
			t.Errorf("%s: it is still there: %v", what, err)
		}
	}
}
