package atom

import (
	"cmp"
	"fmt"
	"net/mail"
	"strings"
	"time"

	gfeeds "github.com/gorilla/feeds"

	"feedmill/feeds"
	"feedmill/feeds/internal/atomlink"
	"feedmill/feeds/internal/chardata"
	"feedmill/feeds/internal/gorilla"
	"feedmill/feeds/internal/history"
	"feedmill/feeds/internal/mediarss"
	"feedmill/feeds/internal/uri"
)

// newFeed is f without its entries.
func newFeed(f *feeds.Feed) *feed {
	g := (&gfeeds.Atom{Feed: gorilla.Model(f)}).AtomFeed()
	g.Link, g.Author = nil, nil
	g.Id, g.Updated = uri.Escape(f.ID), stamp(f.Updated)
	g.Icon, g.Logo = uri.Escape(f.Site.Icon), uri.Escape(f.Site.Logo)
	x := &feed{
		AtomFeed: g,
		Media:    mediarss.Namespace,
		Language: feeds.XMLText(f.Site.Language),
		Title:    plain(f.Title),
		Subtitle: optional(f.Description),
		Links: []atomlink.Link{
			atomlink.Self(f, feeds.Atom),
			{Rel: "alternate", Type: "text/html", Href: uri.Escape(f.HomeURL())},
		},
		Author:    newPerson(f.Site.Author),
		Rights:    optional(f.Site.Copyright),
		Generator: chardata.New(feeds.Generator),
	}
	if x.Author == nil {
		// The feed's author stands for every entry that names none (§4.1.1).
		x.Author = newPerson(feeds.Person{Name: f.Site.Title})
	}
	if f.Name != "" {
		c := newCategory(f.Site, feeds.Tag{Kind: f.Key.Kind, Name: f.Name})
		x.Category = &c
	}
	x.Links = append(x.Links, atomlink.History(f, feeds.Atom)...)
	x.History = history.Of(f)
	for _, t := range f.Tombstones {
		x.Tombstone = tombstones
		x.Deleted = append(x.Deleted, deleted{uri.Escape(t.ID), stamp(t.When)})
	}
	return x
}

func newEntry(site *feeds.Site, it *feeds.Item) *entry {
	g := (&gfeeds.Atom{Feed: gorilla.Alone(it)}).AtomFeed().Entries[0]
	g.Links, g.Author = nil, nil
	g.Id = uri.Escape(it.ID) // gorilla makes up an id where there is none
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
		Elements:  mediarss.Of(it),
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

// newContent is nil only where summary and alternate link can stand in for it
// (§4.1.2).
func newContent(it *feeds.Item) *text {
	switch {
	case it.HTML != "":
		return &text{"html", chardata.CDATA(it.HTML)}
	case it.Summary == "" || it.URL == "":
		return optional(cmp.Or(it.Summary, it.Title))
	}
	return nil
}

// links begins with the page to read the item on, because most readers take the
// first alternate link. Some (Newsboat) take the last: behind AMP pages it comes
// once more, then without a type, because no two alternates may share one.
func links(it *feeds.Item) []atomlink.Link {
	var all []atomlink.Link
	if it.URL != "" {
		page := atomlink.Link{Rel: "alternate", Type: "text/html", Href: uri.Escape(it.URL)}
		all = append(all, page)
		if others := amp(it); len(others) > 0 {
			page.Type = ""
			all = append(append(all, others...), page)
		}
	}
	all = append(all, atomlink.Beyond(it)...)
	for _, e := range it.Enclosures {
		all = append(all, atomlink.Link{Rel: "enclosure", Type: feeds.XMLText(e.Type), Href: uri.Escape(e.URL), Length: max(e.Length, 0)})
	}
	return all
}

// amp lists the AMP pages as alternates. No two alternates of an entry may have
// the same type (§4.1.2), so each carries a media type parameter of its own,
// which whoever does not know it ignores (RFC 2045 §5).
func amp(it *feeds.Item) []atomlink.Link {
	var all []atomlink.Link
	for i, l := range it.AMP {
		title := feeds.XMLText(l.Title)
		if !strings.Contains(title, "AMP") {
			title = strings.TrimSpace("AMP " + title)
		}
		all = append(all, atomlink.Link{Rel: "alternate", Type: fmt.Sprintf("text/html; amp=%d", i+1), Title: title, Href: uri.Escape(l.URL)})
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
		x.Links = []atomlink.Link{{Rel: "alternate", Type: "text/html", Href: uri.Escape(s.URL)}}
	}
	return x
}

func newCategory(site *feeds.Site, t feeds.Tag) category {
	name := feeds.XMLText(t.Name)
	return category{Term: name, Scheme: uri.Escape(site.SchemeURL(t.Kind)), Label: name}
}

// newPerson is nil for one without a name, which §3.2.1 requires.
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

func plain(s string) text { return text{"text", chardata.New(s)} }

func optional(s string) *text {
	if t := plain(s); t.XML != "" {
		return &t
	}
	return nil
}

// stamp is §3.3. A time that is not known, as in a feed without entries, is one
// before all feeds, because the element cannot be left out.
func stamp(t time.Time) string {
	if t.IsZero() {
		t = time.Date(1990, time.January, 1, 0, 0, 0, 0, time.UTC)
	}
	return t.UTC().Format(time.RFC3339)
}
