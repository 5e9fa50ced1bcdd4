package server

import (
	"bytes"
	"embed"
	"html/template"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/document"
)

const (
	itemsOnIndex = 20 // of the newest, on the first page
	namesOnIndex = 48 // of topics, on the first page
	namesBeside  = 16 // of each kind, beside articles
)

//go:embed page/*.html
var pageFiles embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"day":   func(t time.Time) string { return t.UTC().Format(time.DateOnly) },
	"date":  func(t time.Time) string { return t.UTC().Format("2 January 2006") },
	"stamp": stamp,
	"when":  when,
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

// stamp is a time for programs: the day alone where only that is known, as
// midnight is what a date without a time stands for.
func stamp(t time.Time) string {
	if t = t.UTC(); isDay(t) {
		return t.Format(time.DateOnly)
	}
	return t.Format(time.RFC3339)
}

// when is a time for people, in UTC until the script knows better.
func when(t time.Time) string {
	if t = t.UTC(); isDay(t) {
		return t.Format("2 January 2006")
	}
	return t.Format("2 January 2006, 15:04")
}

func isDay(t time.Time) bool { return t.Equal(t.Truncate(24 * time.Hour)) }

func execute(name string, p *page) ([]byte, error) {
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, name, p); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// feedPage is the page of one feed; that of everything is the first page.
func (v *view) feedPage(l *document.Listing) Resource {
	if l.Key.Kind == feeds.All {
		return v.indexPage(l)
	}
	return v.page(l.Key.Path(), "feed.html", func(p *page) {
		f := l.Feed()
		p.Of, p.Kind, p.Trail = l, group{v: v, Kind: l.Key.Kind}, v.trail(l)
		p.Title, p.Description = l.Name, l.Description
		p.Items, p.Pace = v.items(f.Items, l.Key), pace(f.Items)
		p.Older = olderThan(l)
		p.listen(l)
		near := map[feeds.Key]bool{{Kind: feeds.Topic, Slug: l.Parent}: true}
		if l.Key.Kind == feeds.Topic {
			narrower := v.directory().children[l.Key.Slug]
			p.Children = group{v, feeds.Topic, largest(narrower, namesOnIndex), len(narrower)}
			for _, c := range narrower {
				near[c.Key] = true
			}
		}
		p.Related = v.related(l, near)
		p.Form = v.formOf(l.Key)
	})
}

// indexPage is the directory of all feeds.
func (v *view) indexPage(l *document.Listing) Resource {
	return v.page(l.Key.Path(), "index.html", func(p *page) {
		p.Title, p.Description = p.Site().Title, p.Site().Description
		items := l.Feed().Items
		p.Pace = pace(items)
		p.Items = v.items(items[:min(len(items), itemsOnIndex)], l.Key)
		if p.Older = olderThan(l); len(items) > itemsOnIndex {
			p.Older = newestPath
		}
		p.listen(l)
		for _, k := range feeds.Kinds[1:] {
			n := namesBeside
			if k == feeds.Topic {
				n = namesOnIndex
			}
			p.Groups = append(p.Groups, v.group(k, n))
		}
		if p.Kind = p.Groups[0]; p.Kind.Total <= namesOnIndex {
			p.Branches = v.directory().branches(feeds.Topic)
		}
	})
}

func (v *view) group(k feeds.Kind, n int) group {
	d := v.directory()
	return group{v, k, largest(d.byKind[k], n), len(d.byKind[k])}
}

// newestPage is all of the newest articles of everything: the directory has room
// for a few.
func (v *view) newestPage(l *document.Listing) Resource {
	return v.page(newestPath, "feed.html", func(p *page) {
		items := l.Feed().Items
		p.Title, p.Description, p.Trail = "Newest", p.Site().Description, v.trail(l)
		p.Items, p.Pace, p.Form = v.items(items, l.Key), pace(items), v.formOf(l.Key)
		p.Newer, p.Older = l.Key.Path(), olderThan(l)
		p.listen(l)
	})
}

// trail leads from the first page to that of a feed.
func (v *view) trail(l *document.Listing) []label {
	if l.Key.Kind == feeds.All {
		return []label{{"Everything", v.link("/")}}
	}
	g := group{v: v, Kind: l.Key.Kind}
	trail := []label{{g.Title(), g.Path()}}
	if parent := v.snap.Listing(feeds.Key{Kind: feeds.Topic, Slug: l.Parent}); parent != nil && l.Key.Kind == feeds.Topic {
		trail = append(trail, label{parent.Name, v.link(parent.Key.Path())})
	}
	return trail
}

func (v *view) aboutPage() Resource {
	return v.page(aboutPath, "about.html", func(p *page) { p.Title = "About these feeds" })
}

func (v *view) missingPage(title, explanation string) ([]byte, error) {
	p := v.newPage("")
	p.Title, p.Description = title, explanation
	return execute("missing.html", p)
}
