package server

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/document"
)

// page is what every template is given. Templates escape all text of it.
type page struct {
	v *view

	Title       string
	Description string
	Path        string            // canonical, escaped; empty for a page that is nowhere
	Of          *document.Listing // the feed that the page offers
	Kind        group             // that the page's feed belongs to
	Groups      []group
	Trail       []label // to the page, without itself
	Branches    []branch
	Number      int // of the page among Pages, from 1
	Children    group
	Related     group
	Pace        string // how often the feed publishes, empty where unknown
	Items       []item
	Events      string // address of the stream of new items, empty for none
	After       string // mark of the newest item
	Period      string // of an archive page
	Newer       string // path of the page of newer articles
	Older       string
	Query       string // that was searched for
	Titled      string // address of the articles with it in their titles
	Form        *form  // nil: no feed can be composed
	Problem     string // with what was entered
	Pages       []label
	Unlisted    bool // search engines need not know it
}

func (p *page) Site() *feeds.Site          { return p.v.snap.Site }
func (p *page) Articles() int              { return p.v.snap.Articles }
func (p *page) Version() string            { return p.v.opt.Version }
func (p *page) Formats() []feeds.Format    { return feeds.Formats[:] }
func (p *page) Link(path string) string    { return p.v.link(path) }
func (p *page) Style() string              { return p.v.link(stylePath) }
func (p *page) Script() string             { return p.v.link(scriptPath) }
func (p *page) Icon() string               { return p.v.link(iconPath) }
func (p *page) About() string              { return p.v.link(aboutPath) }
func (p *page) HasOPML() bool              { return p.v.opt.OPML != nil }
func (p *page) OPML() string               { return p.v.snap.Site.URL(opmlPath) }
func (p *page) Canonical() string          { return p.v.snap.Site.URL(p.Path) }
func (p *page) Live() bool                 { return p.v.streams != nil }
func (p *page) Search() string             { return p.v.link(searchPath) }
func (p *page) Compose() string            { return p.v.link(composePath) }
func (p *page) IsIndex() bool              { return p.Path == "/" }
func (p *page) Self(f feeds.Format) string { return p.v.snap.Site.URL(p.Of.Key.DocumentPath(f)) }

// Language is that of our own words on the page, English, as the site's writers
// spell it if they write it too.
func (p *page) Language() string {
	if l := p.v.snap.Site.Language; isEnglish(l) {
		return l
	}
	return "en"
}

// Spoken is the language of the site's words, empty where it is the page's.
func (p *page) Spoken() string { return p.v.spoken() }

func (v *view) spoken() string {
	if l := v.snap.Site.Language; !isEnglish(l) {
		return l
	}
	return ""
}

// isEnglish reports whether a language is some English (BCP 47).
func isEnglish(tag string) bool {
	primary, _, _ := strings.Cut(tag, "-")
	return strings.EqualFold(primary, "en")
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

// policy lets a page load our style sheet, our script, and pictures; the script
// may ask us, and forms lead to us. Nothing that an article holds can run.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' https: http:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

func pageHeader(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
}
