package main

import (
	"bytes"
	"fmt"
	"html"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"
	"github.com/mmcdole/gofeed/atom"
	ext "github.com/mmcdole/gofeed/extensions"
	"gopkg.in/yaml.v3"

	"feedmill/feeds"
)

var corpus = filepath.Join("..", "..", "..", "shared", "corpus", "articles")

// told is what a subscriber learns of an item.
type told struct {
	ID, Link, Title, Image string
	Published              time.Time
	Categories             []string
}

// TestCorpus serves real articles, where they are at hand: every feed says the
// same in its three formats, and nothing that is withheld is anywhere.
func TestCorpus(t *testing.T) {
	if _, err := os.Stat(corpus); err != nil {
		t.Skip("skipped: the corpus of real articles is not beside the project")
	}
	settings := filepath.Join(t.TempDir(), "settings.yaml") // else the articles' relative addresses look like our own pages
	if err := os.WriteFile(settings, []byte("site: {url: 'https://corpus.example/'}\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	l := serveLive(t, corpus, "--config", settings)
	pages, err := crawl(l.base, l.fetch)
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for path := range pages {
		dir, ok := strings.CutSuffix(path, feeds.RSS.Filename())
		if !ok {
			continue
		}
		kind, _, _ := strings.Cut(strings.Trim(dir, "/"), "/")
		count[kind]++
		rss := tell(t, pages, dir+feeds.RSS.Filename())
		if len(rss) == 0 {
			t.Errorf("%s is empty", path)
		}
		for _, f := range []feeds.Format{feeds.Atom, feeds.JSON} {
			other := tell(t, pages, dir+f.Filename())
			if !slices.EqualFunc(rss, other, told.equal) {
				t.Errorf("%s: %s", dir, difference(f, rss, other))
			}
		}
	}
	for _, kind := range []string{"", "topics", "categories", "types", "providers"} {
		if count[kind] == 0 {
			t.Errorf("no feeds by %q", kind)
		}
	}
	t.Logf("%d pages and documents, feeds by kind: %v", len(pages), count)
	withheld(t, pages)
}

// tell reads a document as a reader does.
func tell(t *testing.T, pages map[string][]byte, path string) []told {
	body, ok := pages[path]
	if !ok {
		t.Fatalf("%s: no page leads there", path)
	}
	p := gofeed.NewParser()
	p.RSSTranslator = &gofeed.DefaultRSSTranslator{DisableContentImageScan: true} // it scans nothing else
	f, err := p.Parse(bytes.NewReader(body))
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	var items []told
	for _, it := range f.Items {
		s := told{ID: it.GUID, Link: it.Link, Title: it.Title, Published: known(it.PublishedParsed), Categories: slices.Compact(slices.Sorted(slices.Values(it.Categories)))}
		if it.Image != nil {
			s.Image = it.Image.URL
		}
		items = append(items, s)
	}
	if f.FeedType == "atom" {
		tellAtom(t, body, items)
	}
	return items
}

// tellAtom mends what gofeed's common model makes of Atom: it knows no images
// there and takes updated for a missing published.
func tellAtom(t *testing.T, body []byte, items []told) {
	f, err := new(atom.Parser).Parse(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range f.Entries {
		items[i].Published = known(e.PublishedParsed)
		media := e.Extensions["media"]["content"]
		if at := slices.IndexFunc(media, func(m ext.Extension) bool { return m.Attrs["medium"] == "image" }); at >= 0 {
			items[i].Image = media[at].Attrs["url"]
		}
	}
}

// difference names the first item in which a format is not like RSS.
func difference(f feeds.Format, rss, other []told) string {
	for i := range min(len(rss), len(other)) {
		if !rss[i].equal(other[i]) {
			return fmt.Sprintf("item %d\n in RSS %+v\n in %s %+v", i, rss[i], f, other[i])
		}
	}
	return fmt.Sprintf("%d items in RSS, %d in %s", len(rss), len(other), f)
}

func known(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

func (s told) equal(o told) bool {
	return s.ID == o.ID && s.Link == o.Link && s.Title == o.Title && s.Image == o.Image &&
		s.Published.Equal(o.Published) && slices.Equal(s.Categories, o.Categories)
}

// withheld looks in every response for what the articles hold that nobody may see.
func withheld(t *testing.T, pages map[string][]byte) {
	var secrets []string
	shown, hidden := map[string]bool{}, map[string]bool{}
	err := filepath.WalkDir(corpus, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		var a struct {
			Title     string
			Secured   string
			Published *bool
			Removed   bool
		}
		if err := yaml.Unmarshal(frontMatter(must(os.ReadFile(file))), &a); err != nil {
			return err
		}
		if a.Secured != "" {
			secrets = append(secrets, a.Secured)
		}
		if a.Removed || a.Published != nil && !*a.Published {
			hidden[a.Title] = true
		} else {
			shown[a.Title] = true
		}
		return nil
	})
	if err != nil || len(secrets) < 100 || len(hidden) == 0 {
		t.Fatalf("%d secrets, %d hidden articles, %v", len(secrets), len(hidden), err)
	}
	for title := range hidden {
		if !shown[title] { // two articles can share one
			secrets = append(secrets, title)
		}
	}
	for path, body := range pages {
		text := html.UnescapeString(string(body))
		for _, s := range secrets {
			if strings.Contains(text, s) {
				t.Errorf("%s shows %.60q", path, s)
			}
		}
	}
}

func frontMatter(file []byte) []byte {
	parts := bytes.SplitN(bytes.TrimPrefix(file, []byte("\ufeff")), []byte("---"), 3)
	if len(parts) < 3 {
		return nil
	}
	return parts[1]
}
