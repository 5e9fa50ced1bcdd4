package feedtest_test

import (
	"bytes"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"
	gatom "github.com/mmcdole/gofeed/atom"

	"feedmill/feeds"
	"feedmill/feeds/article"
	"feedmill/feeds/atom"
	"feedmill/feeds/document"
	"feedmill/feeds/internal/feedtest"
	"feedmill/feeds/jsonfeed"
	"feedmill/feeds/rss"
)

var encoders = [len(feeds.Formats)]document.Encoder{feeds.RSS: rss.Encode, feeds.Atom: atom.Encode, feeds.JSON: jsonfeed.Encode}

// seen is what a feed reader tells items apart by.
type seen struct {
	ID, Link, Image    string
	Published, Updated time.Time
	Categories         []string
}

func TestFormatsAgree(t *testing.T) { agree(t, feedtest.Everything()) }

// TestFormatsAgreeOnCorpus does the same with a corpus of real articles.
func TestFormatsAgreeOnCorpus(t *testing.T) {
	root := filepath.Join("..", "..", "..", "..", "shared", "corpus", "articles")
	if _, err := os.Stat(root); err != nil {
		t.Skip("skipped: the corpus of real articles is not beside the project")
	}
	p := article.NewParser(article.Options{SiteURL: "https://www.example.com/"})
	f := feedtest.Everything()
	f.Items = nil
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		src, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		a, err := p.Parse(filepath.ToSlash(name), src)
		if err != nil {
			return err
		}
		it, err := a.Item(t.Context())
		f.Items = append(f.Items, it)
		return err
	})
	if err != nil || len(f.Items) == 0 {
		t.Fatalf("%d articles, %v", len(f.Items), err)
	}
	agree(t, f)
}

// agree fails the test unless the document in each format, read by gofeed, has the
// items of f.
func agree(t *testing.T, f *feeds.Feed) {
	t.Helper()
	var want []seen
	for _, it := range f.Items {
		s := seen{ID: normalized(it.ID), Link: normalized(it.URL), Published: it.Published, Updated: it.Changed()}
		if len(it.Images) > 0 {
			s.Image = normalized(it.Images[0].URL)
		}
		for _, tag := range it.Tags {
			s.Categories = append(s.Categories, tag.Name)
		}
		s.Categories = unique(s.Categories)
		want = append(want, s)
	}
	for _, format := range feeds.Formats {
		got := parse(t, format, f)
		if len(got) != len(want) {
			t.Fatalf("%s: %d items, want %d", format, len(got), len(want))
		}
		for i := range want {
			if !equal(got[i], want[i]) {
				t.Errorf("%s, item %d:\n got %+v\nwant %+v", format, i, got[i], want[i])
			}
		}
	}
}

func TestEncodersReturnTheWritersError(t *testing.T) {
	full := errors.New("disk full")
	for _, format := range feeds.Formats {
		if err := encoders[format](failing{full}, feedtest.Everything()); !errors.Is(err, full) {
			t.Errorf("%s: %v, want %v", format, err, full)
		}
	}
}

type failing struct{ err error }

func (w failing) Write([]byte) (int, error) { return 0, w.err }

func FuzzFormatsAgree(f *testing.F) {
	feedtest.Seed(f)
	f.Fuzz(func(t *testing.T, text, address string, number int64) {
		// How readers take a time in a year that the formats cannot express is
		// undefined.
		number %= time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
		feed := feedtest.Hostile(text, "https://example.com/"+address, max(number, 0))
		rss := parse(t, feeds.RSS, feed)
		for _, format := range []feeds.Format{feeds.Atom, feeds.JSON} {
			if got := parse(t, format, feed); len(got) != 1 || got[0].ID != rss[0].ID || got[0].Link != rss[0].Link ||
				got[0].Image != rss[0].Image || !got[0].Published.Equal(rss[0].Published) || !got[0].Updated.Equal(rss[0].Updated) {
				t.Errorf("%s %+v, RSS %+v", format, got, rss)
			}
		}
	})
}

func parse(t *testing.T, format feeds.Format, f *feeds.Feed) []seen {
	t.Helper()
	doc := feedtest.Bytes(t, encoders[format], f)
	p := gofeed.NewParser()
	// Only for RSS would gofeed look for pictures in the content.
	p.RSSTranslator = &gofeed.DefaultRSSTranslator{DisableContentImageScan: true}
	parsed, err := p.Parse(bytes.NewReader(doc))
	if err != nil {
		t.Fatalf("%s: %v in\n%s", format, err, doc)
	}
	var all []seen
	for _, it := range parsed.Items {
		s := seen{ID: normalized(it.GUID), Link: normalized(it.Link), Categories: unique(it.Categories), Published: known(it.PublishedParsed), Updated: known(it.UpdatedParsed)}
		if it.Image != nil {
			s.Image = normalized(it.Image.URL)
		}
		all = append(all, s)
	}
	if format == feeds.Atom {
		readAtom(t, doc, all)
	}
	return all
}

// readAtom corrects all, which gofeed made of an Atom document: gofeed ignores images
// there and uses updated for a missing published. An updated before feeds.Undated is
// not compared: it stands for no date, because Atom requires one.
func readAtom(t *testing.T, doc []byte, all []seen) {
	t.Helper()
	parsed, err := new(gatom.Parser).Parse(bytes.NewReader(doc))
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range parsed.Entries {
		if all[i].Published = known(e.PublishedParsed); all[i].Published.IsZero() && all[i].Updated.Before(feeds.Undated) {
			all[i].Updated = time.Time{}
		}
		for _, c := range e.Extensions["media"]["content"] {
			if c.Attrs["medium"] == "image" {
				all[i].Image = normalized(c.Attrs["url"])
				break
			}
		}
	}
}

func equal(a, b seen) bool {
	return a.ID == b.ID && a.Link == b.Link && a.Image == b.Image && slices.Equal(a.Categories, b.Categories) &&
		a.Published.Equal(b.Published) && a.Updated.Equal(b.Updated)
}

// normalized is address as gofeed returns it for Atom documents, where it resolves
// addresses: for example without an empty fragment.
func normalized(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.String()
}

func known(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// unique keeps the first of each name: in JSON Feed a topic and a category of the same
// name are the same tag.
func unique(names []string) []string {
	var all []string
	for _, n := range names {
		if !slices.Contains(all, n) {
			all = append(all, n)
		}
	}
	return all
}
