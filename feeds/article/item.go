package article

import (
	"cmp"
	"hash/fnv"
	"path"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"feedmill/feeds"
	"feedmill/feeds/article/internal/body"
)

// finish sets what follows from the fields and the text. What stays in memory is
// copied; all else can share the memory of the front matter.
func (r *reader) finish(text []byte) {
	a, it := &r.a, r.item
	a.Path, a.body, a.site = r.path, r.body(text), r.p.site
	day, slug := fileDate(stem(r.path))
	if a.Published.IsZero() && day != "" {
		a.Published, _ = parseDate(day, r.p.opt.TimeZone)
		a.named.date = true
	}
	a.NotBefore = later(a.NotBefore, a.Published)
	a.ranked = score{a.Quality, a.Heat}
	it.Published, it.Updated = a.Published, later(a.Stated, a.Published)
	if it.ID == "" {
		it.ID = feeds.ID(r.p.opt.SiteID, "path", r.path)
	}
	if it.Title == "" {
		it.Title, a.named.title = r.otherTitle(text, slug)
	}
	it.Tags = tags(slices.Clone(a.Member))
	r.links(slug)
	it.Related = slices.DeleteFunc(it.Related, func(o feeds.Related) bool { return o.URL == it.URL || o.URL == it.OriginalURL })
	if slices.ContainsFunc(a.Member, func(t feeds.Tag) bool { return t.Kind == feeds.Type && feeds.Fold(t.Name) == "video" }) {
		it.Video = r.video()
	}
}

// body makes what the item's content is made of: the text without the template tags of
// the site's own program.
func (r *reader) body(text []byte) body.Body {
	switch opt := &r.p.opt; {
	case opt.Jekyll:
		text = body.WithoutLiquid(text)
	case opt.Hugo:
		text = body.WithoutShortcodes(text)
	}
	return r.p.bodies.Body(text, r.p.markup(r.path), r.featured)
}

// stem returns the name of a file without its ending, or that of its folder for a
// file such as some/folder/index.md.
func stem(name string) string {
	base := strings.TrimSuffix(path.Base(name), path.Ext(name))
	if dir := path.Dir(name); base == "index" && dir != "." {
		return path.Base(dir)
	}
	return base
}

// hide keeps the article out of all feeds if hidden is true. The first reason is
// the one that is reported.
func (r *reader) hide(hidden bool, reason string) {
	if hidden && r.a.Hidden == "" {
		r.a.Hidden = reason
	}
}

// id sets the id that the file states; if that is no URI, one is made of it.
func (r *reader) id(v value) {
	s := r.line(v)
	switch {
	case s == "":
		return
	case len(s) <= maxLine && feeds.IsURI(s):
		r.item.ID = strings.Clone(s)
	default:
		if len(s) > maxLine {
			r.note(v, "longer than 4 KiB: a short id is made of it")
		}
		r.item.ID = feeds.ID(r.p.opt.SiteID, "id", s)
	}
	r.a.Explicit = true
}

// later returns the later one of two times.
func later(t, u time.Time) time.Time {
	if t.Before(u) {
		return u
	}
	return t
}

// undated returns the time of the last change of an article that states no date,
// because Atom demands one (RFC 4287 §4.1.2). It is a second of 1 January 1990,
// as validators warn of earlier dates, and depends on the id, as they also warn of
// entries with equal times.
func undated(id string) time.Time {
	h := fnv.New32a()
	h.Write([]byte(id))
	return time.Date(1990, 1, 1, 0, 0, int(h.Sum32()%86400), 0, time.UTC)
}

// otherTitle returns a title for an article that states none: the heading that its
// text begins with, else one made of the file's name.
func (r *reader) otherTitle(text []byte, slug string) (title string, fromName bool) {
	if r.p.markup(r.path) == body.Markdown {
		if t := body.Heading(text); t != "" {
			return t, false
		}
	}
	if t := body.PlainText(strings.NewReplacer("-", " ", "_", " ").Replace(slug)); t != "" {
		first, size := utf8.DecodeRuneInString(t)
		return string(unicode.ToUpper(first)) + t[size:], true
	}
	return "Untitled", true
}

// related adds other articles, each once.
func (r *reader) related(v value) {
	if !v.IsList() {
		return // themes for Jekyll use related: true as a switch
	}
	addAll(r, v, &r.item.Related, (*reader).relation, func(o feeds.Related) string { return o.URL })
}

// relation reads keys, or an address.
func (r *reader) relation(v value) feeds.Related {
	if !v.IsMap() {
		u := r.web(v)
		return feeds.Related{URL: u, Title: u}
	}
	rel := feeds.Related{Title: r.plain(v.In("title", "name")), Summary: r.summary(v.In("excerpt", "description", "summary"))}
	if rel.URL = r.web(v.In("webUrl", "url")); rel.URL == "" {
		rel.URL = r.web(v.In("originalUrl"))
	}
	rel.Published = r.optionalDate(v.In("publishedDateTime", "date"))
	rel.Provider = r.providerName(v.In("provider"))
	rel.Title = cmp.Or(rel.Title, rel.URL)
	return rel
}
