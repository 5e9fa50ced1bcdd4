package atom

import (
	"cmp"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"

	gfeeds "github.com/gorilla/feeds"

	"feedmill/feeds"
	"feedmill/feeds/internal/atomext"
	"feedmill/feeds/internal/chardata"
	"feedmill/feeds/internal/gorilla"
	"feedmill/feeds/internal/mediarss"
	"feedmill/feeds/internal/uri"
)

// newFeed is the document without entries.
func newFeed(f *feeds.Feed) *feed {
	g := (&gfeeds.Atom{Feed: gorilla.NewFeed(f)}).AtomFeed()
	g.Link, g.Author = nil, nil
	g.Id, g.Updated = uri.Escape(f.ID), stamp(f.Updated)
	g.Icon, g.Logo = uri.Escape(f.Site.Icon), uri.Escape(f.Site.Logo)
	x := &feed{
		AtomFeed: g,
		Media:    mediarss.Namespace,
		Language: feeds.XMLText(f.Site.Language),
		Title:    plain(f.Title),
		Subtitle: optional(f.Description),
		Links: slices.Insert(atomext.FeedLinks(f, feeds.Atom), 1,
			atomext.Link{Rel: "alternate", Type: "text/html", Href: uri.Escape(f.HomeURL())}),
		Author:    newPerson(f.Site.Author),
		Rights:    optional(f.Site.Copyright),
		Generator: chardata.New(feeds.Generator),
	}
	if x.Author == nil {
		// Entries without an author need one in the feed (§4.1.1).
		x.Author = newPerson(feeds.Person{Name: f.Site.Title})
	}
	if f.Name != "" {
		c := newCategory(f.Site, feeds.Tag{Kind: f.Key.Kind, Name: f.Name})
		x.Category = &c
	}
	x.History = atomext.NewHistory(f)
	for _, t := range f.Tombstones {
		x.Tombstone = tombstones
		x.Deleted = append(x.Deleted, deleted{uri.Escape(t.ID), stamp(t.When)})
	}
	return x
}

func newEntry(site *feeds.Site, it *feeds.Item) *entry {
	g := (&gfeeds.Atom{Feed: gorilla.NewItem(it)}).AtomFeed().Entries[0]
	g.Links, g.Author = nil, nil
	g.Id = uri.Escape(it.ID) // for an empty one gorilla makes up an id
	g.Updated = stamp(it.Updated)
	if !it.Published.IsZero() {
		g.Published = stamp(it.Published)
	}
	e := &entry{
		AtomEntry: g,
		Language:  feeds.XMLText(it.Language),
		Title:     plain(it.Title),
		Links:     links(it),
		Summary:   optional(it.Summary),
		Content:   newContent(it),
		Source:    newSource(it),
		Elements:  mediarss.NewElements(it),
	}
	for _, p := range it.Authors {
		if a := newPerson(p); a != nil {
			e.Authors = append(e.Authors, *a)
		}
	}
	for _, t := range it.Tags {
		e.Categories = append(e.Categories, newCategory(site, t))
	}
	return e
}

// newContent returns nil only where the entry has a summary and an alternate link,
// which can replace the content (§4.1.2).
func newContent(it *feeds.Item) *text {
	switch {
	case it.HTML != "":
		return &text{Type: "html", Text: chardata.CDATA(it.HTML)}
	case it.Summary == "" || it.URL == "":
		return optional(cmp.Or(it.Summary, it.Title))
	}
	return nil
}

// links begins with the item's page, because most readers take the first alternate
// link. Some, as Newsboat, take the last one: after AMP pages the item's page is
// repeated, without a type, because no two alternates may have the same type.
func links(it *feeds.Item) []atomext.Link {
	var all []atomext.Link
	if it.URL != "" {
		page := atomext.Link{Rel: "alternate", Type: "text/html", Href: uri.Escape(it.URL)}
		all = append(all, page)
		if others := amp(it); len(others) > 0 {
			page.Type = ""
			all = append(append(all, others...), page)
		}
	}
	all = append(all, atomext.ItemLinks(it)...)
	for _, e := range it.Enclosures {
		all = append(all, atomext.Link{Rel: "enclosure", Type: feeds.XMLText(e.Type), Href: uri.Escape(e.URL), Length: max(e.Length, 0)})
	}
	return all
}

// amp lists the AMP pages as alternates. No two alternates of an entry may have the
// same type (§4.1.2), so each has another parameter in its media type. Readers must
// ignore parameters that they do not know (RFC 2045 §5).
func amp(it *feeds.Item) []atomext.Link {
	var all []atomext.Link
	for i, l := range it.AMP {
		title := feeds.XMLText(l.Title)
		if !strings.Contains(title, "AMP") {
			title = strings.TrimSpace("AMP " + title)
		}
		all = append(all, atomext.Link{Rel: "alternate", Type: fmt.Sprintf("text/html; amp=%d", i+1), Title: title, Href: uri.Escape(l.URL)})
	}
	return all
}

func newSource(it *feeds.Item) *source {
	s := it.Source
	if s == nil {
		return nil
	}
	x := &source{
		ID:      uri.Escape(cmp.Or(s.ID, s.URL)),
		Title:   plain(s.Name),
		Updated: stamp(it.Updated),
		Icon:    uri.Escape(s.Icon),
	}
	if s.URL != "" {
		x.Links = []atomext.Link{{Rel: "alternate", Type: "text/html", Href: uri.Escape(s.URL)}}
	}
	return x
}

func newCategory(site *feeds.Site, t feeds.Tag) category {
	name := feeds.XMLText(t.Name)
	return category{Term: name, Scheme: uri.Escape(site.SchemeURL(t.Kind)), Label: name}
}

// newPerson returns nil for a person without a name, which §3.2.1 requires.
func newPerson(p feeds.Person) *person {
	name := chardata.New(p.Name)
	if name.XML == "" {
		return nil
	}
	x := &person{Name: name, URI: uri.Escape(p.URL)}
	if a, err := mail.ParseAddress(p.Email); err == nil && a.Address == p.Email {
		x.Email = p.Email
	}
	return x
}

func plain(s string) text { return text{Type: "text", Text: chardata.New(s)} }

func optional(s string) *text { return chardata.OptionalTyped("text", s) }

// stamp is a date construct (§3.3). For the zero time, as in a feed without entries,
// it is a date before all feeds, because the element cannot be left out.
func stamp(t time.Time) string {
	if t.IsZero() {
		t = time.Date(1990, time.January, 1, 0, 0, 0, 0, time.UTC)
	}
	return t.UTC().Format(time.RFC3339)
}
