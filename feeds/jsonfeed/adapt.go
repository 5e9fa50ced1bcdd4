package jsonfeed

import (
	"cmp"
	"slices"
	"time"

	gfeeds "github.com/gorilla/feeds"

	"feedmill/feeds"
	"feedmill/feeds/internal/gorilla"
	"feedmill/feeds/internal/uri"
)

// newFeed is the document without items.
func newFeed(f *feeds.Feed) *feed {
	g := (&gfeeds.JSON{Feed: gorilla.NewFeed(f)}).JSONFeed()
	g.Language = feeds.XMLText(f.Site.Language)
	g.FeedUrl = uri.Escape(f.CurrentURL(feeds.JSON)) // "the unique identifier for the feed": the same in archives
	g.Icon = uri.Escape(f.Site.Icon)
	g.Favicon = g.Icon // readers show one of the two
	x := &feed{
		JSONFeed: g,
		Authors:  authors([]feeds.Person{f.Site.Author}),
		Items:    []item{},
	}
	if f.Prev != "" {
		x.NextURL = uri.Escape(f.ArchiveURL(f.Prev, feeds.JSON))
	}
	return x
}

func newItem(site *feeds.Site, it *feeds.Item) *item {
	g := (&gfeeds.JSON{Feed: gorilla.NewItem(it)}).JSONFeed().Items[0]
	g.ExternalUrl = uri.Escape(it.OriginalURL)
	if len(it.Images) > 0 {
		g.Image = uri.Escape(it.Images[0].URL)
	}
	x := &item{
		JSONItem:      g,
		DatePublished: stamp(it.Published),
		DateModified:  stamp(it.Changed()),
		Authors:       authors(it.Authors),
		Tags:          tags(it.Tags),
		Language:      feeds.XMLText(it.Language),
		Extension:     newExtension(it, site.URL("/about/")),
	}
	if g.ContentHTML == "" {
		x.ContentText = new(feeds.XMLText(cmp.Or(it.Summary, it.Title)))
	}
	for _, e := range it.Enclosures {
		x.Attachments = append(x.Attachments, attachment{
			URL: uri.Escape(e.URL), MIMEType: feeds.XMLText(e.Type), Size: max(e.Length, 0), Duration: max(e.Duration.Seconds(), 0),
		})
	}
	return x
}

func authors(people []feeds.Person) []author {
	var all []author
	for _, p := range people {
		if name := feeds.XMLText(p.Name); name != "" {
			all = append(all, author{name, uri.Escape(p.URL), uri.Escape(p.Avatar)})
		}
	}
	return all
}

// tags are the names, each once: JSON Feed has no schemes to tell a topic from a
// category of the same name.
func tags(from []feeds.Tag) []string {
	var names []string
	for _, t := range from {
		if name := feeds.XMLText(t.Name); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// newExtension returns nil for an item without a source and related articles.
func newExtension(it *feeds.Item, about string) *extension {
	if it.Source == nil && len(it.Related) == 0 {
		return nil
	}
	x := &extension{About: uri.Escape(about)}
	if s := it.Source; s != nil {
		x.Provider = &provider{uri.Escape(s.ID), feeds.XMLText(s.Name), uri.Escape(s.URL), uri.Escape(s.Icon)}
	}
	for _, r := range it.Related {
		x.Related = append(x.Related, related{
			uri.Escape(r.URL), feeds.XMLText(r.Title), feeds.XMLText(r.Summary), stamp(r.Published), feeds.XMLText(r.Provider),
		})
	}
	return x
}

// stamp formats t as RFC 3339, and the zero time as an empty string.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
