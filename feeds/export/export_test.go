package export

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// file is a File. Body returns err.
type file struct {
	name, body string
	err        error
}

func (f file) Name() string          { return f.name }
func (f file) Body() ([]byte, error) { return []byte(f.body), f.err }

func run(t *testing.T, dest string, files ...file) Report {
	t.Helper()
	r, err := Write(t.Context(), dest, slices.Values(files))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// tree returns the content of all files in dest but the manifest, and empty folders.
func tree(t *testing.T, dest string) map[string]string {
	t.Helper()
	all := make(map[string]string)
	err := filepath.WalkDir(dest, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() == manifestName {
			return err
		}
		name, _ := filepath.Rel(dest, p)
		if d.IsDir() {
			if entries, err := os.ReadDir(p); err == nil && len(entries) == 0 {
				all[filepath.ToSlash(name)+"/"] = ""
			}
			return nil
		}
		src, err := os.ReadFile(p)
		all[filepath.ToSlash(name)] = string(src)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func wantTree(t *testing.T, dest string, want map[string]string) {
	t.Helper()
	if got := tree(t, dest); !maps.Equal(got, want) {
		t.Errorf("the folder holds %v, want %v", got, want)
	}
}

func put(t *testing.T, name, body string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(body), 0o666); err != nil {
		t.Fatal(err)
	}
}

func TestRuns(t *testing.T) {
	dest := filepath.Join(t.TempDir(), "not", "yet")
	a, b, c := file{name: "index.html", body: "a"}, file{name: "topics/日本/rss.xml", body: "b"}, file{name: "topics/x/rss.xml", body: "c"}
	if r := run(t, dest, a, b, c); r != (Report{Written: 3}) {
		t.Errorf("first run: %+v", r)
	}
	wantTree(t, dest, map[string]string{"index.html": "a", "topics/日本/rss.xml": "b", "topics/x/rss.xml": "c"})

	then := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	for name := range tree(t, dest) {
		if err := os.Chtimes(filepath.Join(dest, name), then, then); err != nil {
			t.Fatal(err)
		}
	}
	a.body = "A"
	if r := run(t, dest, a, b, c); r != (Report{Written: 1, Unchanged: 2}) {
		t.Errorf("second run: %+v", r)
	}
	for name, same := range map[string]bool{"index.html": false, "topics/日本/rss.xml": true} {
		info, err := os.Stat(filepath.Join(dest, name))
		if err != nil || info.ModTime().Equal(then) != same {
			t.Errorf("%s: time kept %v, want %v (%v)", name, !same, same, err)
		}
	}

	put(t, filepath.Join(dest, "topics/x/mine.txt"), "mine")
	if r := run(t, dest, a); r != (Report{Unchanged: 1, Removed: 2}) {
		t.Errorf("third run: %+v", r)
	}
	wantTree(t, dest, map[string]string{"index.html": "A", "topics/x/mine.txt": "mine"})
	if r := run(t, dest, a, c); r != (Report{Written: 1, Unchanged: 1}) {
		t.Errorf("fourth run: %+v", r)
	}
}

func TestForeignFilesStay(t *testing.T) {
	dest := t.TempDir()
	put(t, filepath.Join(dest, "index.html"), "mine")
	for range 2 { // an attempt that failed must not add the file to the manifest
		_, err := Write(t.Context(), dest, slices.Values([]file{{name: "index.html", body: "theirs"}, {name: "rss.xml"}}))
		if err == nil || !strings.Contains(err.Error(), "index.html was not written by an export") {
			t.Fatalf("error %v", err)
		}
		wantTree(t, dest, map[string]string{"index.html": "mine"})
	}
}

func TestInterrupted(t *testing.T) {
	dest := t.TempDir()
	broken := errors.New("no bytes")
	old := []file{{name: "a", body: "1"}, {name: "gone", body: "1"}}
	run(t, dest, old...)
	next := []file{{name: "a", body: "2"}, {name: "b", body: "2"}, {name: "c", err: broken}}
	if _, err := Write(t.Context(), dest, slices.Values(next)); !errors.Is(err, broken) {
		t.Fatalf("error %v", err)
	}
	wantTree(t, dest, map[string]string{"a": "2", "b": "2", "gone": "1"})
	put(t, filepath.Join(dest, temporaryName), "left by a killed run")
	if r := run(t, dest, next[0]); r != (Report{Unchanged: 1, Removed: 2}) {
		t.Errorf("the run after: %+v", r)
	}
	wantTree(t, dest, map[string]string{"a": "2"})
}

func TestCancelled(t *testing.T) {
	dest := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Write(ctx, dest, slices.Values([]file{{name: "a"}})); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	wantTree(t, dest, map[string]string{})
}

func TestFailures(t *testing.T) {
	t.Run("dest is a file", func(t *testing.T) {
		dest := filepath.Join(t.TempDir(), "file")
		put(t, dest, "")
		_, err := Write(t.Context(), dest, slices.Values([]file{{name: "a"}}))
		if err == nil || !strings.Contains(err.Error(), dest) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("a file where a folder is needed", func(t *testing.T) {
		dest := t.TempDir()
		put(t, filepath.Join(dest, "topics"), "mine")
		_, err := Write(t.Context(), dest, slices.Values([]file{{name: "topics/a", body: "x"}}))
		if err == nil || !strings.Contains(err.Error(), "topics/a") {
			t.Errorf("error %v", err)
		}
		wantTree(t, dest, map[string]string{"topics": "mine"})
	})
	t.Run("outside", func(t *testing.T) {
		dest := filepath.Join(t.TempDir(), "dest")
		if _, err := Write(t.Context(), dest, slices.Values([]file{{name: "../escaped", body: "x"}})); err == nil {
			t.Error("no error")
		}
		wantTree(t, filepath.Dir(dest), map[string]string{})
	})
	t.Run("damaged manifest", func(t *testing.T) {
		dest := t.TempDir()
		put(t, filepath.Join(dest, manifestName), "{")
		_, err := Write(t.Context(), dest, slices.Values([]file{{name: "a"}}))
		if err == nil || !strings.Contains(err.Error(), manifestName) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("manifest naming others' files", func(t *testing.T) {
		dest := filepath.Join(t.TempDir(), "dest")
		put(t, filepath.Join(filepath.Dir(dest), "theirs"), "x")
		put(t, filepath.Join(dest, manifestName), `["../theirs"]`)
		if _, err := Write(t.Context(), dest, slices.Values([]file{{name: "a"}})); err == nil {
			t.Error("no error")
		}
		if _, err := os.Stat(filepath.Join(filepath.Dir(dest), "theirs")); err != nil {
			t.Error(err)
		}
	})
}
