package builder

import (
	"compress/gzip"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"feedmill/feeds"
)

// upgraded is a house whose state folder, in testdata/upgrade, was written by the
// last version of this program with ledgers of format 2. Before that wrote it,
// gone.md was removed, and breaks.md became a file that cannot be read.
func upgraded(t *testing.T, cache bool) *house {
	h := newHouse(t, func(o *Options) {
		o.Limits = func(feeds.Kind, string) feeds.Limits { return feeds.Limits{Items: 3} }
	})
	h.now = time.Date(2026, 6, 2, 13, 0, 0, 0, time.UTC)
	if err := h.disk.load("testdata/upgrade/site"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ledger.db", "articles.cache", "articles.cache.texts"} {
		if !cache && name != "ledger.db" {
			continue
		}
		f, err := os.Open(filepath.Join("testdata/upgrade", name+".gz"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(h.state, name), b, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

// remembered is the ids and times of all articles, and the Last-Modified of all
// documents.
func (h *house) remembered() map[string]string {
	h.t.Helper()
	all := map[string]string{}
	for path, r := range h.Builder.opt.Ledger.Records() {
		all[path] = fmt.Sprint(r.ID, r.FirstSeen.Unix(), r.Changed.Unix(), r.Stated.Unix(), r.Link, r.Feeds)
	}
	for _, l := range h.Snapshot().Listings {
		for _, f := range feeds.Formats {
			d, err := l.Document(f)
			if err != nil {
				h.t.Fatal(err)
			}
			all[l.Key.DocumentPath(f)] = d.LastModified.Format(time.RFC3339)
			for p := range l.Periods() {
				d, err := p.Document(f)
				if err != nil {
					h.t.Fatal(err)
				}
				all[l.Key.DocumentPath(f)+p.Name] = d.LastModified.Format(time.RFC3339)
			}
		}
	}
	return all
}

// differing lists the keys that have different values in a and b.
func differing(a, b map[string]string) (keys []string) {
	for _, k := range slices.Sorted(maps.Keys(a)) {
		if a[k] != b[k] {
			keys = append(keys, k)
		}
	}
	return keys
}

// TestUpgrade opens a state folder of an older version, with its cache and without:
// every article keeps its id and times, and no article counts as changed that was
// not edited meanwhile. One that was, does.
func TestUpgrade(t *testing.T) {
	text, err := os.ReadFile("testdata/upgrade/before.txt")
	if err != nil {
		t.Fatal(err)
	}
	before := map[string]string{}
	for line := range strings.Lines(string(text)) {
		path, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		before[path] = rest
	}
	for _, cache := range []bool{true, false} {
		t.Run(fmt.Sprint("cache ", cache), func(t *testing.T) {
			h := upgraded(t, cache)
			h.restart()
			if diff := differing(before, h.remembered()); cache && len(diff) > 0 {
				t.Errorf("not as before: %q\n%v", diff, h.remembered())
			} else if slices.ContainsFunc(diff, func(path string) bool { return strings.HasSuffix(path, ".md") }) {
				t.Errorf("without the cache not as before: %q", diff)
			}
			gone := h.Builder.opt.Ledger.Gone(time.Time{})["gone.md"].ID
			shown := h.shown()
			h.now = h.now.Add(time.Hour)
			h.restart()
			h.same("after another restart", shown)

			h = upgraded(t, cache)
			h.disk.write("edited.md", strings.Replace(h.disk.files["edited.md"], "Second", "Third", 1))
			h.disk.write("moved/undated.md", h.disk.files["undated.md"])
			h.disk.remove("undated.md")
			h.disk.write("back/again.md", "---\ntitle: Gone\ndate: 2024-02-07\n---\nText of what is gone.\n")
			h.restart()
			after := h.remembered()
			after["undated.md"] = after["moved/undated.md"]
			if got := slices.DeleteFunc(differing(before, after), func(k string) bool { return k[0] == '/' }); !slices.Equal(got, []string{"edited.md"}) {
				t.Errorf("changed: %q, want only what was edited", got)
			}
			if want := fmt.Sprint(h.now.Unix()); !strings.Contains(after["edited.md"], want) {
				t.Errorf("edited: %s, want changed at %s", after["edited.md"], want)
			}
			if gone == "" || !strings.HasPrefix(after["back/again.md"], gone) {
				t.Errorf("an article that is back has not the id %q: %s", gone, after["back/again.md"])
			}
		})
	}
}
