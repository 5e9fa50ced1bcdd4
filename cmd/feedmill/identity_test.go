package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestIdentity does to a site what sites go through: nothing of it may make an
// article another one, or look changed.
func TestIdentity(t *testing.T) {
	home := filepath.Join(t.TempDir(), "site")
	for i := range 90 {
		front := fmt.Sprintf("title: Story %d\ntopics: [T%d]\n", i, i%3)
		if i%5 > 0 {
			front += fmt.Sprintf("date: 2024-%02d-%02d\n", i%12+1, i%28+1)
		}
		if i%4 == 0 {
			front += fmt.Sprintf("originalUrl: https://example.com/%d\n", i)
		}
		save(t, home, fmt.Sprintf("%d/story-%d.md", i%7, i), "---\n"+front+"---\nText of "+fmt.Sprint(i)+" with [a link](/x) and ![a picture](/y.png)\n")
	}
	serve := func(name string, args ...string) (items map[string]string) {
		t.Run(name, func(t *testing.T) {
			items = walk(t, serveLive(t, append([]string{home, "--state", filepath.Join(home, ".feedmill")}, args...)...))
		})
		return items
	}
	first := serve("first", "--base-url", "http://feeds.example.org/")
	if len(first) != 90 {
		t.Fatalf("%d items", len(first))
	}
	for _, step := range []struct {
		name string
		do   func() error
		args []string
	}{
		{"restart", func() error { return nil }, []string{"--base-url", "http://feeds.example.org/"}},
		{"scheme", func() error { return nil }, []string{"--base-url", "https://feeds.example.org/"}},
		{"host", func() error { return nil }, []string{"--base-url", "https://other.example.org/feeds/"}},
		{"moved", func() error {
			old := home
			home = filepath.Join(t.TempDir(), "elsewhere")
			return os.Rename(old, home)
		}, nil},
		{"checked out anew", func() error {
			return each(home, func(file string) error { return os.Chtimes(file, time.Now(), time.Now()) })
		}, nil},
		{"a third renamed", func() error {
			n := 0
			return each(home, func(file string) error {
				if n++; n%3 > 0 {
					return nil
				}
				return os.Rename(file, filepath.Join(home, fmt.Sprintf("new-name-%d.md", n)))
			})
		}, nil},
	} {
		if err := step.do(); err != nil {
			t.Fatal(err)
		}
		if items := serve(step.name, step.args...); !maps.Equal(items, first) {
			for id, dates := range first {
				if items[id] != dates {
					t.Errorf("%s: %s was %s, is %q", step.name, id, dates, items[id])
				}
			}
		}
	}
}

// each calls do with every article's file.
func each(home string, do func(file string) error) error {
	files, err := filepath.Glob(filepath.Join(home, "*", "*.md"))
	for _, file := range files {
		if err == nil {
			err = do(file)
		}
	}
	return err
}

// walk follows next_url from the newest article to the first and returns the
// dates of each by id.
func walk(t *testing.T, l *live) map[string]string {
	t.Helper()
	items := map[string]string{}
	for path := "/feed.json"; path != ""; {
		body, err := l.fetch(path)
		if err != nil {
			t.Fatal(err)
		}
		var feed struct {
			Next  string `json:"next_url"`
			Items []struct {
				ID        string `json:"id"`
				Published string `json:"date_published"`
				Modified  string `json:"date_modified"`
			}
		}
		if err := json.Unmarshal(body, &feed); err != nil {
			t.Fatal(err)
		}
		for _, it := range feed.Items {
			items[it.ID] = it.Published + " " + it.Modified
		}
		_, path, _ = strings.Cut(feed.Next, "/archive/")
		if path != "" {
			path = "/archive/" + path
		}
	}
	return items
}
