package server

import (
	"bytes"
	"embed"
	"html/template"
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
		c := rendered(body, p.fresh(), p.header())
		if p.Of != nil {
			c.next = p.Of.Next
		}
		return c, nil
	}}
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

func (v *view) missingPage(title, explanation string) ([]byte, error) {
	p := v.newPage("")
	p.Title, p.Description = title, explanation
	return execute("missing.html", p)
}
