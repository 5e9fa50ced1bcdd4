package opml

import (
	"bytes"
	"encoding/xml"
	"testing"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/document"
	"feedmill/feeds/internal/feedtest"
)

func snapshot(site *feeds.Site, listings ...*document.Listing) *document.Snapshot {
	return document.NewSnapshot(site, 0, listings, nil)
}

func everything() *document.Snapshot {
	day := func(d int) time.Time { return time.Date(2021, 3, d, 12, 0, 0, 0, time.UTC) }
	return snapshot(feedtest.Site(),
		&document.Listing{Key: feeds.Key{}, Name: "Example News & Views", Updated: day(29)},
		&document.Listing{Key: feeds.Key{Kind: feeds.Topic, Slug: "election"}, Name: "Election", Description: "Who <wins> & who \"loses\"", Updated: day(29)},
		&document.Listing{Key: feeds.Key{Kind: feeds.Topic, Slug: "日本"}, Name: "日本", Parent: "election", Updated: day(30)},
		&document.Listing{Key: feeds.Key{Kind: feeds.Category, Slug: "news"}, Name: "news"},
		&document.Listing{Key: feeds.Key{Kind: feeds.Provider, Slug: "reuters"}, Name: "Reuters"},
	)
}

func encode(t *testing.T, s *document.Snapshot) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Encode(&b, s); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestGolden(t *testing.T) {
	feedtest.Golden(t, "everything.opml", encode(t, everything()))
	feedtest.Golden(t, "empty.opml", encode(t, snapshot(feedtest.Empty().Site)))
	if !bytes.Equal(encode(t, everything()), encode(t, everything())) {
		t.Error("one snapshot encoded twice gives different bytes")
	}
}

// imported is an outline as feed readers import it.
type imported struct {
	Text        string     `xml:"text,attr"`
	Title       string     `xml:"title,attr"`
	XMLURL      string     `xml:"xmlUrl,attr"`
	Description string     `xml:"description,attr"`
	Outlines    []imported `xml:"outline"`
}

func subscriptions(in []imported) (all []imported) {
	for _, o := range in {
		if o.XMLURL != "" {
			all = append(all, o)
			continue // as feed readers do: outlines below a feed are ignored
		}
		all = append(all, subscriptions(o.Outlines)...)
	}
	return all
}

func read(t *testing.T, doc []byte) []imported {
	t.Helper()
	var d struct {
		Body []imported `xml:"body>outline"`
	}
	if err := xml.Unmarshal(doc, &d); err != nil {
		t.Fatalf("%v in %s", err, doc)
	}
	return subscriptions(d.Body)
}

func TestImportersFindEveryFeedOnce(t *testing.T) {
	s := everything()
	got := read(t, encode(t, s))
	if len(got) != len(s.Listings) {
		t.Fatalf("%d subscriptions from %d feeds", len(got), len(s.Listings))
	}
	for i, l := range s.Listings {
		if got[i].Text != l.Name || got[i].Title != l.Name || got[i].XMLURL != s.Site.URL(l.Key.DocumentPath(feeds.RSS)) {
			t.Errorf("listing %+v is imported as %+v", l.Key, got[i])
		}
	}
}

func FuzzEncode(f *testing.F) {
	f.Add("C++", "]]> & <b> \"q\"", "日本")
	f.Add("\x00\ufffe\u202e", "\xff\r\n\t", "a/b?c#d")
	f.Fuzz(func(t *testing.T, name, description, slug string) {
		l := &document.Listing{Key: feeds.Key{Kind: feeds.Topic, Slug: slug}, Name: name, Description: description}
		got := read(t, encode(t, snapshot(feedtest.Site(), l)))
		if len(got) != 1 || got[0].Text != feeds.XMLText(name) || got[0].Description != feeds.XMLText(description) {
			t.Fatalf("%q, %q read back as %+v", name, description, got)
		}
	})
}
