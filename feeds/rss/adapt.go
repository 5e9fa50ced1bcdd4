package rss

import (
	"net/mail"
	"net/url"
	"path"
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

// newChannel is f without its items.
func newChannel(f *feeds.Feed) *channel {
	g := (&gfeeds.Rss{Feed: gorilla.Model(f)}).RssFeed()
	g.PubDate = "" // lastBuildDate says it
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
		Links:       append([]atomlink.Link{atomlink.Self(f, feeds.RSS)}, atomlink.History(f, feeds.RSS)...),
		Copyright:   chardata.Optional(f.Site.Copyright),
		Image:       newImage(f, g.Link),
		History:     history.Of(f),
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

// isBitmap says whether an address may be that of a GIF, JPEG or PNG, the only
// kinds that the specification allows.
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
	g := (&gfeeds.Rss{Feed: gorilla.Alone(it)}).RssFeed().Items[0]
	x := &item{
		RssItem:     g,
		Title:       chardata.New(it.Title),
		Link:        g.Link,
		Description: asHTML.Replace(g.Description),
		Language:    feeds.XMLText(it.Language),
		Source:      newSource(it.Source),
		Links:       atomlink.Beyond(it),
		Elements:    mediarss.Of(it),
		Group:       mediarss.GroupOf(it),
	}
	if x.Description == "" && g.Content != nil {
		// An item that is complete in itself has its text in the description.
		x.Description, g.Content = g.Content.Content, nil
	}
	if it.Published.IsZero() {
		g.PubDate = "" // gorilla takes Updated instead, which then is a stopgap for Atom
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

// asHTML makes HTML of plain text. Quotes stay, because readers that take the
// description for plain text would show the references.
var asHTML = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func newCategory(site *feeds.Site, t feeds.Tag) *category {
	return &category{Domain: uri.Escape(site.SchemeURL(t.Kind)), Text: chardata.New(t.Name)}
}

// newSource is nil without an address, which the element requires.
func newSource(s *feeds.Source) *source {
	if s == nil || s.URL == "" {
		return nil
	}
	return &source{URL: uri.Escape(s.URL), Text: chardata.New(s.Name)}
}

// authors is either the author element of the only author or the dc:creator
// elements of all: the profile does not want one person in both.
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

// address is "mail (Name)", or empty where p has no address to give or a name
// that would not survive as a comment of RFC 822.
func address(p feeds.Person) string {
	a, err := mail.ParseAddress(p.Email)
	if err != nil || a.Address != p.Email || p.Name == "" || strings.ContainsAny(p.Name, "()\\@\r\n") {
		return ""
	}
	return feeds.XMLText(p.Email + " (" + p.Name + ")")
}
