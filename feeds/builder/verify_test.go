package builder

import (
	"encoding/xml"
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
		for _, format := range feeds.Formats {
			f := good()
			c.spoil(f)
			err := verify(encoded(t, f, format), nil, verifyNow)
			if _, inParts := verifiedInParts(f, format, encoders[format]); (err == nil) != (inParts == nil) {
				t.Errorf("%s in %s: %v, but in parts: %v", name, format, err, inParts)
			}
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || errors.Is(err, errMalformed)) {
				t.Errorf("%s in %s: %v, want %q", name, format, err, c.want)
			}
		}
	}
	for _, format := range feeds.Formats {
		if err := verify(encoded(t, large(), format), nil, verifyNow); err != nil {
			t.Errorf("a large feed in %s: %v", format, err)
		}
		d := encoded(t, good(), format)
		d.Body = d.Body[:len(d.Body)-5]
		if err := verify(d, nil, verifyNow); !errors.Is(err, errMalformed) {
			t.Errorf("half of a document in %s: %v", format, err)
		}
	}
}

// verifiedInParts encodes f of shared fragments and verifies it with their help.
func verifiedInParts(f *feeds.Feed, format feeds.Format, encode document.Encoder) (fragments int, err error) {
	shared := *f
	shared.Items = nil
	for _, it := range f.Items {
		shared.Items = append(shared.Items, (&document.Shared{Look: inspect, Grown: func(int) {}}).Of(it))
	}
	r := document.NewRevision(func() *feeds.Feed { return &shared }, [...]document.Encoder{encode, encode, encode})
	r = r.Checked(nil, document.Feeds, func(_ feeds.Format, d *document.Document, placed []document.Placed, err error) (*document.Revision, error) {
		fragments = len(placed)
		return nil, errors.Join(err, verify(d, placed, verifyNow))
	})
	_, err = r.Document(format)
	return fragments, err
}

// TestVerifyInParts finds what is wrong in a fragment, in the frame, and in where
// the one stands in the other.
func TestVerifyInParts(t *testing.T) {
	item := func(fragment string) func(w io.Writer, f *feeds.Feed, g feeds.Format) {
		return func(w io.Writer, f *feeds.Feed, g feeds.Format) {
			f.Items[0].WriteFragment(w, g, func() ([]byte, error) { return []byte(fragment), nil })
		}
	}
	const good, goodJSON = `<item><title>T</title><guid>urn:x:1</guid></item>`, `{"id": "urn:x:1"}`
	for _, c := range []struct {
		format                feeds.Format
		head, fragment, after string
		want                  string // empty: fine
	}{
		{feeds.RSS, `<rss><channel>`, good, `</channel></rss>`, ""},
		{feeds.RSS, `<rss><channel>`, `<item><title>T</item>`, `</channel></rss>`, "malformed"},
		{feeds.RSS, `<rss><channel>`, good + good, `</channel></rss>`, "malformed"},
		{feeds.RSS, `<rss><channel>`, `<item><title>T</title></item>`, `</channel></rss>`, "an item has no id"},
		{feeds.RSS, `<rss><channel>`, good, `</rss></channel>`, "malformed"},
		{feeds.RSS, `<rss><channel><![CDATA[`, good, `]]></channel></rss>`, "malformed"},
		{feeds.RSS, `<rss><channel><a b="`, good, `"/></channel></rss>`, "malformed"},
		{feeds.RSS, `<rss><channel><title>`, good, `</title></channel></rss>`, "malformed"},
		{feeds.RSS, `<rss>`, good, `<channel></channel></rss>`, "malformed"},
		{feeds.JSON, `{"feed_url": "https://a.b/", "home_page_url": "https://a.b/", "items": [`, goodJSON, `]}`, ""},
		{feeds.JSON, `{"feed_url": "https://a.b/", "home_page_url": "https://a.b/", "items": [`, `{"id": "urn:x:1", "url": "/"}`, `]}`, "not absolute"},
		{feeds.JSON, `{"feed_url": "https://a.b/", "home_page_url": "https://a.b/", "items": [`, goodJSON + ",", `]}`, "malformed"},
		{feeds.JSON, `{"feed_url": "https://a.b/", "home_page_url": "https://a.b/", "items": [`, goodJSON, `}`, "malformed"},
		{feeds.JSON, `{"feed_url": "https://a.b/", "home_page_url": "https://a.b/", "others": [`, goodJSON, `]}`, "malformed"},
	} {
		f := &feeds.Feed{Site: &feeds.Site{}, Items: []*feeds.Item{{ID: "urn:x:1"}}}
		n, err := verifiedInParts(f, c.format, func(w io.Writer, f *feeds.Feed) error {
			io.WriteString(w, c.head)
			item(c.fragment)(w, f, c.format)
			_, err := io.WriteString(w, c.after)
			return err
		})
		if n != 1 || c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s%s%s: %v with %d fragments, want %q", c.head, c.fragment, c.after, err, n, c.want)
		}
	}
}

// TestWellFormed refuses what XML 1.0 does.
func TestWellFormed(t *testing.T) {
	for doc, want := range map[string]bool{
		`<a/>`: true, `<?xml version="1.0"?>` + "\n" + `<?xml-stylesheet href="x"?><a/>`: true, `<?xml-stylesheet href="x"><a/>`: false, `<?php x?><a/>`: false, `<?xml version="1.0" encoding="UTF-8"?>` + "\n<a>\n</a>\n": true, `<a b="c" d:e=""><f.g-h>x</f.g-h></a >`: true,
		`<a><![CDATA[ <b> & ]] ]]></a>`: true, `<a>&amp;&lt;&gt;&quot;&apos;&#38;&#x10FFFF;</a>`: true,
		``: false, `a`: false, `<a>`: false, `</a>`: false, `<a></b>`: false, `<a><b></a></b>`: false, `<a/><b/>`: false, `<a/>x`: false,
		`<a b="c" b="d"/>`: false, `<a b=c/>`: false, `<a b="<"/>`: false, `<a b="&"/>`: false, `<a b="c"d="e"/>`: false, `<a b/>`: false, `<a b="c`: false,
		`<a>&</a>`: false, `<a>&nbsp;</a>`: false, `<a>&#0;</a>`: false, `<a>&#xD800;</a>`: false, `<a>&#xFFFE;</a>`: false, `<a>&amp</a>`: false, `<a>&#;</a>`: false,
		`<a>]]></a>`: false, `<a><![CDATA[</a>`: false, `<![CDATA[x]]>`: false, `< a/>`: false, `<1/>`: false, `<a`: false, `<?xml `: false,
		"<a>\x00</a>": false, "<a>\x0b</a>": false, "<a>\xff</a>": false, "<a>\uFFFF</a>": false, "<a>\xed\xa0\x80</a>": false, `<!DOCTYPE a><a/>`: false,
	} {
		if err := wellFormed([]byte(doc), ignore); (err == nil) != want {
			t.Errorf("%q: %v, want it fine: %v", doc, err, want)
		}
	}
}

func ignore(_, _, _ []byte) {}

// FuzzWellFormed never passes what encoding/xml refuses.
func FuzzWellFormed(f *testing.F) {
	f.Add([]byte(`<?xml version="1.0"?><a b="c&amp;"><d>x</d><![CDATA[y]]></a>`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		if wellFormed(doc, ignore) != nil {
			return
		}
		for d := xml.NewDecoder(strings.NewReader(string(doc))); ; {
			if _, err := d.Token(); err == io.EOF {
				return
			} else if err != nil {
				if strings.Contains(err.Error(), "xml declaration") || strings.Contains(err.Error(), "unsupported version") || strings.Contains(err.Error(), "encoding") || strings.Contains(err.Error(), "?") {
					return // what its declaration says is not looked at: ours is a constant
				}
				t.Fatalf("%q passes: %v", doc, err)
			}
		}
	})
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
		return b.checked(document.Feeds, w.kept, feeds.Key{}.DocumentPath, document.NewRevision(func() *feeds.Feed {
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
	broken := func(w io.Writer, f *feeds.Feed) error { _, err := io.WriteString(w, "<rss><second></rss>"); return err }
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
	for _, format := range feeds.Formats {
		d := encoded(b, large(), format)
		b.Run(format.String(), func(b *testing.B) {
			b.SetBytes(int64(len(d.Body)))
			for b.Loop() {
				if err := verify(d, nil, verifyNow); err != nil {
					b.Fatal(err)
				}
			}
		})
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
				shared.Items[i] = (&document.Shared{Look: inspect, Grown: func(int) {}}).Of(it)
			}
		}
		render := func() {
			r := document.NewRevision(func() *feeds.Feed { return &shared }, encoders).Checked(nil, document.Feeds, func(_ feeds.Format, d *document.Document, fragments []document.Placed, err error) (*document.Revision, error) {
				return nil, errors.Join(err, verify(d, fragments, verifyNow))
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
