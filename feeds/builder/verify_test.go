package builder

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/document"
	"feedmill/watcher"
)

var verifyNow = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)

func encoded(t testing.TB, f *feeds.Feed, format feeds.Format) *document.Document {
	t.Helper()
	d, err := document.NewDocument(f, format, encoders[format])
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestVerify finds in a good document what a mistake of ours would make of it.
func TestVerify(t *testing.T) {
	site := &feeds.Site{Title: "S", BaseURL: "https://feeds.example/", HomeURL: "https://example.org/"}
	good := func() *feeds.Feed {
		f := &feeds.Feed{Site: site, ID: "urn:x:f", Title: "S", Description: "D", Updated: time.Unix(1e9, 0).UTC()}
		for i := range 2 {
			f.Items = append(f.Items, &feeds.Item{
				ID: fmt.Sprintf("urn:x:%d", i), URL: "https://example.org/?a=1&b=2", Title: "T & <T>", HTML: "<p>]]></p>",
				Published: time.Unix(1e9, 0).UTC(), Updated: time.Unix(1e9, 0).UTC(), Images: []feeds.Image{{URL: "https://example.org/i.png"}},
			})
		}
		return f
	}
	for name, c := range map[string]struct {
		spoil func(f *feeds.Feed)
		want  string // empty: fine
	}{
		"good":         {func(*feeds.Feed) {}, ""},
		"empty":        {func(f *feeds.Feed) { f.Items = nil }, ""},
		"old":          {func(f *feeds.Feed) { f.Items[0].Published = time.Date(1776, 7, 4, 0, 0, 0, 0, time.UTC) }, ""},
		"same id":      {func(f *feeds.Feed) { f.Items[1].ID = f.Items[0].ID }, "the id urn:x:0 is there twice"},
		"no id":        {func(f *feeds.Feed) { f.Items[1].ID = "" }, "an item has no id"},
		"relative":     {func(f *feeds.Feed) { f.Items[1].URL = "/a?b=c:d" }, `the address "/a?b=c:d" is not absolute`},
		"relative one": {func(f *feeds.Feed) { f.Items[1].Images[0].URL = "i.png" }, `the address "i.png" is not absolute`},
		"own address":  {func(f *feeds.Feed) { s := *site; s.BaseURL = "/"; f.Site = &s }, "is not absolute"},
		"future": {func(f *feeds.Feed) {
			f.Items[0].Updated = verifyNow.AddDate(0, 0, 2)
			f.Items[0].Published = f.Items[0].Updated
		}, "is not plausible"},
		"never set": {func(f *feeds.Feed) { f.Items[0].Published = time.Time{}.Add(time.Hour) }, "is not plausible"},
	} {
		f := good()
		c.spoil(f)
		if err := verify(f, verifyNow); c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if err := verify(large(), verifyNow); err != nil {
		t.Errorf("a large feed: %v", err)
	}
}

// TestLastGood serves the last good document of each format until there is a
// better one, and keeps no other.
func TestLastGood(t *testing.T) {
	var log strings.Builder
	b := testBuilder(newDisk(), func() time.Time { return verifyNow }, func(o *Options) { o.Logger = textLogger(&log) })
	if err := b.Apply(t.Context(), watcher.Changes{Rescan: true}); err != nil {
		t.Fatal(err)
	}
	var w *window
	for _, w = range b.windows {
	}
	site := &b.opt.Site
	revision := func(title string, rss document.Encoder, items ...*feeds.Item) *document.Revision {
		all := encoders
		if rss != nil {
			all[feeds.RSS] = rss
		}
		return b.checked(document.Feeds, w.lastGood, feeds.Key{}.DocumentPath, document.NewRevision(func() *feeds.Feed {
			return &feeds.Feed{Site: site, ID: "urn:x:f", Title: title, Description: "D", Items: items}
		}, all))
	}
	get := func(r *document.Revision, f feeds.Format) string {
		t.Helper()
		d, err := r.Document(f)
		if err != nil {
			return "error"
		}
		for _, title := range []string{"first", "second", "third", "fourth", "fifth"} {
			if strings.Contains(string(d.Body), title) {
				return title
			}
		}
		return "nothing"
	}
	expect := func(r *document.Revision, f feeds.Format, want string, problems int) {
		t.Helper()
		for range 2 {
			if got := get(r, f); got != want {
				t.Errorf("%s is of %s, want %s", f, got, want)
			}
		}
		if got := b.Report().Problems; len(got) != problems || problems > 0 && !strings.HasPrefix(got[0].Error(), "/") {
			t.Errorf("problems: %v, want %d", got, problems)
		}
	}
	broken := func(w io.Writer, f *feeds.Feed) error {
		io.WriteString(w, "<rss><second>")
		return errors.New("out of ink")
	}
	panics := func(io.Writer, *feeds.Feed) error { panic("oh") }
	twice := []*feeds.Item{{ID: "urn:x:1", Title: "T", URL: "https://a.example/", Updated: feeds.Undated}, {ID: "urn:x:1", Title: "T", URL: "https://a.example/", Updated: feeds.Undated}}

	expect(revision("first", broken), feeds.RSS, "error", 1)
	expect(revision("second", nil, twice...), feeds.RSS, "second", 1) // odd, and better than none
	early := revision("third", nil)
	good := revision("first", nil)
	expect(good, feeds.RSS, "first", 0)
	expect(early, feeds.RSS, "third", 0) // asked for late: it does not become the last good one
	expect(revision("second", broken), feeds.RSS, "first", 1)
	expect(revision("second", panics), feeds.RSS, "first", 1)
	bad := revision("second", nil, twice...)
	expect(bad, feeds.RSS, "first", 1)
	expect(bad, feeds.JSON, "second", 1+1) // nothing good of that format yet
	expect(revision("fourth", nil), feeds.RSS, "fourth", 1)
	if n := strings.Count(log.String(), "document is not good"); n != 6 {
		t.Errorf("logged %d times, want once for each:\n%s", n, log.String())
	}
}

// BenchmarkVerify beside BenchmarkEncode says what verifying adds. Rendering the
// articles, which comes before, is in neither.
func BenchmarkVerify(b *testing.B) {
	for f := large(); b.Loop(); {
		if err := verify(f, verifyNow); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	for _, format := range feeds.Formats {
		f := large()
		b.Run(format.String(), func(b *testing.B) {
			b.SetBytes(int64(len(encoded(b, f, format).Body)))
			for b.Loop() {
				encoded(b, f, format)
			}
		})
	}
}

// BenchmarkRender makes and verifies documents of items of which nothing is in
// memory, and of those whose fragments are.
func BenchmarkRender(b *testing.B) {
	for _, format := range feeds.Formats {
		shared := *large()
		unshared := shared.Items
		forget := func() {
			shared.Items = make([]*feeds.Item, len(unshared))
			for i, it := range unshared {
				shared.Items[i] = (&document.Shared{Grown: func(int) {}}).Of(it)
			}
		}
		render := func() {
			r := document.NewRevision(func() *feeds.Feed { return &shared }, encoders).Checked(nil, document.Feeds, func(_ feeds.Format, f *feeds.Feed, _ *document.Document, err error) (*document.Revision, error) {
				return nil, errors.Join(err, verify(f, verifyNow))
			})
			if _, err := r.Document(format); err != nil {
				b.Fatal(err)
			}
		}
		forget()
		b.Run(format.String()+"/cold", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				forget()
				render()
			}
		})
		render()
		b.Run(format.String()+"/warm", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				render()
			}
		})
	}
}

// large is a feed of fifty articles that use every field, with some 4 KB of HTML each.
func large() *feeds.Feed {
	const u = "https://example.org/?a=1&b=2"
	at := time.Unix(1e9, 0).UTC()
	f := &feeds.Feed{Site: &feeds.Site{Title: "S", BaseURL: "https://feeds.example/", HomeURL: "https://example.org/", Icon: u, Logo: u}, ID: "urn:x:f", Title: "S", Description: "D", Updated: at}
	for i := range 50 {
		f.Items = append(f.Items, &feeds.Item{
			ID: fmt.Sprintf("urn:x:%d", i), URL: u, OriginalURL: u, Title: "T & <T>", Summary: "A summary & more", Published: at, Updated: at,
			HTML: strings.Repeat("<p>A text of <b>some</b> length, with \"quotes\" &amp; <a href=\"https://example.org/\">links</a>.</p>\n", 40),
			AMP:  []feeds.Link{{URL: u, Title: "t"}}, Authors: []feeds.Person{{Name: "n", URL: u, Avatar: u, Email: "a@example.org"}, {Name: "m"}},
			Tags: []feeds.Tag{{Kind: feeds.Topic, Name: "Go & C"}, {Kind: feeds.Category, Name: "news"}}, Language: "en",
			Images: []feeds.Image{{URL: u, Width: 9, Height: 9, Title: "t", Credit: "c"}}, Enclosures: []feeds.Enclosure{{URL: u, Type: "audio/mpeg", Length: 1}, {URL: u, Type: "audio/mpeg"}},
			Related: []feeds.Related{{URL: u, Title: "t", Summary: "s", Provider: "p", Published: at}}, Source: &feeds.Source{Name: "n", URL: u, Icon: u, ID: "urn:x:s"},
			Video: &feeds.Video{PlayerURL: u, PageURL: u},
		})
	}
	return f
}
