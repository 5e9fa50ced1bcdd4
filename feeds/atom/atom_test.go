package atom

import (
	"encoding/xml"
	"slices"
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
	XMLName  xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
	Title    string   `xml:"title"`
	Subtitle string   `xml:"subtitle"`
	Entries  []struct {
		Title      string   `xml:"title"`
		Summary    string   `xml:"summary"`
		Authors    []string `xml:"author>name"`
		Categories []struct {
			Term  string `xml:"term,attr"`
			Label string `xml:"label,attr"`
		} `xml:"category"`
		Content *struct {
			Type string `xml:"type,attr"`
			Body string `xml:",chardata"`
		} `xml:"http://www.w3.org/2005/Atom content"`
		Links []struct {
			Rel   string `xml:"rel,attr"`
			Type  string `xml:"type,attr"`
			Href  string `xml:"href,attr"`
			Title string `xml:"title,attr"`
		} `xml:"link"`
		Source string `xml:"source>title"`
	} `xml:"entry"`
}

func read(t *testing.T, f *feeds.Feed) decoded {
	t.Helper()
	return feedtest.DecodeXML[decoded](t, Encode, f)
}

func FuzzEncode(f *testing.F) {
	feedtest.Seed(f)
	f.Fuzz(func(t *testing.T, text, address string, number int64) {
		d := read(t, feedtest.Hostile(text, address, number))
		if len(d.Entries) != 1 {
			t.Fatalf("%d entries", len(d.Entries))
		}
		e := d.Entries[0]
		got := map[string]string{
			"feed title": d.Title, "subtitle": d.Subtitle, "title": e.Title, "summary": e.Summary, "source": e.Source,
			"term": e.Categories[0].Term, "label": e.Categories[0].Label,
		}
		if e.Content != nil {
			got["content"] = e.Content.Body
		}
		for _, name := range e.Authors {
			got["author"] = name
		}
		for _, l := range e.Links {
			if l.Rel == "related" {
				got["related"] = l.Title
			}
		}
		for what, got := range got {
			want := feeds.XMLText(text)
			if what == "content" { // XML itself makes line feeds of carriage returns in CDATA
				want = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(want)
			}
			if got != want {
				t.Errorf("%s %q, want %q", what, got, want)
			}
		}
	})
}

// RFC 4287 §4.1.2 forbids two alternate links of one type. Some readers use the first
// alternate link, others the last.
func TestAlternatesDifferAndTheMainOneIsFirstAndLast(t *testing.T) {
	f := feedtest.Everything()
	types := make(map[string]bool)
	var addresses []string
	for _, l := range read(t, f).Entries[0].Links {
		if l.Rel != "alternate" {
			continue
		}
		if types[l.Type] {
			t.Errorf("two alternates have type %q", l.Type)
		}
		types[l.Type] = true
		addresses = append(addresses, l.Href)
	}
	it := f.Items[0]
	if want := []string{it.URL, it.AMP[0].URL, it.AMP[1].URL, it.URL}; !slices.Equal(addresses, want) {
		t.Errorf("alternates %q, want %q", addresses, want)
	}
	if f.Items[0].AMP = nil; len(read(t, f).Entries[0].Links) != 4 {
		t.Errorf("links %+v, want the page, via and two related", read(t, f).Entries[0].Links)
	}
}

func TestEntryWithoutPageHasContentAndNoAlternate(t *testing.T) {
	f := feedtest.Everything()
	f.Items = []*feeds.Item{{ID: "urn:x", Title: "T", Summary: "S", AMP: []feeds.Link{{URL: "https://example.com/amp"}}}}
	e := read(t, f).Entries[0]
	if e.Content == nil || e.Content.Type != "text" || e.Content.Body != "S" {
		t.Errorf("content %+v, want the summary as text", e.Content)
	}
	if len(e.Links) != 0 {
		t.Errorf("links %+v, want none: an AMP page is never the main one", e.Links)
	}
}

func BenchmarkEncode(b *testing.B) { feedtest.Benchmark(b, Encode) }
