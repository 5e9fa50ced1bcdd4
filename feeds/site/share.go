package site

import (
	"html/template"
	"net/url"
	"strings"

	"feedmill/feeds"
)

// reader is a service that people read feeds with, and the address at which it
// offers to add the feed whose address follows.
type reader struct{ Name, add string }

var readers = [...]reader{
	{"Feedly", "https://feedly.com/i/subscription/feed%2F"},
	{"Inoreader", "https://www.inoreader.com/?add_feed="},
	{"NewsBlur", "https://www.newsblur.com/?url="},
	{"The Old Reader", "https://theoldreader.com/feeds/subscribe?url="},
	{"Feedbin", "https://feedbin.com/?subscribe="},
	{"BazQux", "https://bazqux.com/add?url="},
}

// Add is where the reader adds the feed at an address.
func (r reader) Add(address string) string {
	return r.add + strings.ReplaceAll(url.QueryEscape(address), "+", "%20")
}

func (p *page) Readers() []reader { return readers[:] }

// Feed is the address that is offered to readers: that of the Atom document, which
// all of them take.
func (p *page) Feed() string { return p.Self(feeds.Atom) }

// App is that address for the reader that is installed on the visitor's machine.
// The scheme is ours and the rest the site's own.
func (p *page) App() template.URL { return template.URL("feed:" + p.Feed()) }

// Picture is what a link to the page is shown with: the picture of its newest
// article that has one, or the site's own. It is empty where there is none.
func (p *page) Picture() string {
	for _, it := range p.Items {
		if it.Image != nil {
			return it.Image.URL
		}
	}
	if logo := web(p.Site().Logo); logo != "" {
		return logo
	}
	return web(p.Site().Icon)
}

// Linked is the page as linked data (schema.org), for search engines. It runs
// nothing: templates write it as JSON in which no markup can begin.
func (p *page) Linked() map[string]any {
	if p.Of == nil || p.Path == "" || p.Unlisted {
		return nil
	}
	site := map[string]any{"@type": "WebSite", "name": p.Site().Title, "url": p.Site().BaseURL}
	about := map[string]any{"@type": "CollectionPage", "name": p.Title, "url": p.Canonical(), "isPartOf": site}
	if p.IsIndex() {
		about = site
		if p.Live() {
			about["potentialAction"] = map[string]any{
				"@type": "SearchAction", "target": p.Site().URL(searchPath) + "?q={q}", "query-input": "required name=q",
			}
		}
	}
	about["@context"] = "https://schema.org"
	if p.Description != "" {
		about["description"] = p.Description
	}
	if !p.Of.Updated.IsZero() && p.Of.Key.Kind != feeds.All {
		about["dateModified"] = stamp(p.Of.Updated)
	}
	return about
}
