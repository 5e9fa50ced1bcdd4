package site

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

// page is the page at path, made of the template of that name and what fill says.
func (s *Site) page(path, name string, fill func(*page)) *Resource {
	return &Resource{Path: path, MediaType: htmlType, Class: Page, Render: func() (Content, error) {
		p := s.newPage(path)
		fill(p)
		body, err := execute(name, p)
		if err != nil {
			return Content{}, err
		}
		// Modified stays unknown: counts and neighbours change without a newer article.
		c := contentOf(body, p.fresh())
		c.Links = p.links()
		if p.Of != nil {
			c.Next = p.Of.Next
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

func execute(name string, data any) ([]byte, error) {
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, name, data); err != nil {
		return nil, err
	}
	return bytes.Clone(b.Bytes()), nil // without room to grow, because it is kept
}

// feedPage is the page of one feed; that of everything is the first page.
func (s *Site) feedPage(l *document.Listing) *Resource {
	if l.Key.Kind == feeds.All {
		return s.indexPage(l)
	}
	return s.page(l.Key.Path(), "feed.html", func(p *page) {
		f := l.Feed()
		p.Of, p.Kind, p.Trail = l, group{s: s, Kind: l.Key.Kind}, s.trail(l)
		p.Title, p.Description = l.Name, l.Description
		p.Items, p.Pace = s.items(f.Items, l.Key), pace(f.Items)
		p.Older = olderThan(l)
		p.followNews(l)
		near := map[feeds.Key]bool{{Kind: feeds.Topic, Slug: l.Parent}: true}
		if l.Key.Kind == feeds.Topic {
			narrower := s.directory().children[l.Key.Slug]
			p.Children = group{s, feeds.Topic, largest(narrower, namesOnIndex), len(narrower)}
			for _, c := range narrower {
				near[c.Key] = true
			}
		}
		p.Related = s.related(l, near)
		p.Form = s.formOf(l.Key)
	})
}

// indexPage is the directory of all feeds.
func (s *Site) indexPage(l *document.Listing) *Resource {
	return s.page(l.Key.Path(), "index.html", func(p *page) {
		p.Title, p.Description = p.Site().Title, p.Site().Description
		items := l.Feed().Items
		p.Pace = pace(items)
		p.Items = s.items(items[:min(len(items), itemsOnIndex)], l.Key)
		if p.Older = olderThan(l); len(items) > itemsOnIndex {
			p.Older = newestPath
		}
		p.followNews(l)
		for _, k := range feeds.Kinds[1:] {
			n := namesBeside
			if k == feeds.Topic {
				n = namesOnIndex
			}
			p.Groups = append(p.Groups, s.group(k, n))
		}
		if p.Kind = p.Groups[0]; p.Kind.Total <= namesOnIndex {
			p.Branches = s.directory().branches(feeds.Topic)
		}
	})
}

func (s *Site) group(k feeds.Kind, n int) group {
	d := s.directory()
	return group{s, k, largest(d.byKind[k], n), len(d.byKind[k])}
}

// newest is the page with all of the newest articles, of which the first page has a
// few.
func (s *Site) newest(address) Found {
	l := s.snap.Listing(feeds.Key{})
	if l == nil {
		return nil
	}
	return s.page(newestPath, "feed.html", func(p *page) {
		items := l.Feed().Items
		p.Title, p.Description, p.Trail = "Newest", p.Site().Description, s.trail(l)
		p.Items, p.Pace, p.Form = s.items(items, l.Key), pace(items), s.formOf(l.Key)
		p.Newer, p.Older = l.Key.Path(), olderThan(l)
		p.followNews(l)
	})
}

// trail leads from the first page to that of a feed.
func (s *Site) trail(l *document.Listing) []label {
	if l.Key.Kind == feeds.All {
		return []label{{"Everything", s.link("/")}}
	}
	g := group{s: s, Kind: l.Key.Kind}
	trail := []label{{g.Title(), g.Path()}}
	if parent := s.snap.Listing(feeds.Key{Kind: feeds.Topic, Slug: l.Parent}); parent != nil && l.Key.Kind == feeds.Topic {
		trail = append(trail, label{parent.Name, s.link(parent.Key.Path())})
	}
	return trail
}

func (s *Site) about(address) Found {
	return s.page(aboutPath, "about.html", func(p *page) { p.Title = "About these feeds" })
}

// Missing is the page that is shown where nothing is.
func (s *Site) Missing(title, explanation string) ([]byte, error) {
	p := s.newPage("")
	p.Title, p.Description = title, explanation
	return execute("missing.html", p)
}
