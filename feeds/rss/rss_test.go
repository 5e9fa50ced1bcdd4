package rss

import (
	"html"
	"strings"
	"testing"

	"feedmill/feeds"
	"feedmill/feeds/internal/feedtest"
)

func TestGolden(t *testing.T) {
	feedtest.Golden(t, "everything.xml", feedtest.Bytes(t, Encode, feedtest.Everything()))
	feedtest.Golden(t, "empty.xml", feedtest.Bytes(t, Encode, feedtest.Empty()))
	feedtest.Golden(t, "archive.xml", feedtest.Bytes(t, Encode, feedtest.Archive()))
	feedtest.Golden(t, "complete.xml", feedtest.Bytes(t, Encode, feedtest.Complete()))
}

// decoded is the part of a document that tests look at.
type decoded struct {
	Channel struct {
		Title     string `xml:"title"`
		Copyright string `xml:"copyright"`
		Items     []struct {
			Title       string   `xml:"title"`
			Description string   `xml:"description"`
			Content     string   `xml:"http://purl.org/rss/1.0/modules/content/ encoded"`
			Author      string   `xml:"author"`
			Creators    []string `xml:"http://purl.org/dc/elements/1.1/ creator"`
			Categories  []string `xml:"category"`
			Source      string   `xml:"source"`
		} `xml:"item"`
	} `xml:"channel"`
}

func read(t *testing.T, f *feeds.Feed) decoded {
	t.Helper()
	return feedtest.DecodeXML[decoded](t, Encode, f)
}

func FuzzEncode(f *testing.F) {
	feedtest.Seed(f)
	f.Fuzz(func(t *testing.T, text, address string, number int64) {
		d := read(t, feedtest.Hostile(text, address, number))
		text = feeds.XMLText(text)
		if len(d.Channel.Items) != 1 {
			t.Fatalf("%d items", len(d.Channel.Items))
		}
		it := d.Channel.Items[0]
		got := map[string]string{
			"channel title": d.Channel.Title, "copyright": d.Channel.Copyright, "title": it.Title,
			"description": html.UnescapeString(it.Description), // the only field that is HTML
			"category":    it.Categories[0],
		}
		for _, name := range it.Creators {
			got["creator"] = name
		}
		if it.Source != "" {
			got["source"] = it.Source
		}
		for what, got := range got {
			if got != text {
				t.Errorf("%s %q, want %q", what, got, text)
			}
		}
		// XML itself makes line feeds of carriage returns in CDATA.
		if want := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text); it.Content != want {
			t.Errorf("content %q, want %q", it.Content, want)
		}
	})
}

func TestOneAuthorWithAnAddressIsAuthorAllOthersAreCreators(t *testing.T) {
	named, mailed := feeds.Person{Name: "Ann"}, feeds.Person{Name: "Bob", Email: "bob@example.com"}
	for _, c := range []struct {
		people   []feeds.Person
		author   string
		creators string
	}{
		{nil, "", ""},
		{[]feeds.Person{named}, "", "Ann"},
		{[]feeds.Person{mailed}, "bob@example.com (Bob)", ""},
		{[]feeds.Person{mailed, named}, "", "Bob,Ann"},
		{[]feeds.Person{{Email: "bob@example.com"}}, "", ""},
		{[]feeds.Person{{Name: "Bob", Email: "bob at example"}}, "", "Bob"},
		{[]feeds.Person{{Name: "Bob", Email: "Bob <bob@example.com>"}}, "", "Bob"},
		{[]feeds.Person{{Name: "Bob (staff)", Email: "bob@example.com"}}, "", "Bob (staff)"},
	} {
		f := feedtest.Everything()
		f.Items = []*feeds.Item{{ID: "urn:x", Title: "t", Authors: c.people}}
		it := read(t, f).Channel.Items[0]
		if got := strings.Join(it.Creators, ","); it.Author != c.author || got != c.creators {
			t.Errorf("%v: author %q creators %q, want %q and %q", c.people, it.Author, got, c.author, c.creators)
		}
	}
}

func TestImageIsABitmap(t *testing.T) {
	for _, c := range []struct{ logo, icon, want string }{
		{"", "", ""},
		{"https://example.com/l.PNG", "https://example.com/i.png", "https://example.com/l.PNG"},
		{"https://example.com/l.svg", "https://example.com/i.jpeg?v=1", "https://example.com/i.jpeg?v=1"},
		{"https://example.com/logo", "", "https://example.com/logo"},
		{"https://example.com/l.webp", "https://example.com/favicon.ico", ""},
	} {
		f := feedtest.Empty()
		f.Site.Logo, f.Site.Icon = c.logo, c.icon
		got := ""
		if m := newChannel(f).Image; m != nil {
			got = m.URL
		}
		if got != c.want {
			t.Errorf("logo %q and icon %q give image %q, want %q", c.logo, c.icon, got, c.want)
		}
	}
}

func BenchmarkEncode(b *testing.B) { feedtest.Benchmark(b, Encode) }
