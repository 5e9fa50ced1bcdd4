package ledger

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestKeepPlace deletes and replaces the file of a ledger in use: what it knows is on
// disk again at once, and what was put there is kept.
func TestKeepPlace(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	file := filepath.Join(dir, "ledger.db")
	now := time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC)
	l, err := Open(file)
	if err != nil {
		t.Fatal(err)
	}
	add := func(l *Ledger, path string) {
		t.Helper()
		if _, err := l.Update(now, []Article{{Path: path, ID: "id of " + path}}, nil); err != nil {
			t.Fatal(err)
		}
		if err := l.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	add(l, "a.md")
	keep := func(want Displaced) {
		t.Helper()
		if d, err := l.KeepPlace(now); err != nil || d != want {
			t.Errorf("%+v, %v, want %+v", d, err, want)
		}
	}
	keep(Displaced{})
	keep(Displaced{})
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	keep(Displaced{Deleted: true})
	keep(Displaced{})
	add(l, "b.md")

	other, err := Open(filepath.Join(t.TempDir(), "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	add(other, "other.md")
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	for i, foreign := range []string{other.file, ""} {
		b := []byte("no ledger")
		if foreign != "" {
			if b, err = os.ReadFile(foreign); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(file+"~", b, 0o666); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(file+"~", file); err != nil {
			t.Fatal(err)
		}
		add(l, []string{"c.md", "d.md"}[i]) // unnoticed, and not lost
		now = now.Add(time.Minute)
		aside := file + ".replaced-" + now.Format("20060102T150405Z")
		keep(Displaced{Aside: aside})
		keep(Displaced{})
		if kept, err := os.ReadFile(aside); err != nil || string(kept) != string(b) {
			t.Errorf("what was put there is not kept: %v", err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if l, err = Open(file); err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var paths []string
	for path := range l.Paths() {
		paths = append(paths, path)
	}
	for _, path := range []string{"a.md", "b.md", "c.md", "d.md"} {
		if !strings.Contains(strings.Join(paths, " "), path) {
			t.Errorf("%s is forgotten: %q", path, paths)
		}
	}
}
