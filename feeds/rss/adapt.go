package rss

import (
	"net/mail"
	"net/url"
	"path"
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

// newRoot is the document without items.
func newRoot(f *feeds.Feed) *root {
	return &root{
		Version: "2.0",
		Atom:    "http://www.w3.org/2005/Atom",
		Content: "http://purl.org/rss/1.0/modules/content/",
		DC:      "http://purl.org/dc/elements/1.1/",
		Media:   mediarss.Namespace,
		Channel: newChannel(f),
	}
}

func newChannel(f *feeds.Feed) *channel {
	g := (&gfeeds.Rss{Feed: gorilla.NewFeed(f)}).RssFeed()
	g.PubDate = "" // gorilla gives it the time of lastBuildDate
	g.Language = feeds.XMLText(f.Site.Language)
	g.ManagingEditor = address(f.Site.Author)
	g.Generator = feeds.Generator
	g.Docs = specification
	g.Ttl = int(f.TTL / time.Minute)
	c := &channel{
		RssFeed:     g,
		Title:       chardata.New(f.Title),
		Link:        g.Link,
		Description: chardata.New(f.Description),
		Links:       atomext.FeedLinks(f, feeds.RSS),
		Copyright:   chardata.Optional(f.Site.Copyright),
		Image:       newImage(f, g.Link),
		History:     atomext.NewHistory(f),
	}
	if f.Name != "" {
		c.Category = newCategory(f.Site, feeds.Tag{Kind: f.Key.Kind, Name: f.Name})
	}
	return c
}

func newImage(f *feeds.Feed, link string) *image {
	for _, address := range []string{f.Site.Logo, f.Site.Icon} {
		if address = uri.Escape(address); isBitmap(address) {
			return &image{URL: address, Title: chardata.New(f.Title), Link: link}
		}
	}
	return nil
}

// isBitmap reports whether the image at an address can be a GIF, JPEG or PNG, the
// only kinds that the specification allows.
func isBitmap(address string) bool {
	u, err := url.Parse(address)
	if err != nil || address == "" {
		return false
	}
	switch strings.ToLower(path.Ext(u.Path)) {
	case "", ".gif", ".jpg", ".jpeg", ".png":
		return true
	}
	return false
}

func newItem(site *feeds.Site, it *feeds.Item) *item {
	g := (&gfeeds.Rss{Feed: gorilla.NewItem(it)}).RssFeed().Items[0]
	x := &item{
		RssItem:     g,
		Title:       chardata.New(it.Title),
		Link:        g.Link,
		Description: asHTML.Replace(g.Description),
		Language:    feeds.XMLText(it.Language),
		Source:      newSource(it.Source),
		Links:       atomext.ItemLinks(it),
		Elements:    mediarss.NewElements(it),
		Group:       mediarss.NewGroup(it),
	}
	if x.Description == "" && g.Content != nil {
		// Without a summary the whole text is the description: content:encoded
		// is for a text besides a summary.
		x.Description, g.Content = g.Content.Content, nil
	}
	if it.Published.IsZero() {
		g.PubDate = "" // gorilla fills in Updated
	}
	if t := it.Changed(); !t.IsZero() {
		x.Updated = t.UTC().Format(time.RFC3339)
	}
	g.Author, x.Creators = authors(it.Authors)
	for _, t := range it.Tags {
		x.Categories = append(x.Categories, *newCategory(site, t))
	}
	if len(it.Enclosures) > 0 {
		e := it.Enclosures[0]
		x.Enclosure = &enclosure{URL: uri.Escape(e.URL), Length: max(e.Length, 0), Type: feeds.XMLText(e.Type)}
	}
	return x
}

// asHTML turns plain text into HTML. Quotes are kept, because readers that show the
// description as plain text would show references instead.
var asHTML = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func newCategory(site *feeds.Site, t feeds.Tag) *category {
	return &category{Domain: uri.Escape(site.SchemeURL(t.Kind)), Text: chardata.New(t.Name)}
}

// newSource returns nil without an address, which the element requires.
func newSource(s *feeds.Source) *source {
	if s == nil || s.URL == "" {
		return nil
	}
	return &source{URL: uri.Escape(s.URL), Text: chardata.New(s.Name)}
}

// authors returns the content of either the author element, for an only author with
// a mail address, or of the dc:creator elements, because the profile wants no person
// in both.
func authors(people []feeds.Person) (author string, creators []chardata.Text) {
	if len(people) == 1 {
		if author = address(people[0]); author != "" {
			return author, nil
		}
	}
	for _, p := range people {
		if name := chardata.New(p.Name); name.XML != "" {
			creators = append(creators, name)
		}
	}
	return "", creators
}

// address is "mail (Name)". It is empty where p has no valid mail address or no name
// that can be a comment of RFC 822.
func address(p feeds.Person) string {
	a, err := mail.ParseAddress(p.Email)
	if err != nil || a.Address != p.Email || p.Name == "" || strings.ContainsAny(p.Name, "()\\@\r\n") {
		return ""
	}
	return feeds.XMLText(p.Email + " (" + p.Name + ")")
}
