package server

import (
	"net/http"
	"net/url"
	"time"

	"feedmill/feeds"
)

// page is what every template is given. Templates escape all text of it.
type page struct {
	v *view

	Title       string
	Description string
	Path        string         // canonical, escaped; empty for a page that is nowhere
	Of          *feeds.Listing // the feed that the page offers
	Kind        group          // that the page's feed belongs to
	Groups      []group
	Parent      *feeds.Listing
	Children    group
	Items       []item
	Parts       []label // of a composed feed
}

func (p *page) Site() *feeds.Site          { return p.v.snap.Site }
func (p *page) Articles() int              { return p.v.snap.Articles }
func (p *page) Version() string            { return p.v.opt.Version }
func (p *page) Formats() []feeds.Format    { return feeds.Formats[:] }
func (p *page) Link(path string) string    { return p.v.link(path) }
func (p *page) Style() string              { return p.v.link(stylePath) }
func (p *page) Icon() string               { return p.v.link(iconPath) }
func (p *page) About() string              { return p.v.link(aboutPath) }
func (p *page) HasOPML() bool              { return p.v.opt.OPML != nil }
func (p *page) OPML() string               { return p.v.snap.Site.URL(opmlPath) }
func (p *page) Canonical() string          { return p.v.snap.Site.URL(p.Path) }
func (p *page) IsIndex() bool              { return p.Path == "/" }
func (p *page) Self(f feeds.Format) string { return p.v.snap.Site.URL(p.Of.Key.DocumentPath(f)) }

// Language is the page's: the site's own, English where it names none.
func (p *page) Language() string {
	if l := p.v.snap.Site.Language; l != "" {
		return l
	}
	return "en"
}

// Home is the site whose articles these are, empty where that is no other place.
func (p *page) Home() string {
	if s := p.v.snap.Site; s.HomeURL != s.BaseURL {
		return web(s.HomeURL)
	}
	return ""
}

func (v *view) newPage(path string) *page {
	return &page{v: v, Path: path, Of: v.snap.Listing(feeds.Key{})}
}

// fresh is how long a copy of the page may be used: as long as its feed's.
func (p *page) fresh() time.Duration {
	if p.Of == nil {
		return 5 * time.Minute
	}
	return p.Of.Head().TTL
}

func (p *page) header() http.Header {
	h := make(http.Header)
	pageHeader(h)
	if p.Of != nil {
		for _, f := range feeds.Formats {
			h.Add("Link", "<"+p.Self(f)+`>; rel="alternate"; type="`+f.MediaType()+`"`)
		}
	}
	return h
}

// web returns s if it is an absolute web address, and nothing otherwise.
func web(s string) string {
	if u, err := url.Parse(s); err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" {
		return s
	}
	return ""
}

// pageHeader lets a page load our style sheet and pictures, and nothing else.
func pageHeader(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self' https: http: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
}
