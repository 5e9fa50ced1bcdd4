package server

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

// Feed is the address that readers are handed: Atom, which all of them take.
func (p *page) Feed() string { return p.Self(feeds.Atom) }

// App is that address for the reader that is installed on the visitor's machine.
// The scheme is ours and the rest the site's own.
func (p *page) App() template.URL { return template.URL("feed:" + p.Feed()) }
