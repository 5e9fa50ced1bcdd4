package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// TestReplay writes nine months of real changes to disk as fast as it can, while
// the program watches. What it serves in the end is what a restart serves, to
// the byte.
func TestReplay(t *testing.T) {
	history, err := os.Open(filepath.Join("..", "..", "..", "shared", "corpus", "history.ndjson.gz"))
	if err != nil {
		t.Skip("skipped: the corpus of real articles is not beside the project")
	}
	defer history.Close()
	site, state := t.TempDir(), t.TempDir()
	var watched, restarted map[string][]byte
	t.Run("watched", func(t *testing.T) {
		l := serveLive(t, site, "--state", state)
		replay(t, site, history)
		save(t, site, "last.md", "---\ntitle: The last change\ntopics: [Last]\n---\n")
		if !poll(func() bool {
			_, body := l.get("/topics/last/rss.xml")
			return bytes.Contains(body, []byte("The last change"))
		}) {
			t.Fatal("the last change does not show")
		}
		watched = documentsOf(t, l)
	})
	t.Run("restarted", func(t *testing.T) {
		restarted = documentsOf(t, serveLive(t, site, "--state", state))
	})
	if len(watched) < 90 {
		t.Errorf("%d documents", len(watched))
	}
	for path, want := range restarted {
		if !bytes.Equal(watched[path], want) {
			t.Errorf("%s is not what a restart serves", path)
		}
	}
	for path := range watched {
		if restarted[path] == nil {
			t.Errorf("%s is not served after a restart", path)
		}
	}
}

func replay(t *testing.T, site string, history io.Reader) {
	t.Helper()
	z, err := gzip.NewReader(history)
	if err != nil {
		t.Fatal(err)
	}
	lines, n := json.NewDecoder(z), 0
	for {
		var c struct{ Op, Path, Content string }
		switch err := lines.Decode(&c); {
		case errors.Is(err, io.EOF):
			t.Logf("%d changes", n)
			return
		case err != nil:
			t.Fatal(err)
		}
		n++
		if c.Op == "remove" {
			if err := os.Remove(filepath.Join(site, filepath.FromSlash(c.Path))); err != nil {
				t.Fatal(err)
			}
			continue
		}
		save(t, site, c.Path, c.Content)
	}
}

func save(t *testing.T, site, path, content string) {
	t.Helper()
	file := filepath.Join(site, filepath.FromSlash(path))
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o777), os.WriteFile(file, []byte(content), 0o666)); err != nil {
		t.Fatal(err)
	}
}

// documentsOf fetches every document that the OPML names, in each format,
// without the address it is served at.
func documentsOf(t *testing.T, l *live) map[string][]byte {
	t.Helper()
	opml, err := l.fetch("/opml.xml")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, m := range regexp.MustCompile(`xmlUrl="[^"]*?(/[^":]*)rss\.xml"`).FindAllSubmatch(bytes.ReplaceAll(opml, []byte(l.base), []byte("/")), -1) {
		for _, name := range []string{"rss.xml", "atom.xml", "feed.json"} {
			path := string(m[1]) + name
			body, err := l.fetch(path)
			if err != nil {
				t.Fatal(err)
			}
			all[path] = bytes.ReplaceAll(body, []byte(l.base), []byte("/"))
		}
	}
	return all
}
