package server

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"time"

	"feedmill/feeds"
)

const (
	itemsOnPage  = 30 // of the newest, on a feed's page
	itemsOnIndex = 12 // of the newest, on the first page
	namesOnIndex = 36 // of each kind, on the first page
)

//go:embed page/*.html
var pageFiles embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"day":   func(t time.Time) string { return t.UTC().Format("2 January 2006") },
	"stamp": func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	"web":   web,
}).ParseFS(pageFiles, "page/*.html"))

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

// page is the resource at path, executing the template of that name on what fill
// returns.
func (v *view) page(path, name string, fill func(*page)) Resource {
	return Resource{path, htmlType, func() (*content, error) {
		p := v.newPage(path)
		fill(p)
		body, err := execute(name, p)
		if err != nil {
			return nil, err
		}
		// No Last-Modified: counts and neighbours change without a newer article.
		return rendered(body, cacheControl(p.fresh()), p.header()), nil
	}}
}

func (v *view) newPage(path string) *page {
	return &page{v: v, Path: path, Of: v.snap.Listing(feeds.Key{})}
}

// fresh is how long a copy of the page may be used: as long as its feed's.
func (p *page) fresh() time.Duration {
	if p.Of == nil {
		return 5 * time.Minute
	}
	return p.Of.Feed().TTL
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

func execute(name string, p *page) ([]byte, error) {
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, name, p); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// feedPage is the page of one feed; that of everything is the first page.
func (v *view) feedPage(l *feeds.Listing) Resource {
	if l.Key.Kind == feeds.All {
		return v.page(l.Key.Path(), "index.html", func(p *page) {
			p.Title, p.Description = p.Site().Title, p.Site().Description
			p.Items = v.items(l, itemsOnIndex)
			for _, k := range feeds.Kinds[1:] {
				p.Groups = append(p.Groups, v.group(k, namesOnIndex))
			}
		})
	}
	return v.page(l.Key.Path(), "feed.html", func(p *page) {
		p.Of, p.Kind = l, group{v: v, Kind: l.Key.Kind}
		p.Title, p.Description = l.Name, l.Description
		p.Items = v.items(l, itemsOnPage)
		if l.Key.Kind == feeds.Topic {
			p.Parent = v.snap.Listing(feeds.Key{Kind: feeds.Topic, Slug: l.Parent})
			narrower := v.directory().children[l.Key.Slug]
			p.Children = group{v, feeds.Topic, narrower, len(narrower)}
		}
	})
}

// kindPage lists every feed of one kind.
func (v *view) kindPage(k feeds.Kind) Resource {
	return v.page("/"+k.Plural()+"/", "kind.html", func(p *page) {
		p.Groups = []group{v.group(k, len(v.snap.Listings))}
		p.Title = p.Groups[0].Title()
	})
}

func (v *view) group(k feeds.Kind, n int) group {
	d := v.directory()
	return group{v, k, d.largest(k, n), len(d.byKind[k])}
}

func (v *view) aboutPage() Resource {
	return v.page(aboutPath, "about.html", func(p *page) { p.Title = "About these feeds" })
}

func (v *view) missingPage() ([]byte, error) {
	p := v.newPage("")
	p.Title = "There is no such page"
	return execute("missing.html", p)
}
