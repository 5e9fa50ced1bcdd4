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
	"feedmill/feeds/article/internal/frontmatter"
)

// article reads every field a feed shows. What stays in memory has its own; all
// else can share that of the front matter.
func (r *reader) article(text []byte) *draft {
	day, slug := fileDate(stem(r.path))
	a := &draft{Article: Article{Path: r.path, Hidden: r.hidden()}}
	a.Published = r.date(publishedDateTimeField)
	if a.Published.IsZero() && day != "" {
		a.Published, _ = parseDate(day, r.p.opt.TimeZone)
		a.named.date = true
	}
	a.NotBefore, a.Expires = a.Published, r.date(expiryDateField)
	if t := r.date(publishDateField); t.After(a.NotBefore) {
		a.NotBefore = t
	}
	a.Quality, a.Heat = r.number(r.get(qualityField)), r.number(r.get(heatField))
	a.held = a.score()
	a.Member = r.member()

	it := &a.base
	it.Published = a.Published
	it.ID, a.Explicit = r.id()
	a.Stated = r.optionalDate(r.get(updatedDateTimeField))
	it.Updated = later(a.Stated, it.Published)
	it.Title, a.named.title = r.title(text, slug)
	it.Summary = r.plain(r.get(excerptField))
	it.Language = r.language(r.get(languageField))
	it.Images = r.images()
	it.Related = r.related()
	it.Enclosures = r.enclosures()
	it.Tags = tags(slices.Clone(a.Member))
	r.people(it)
	r.links(it, a, slug)
	it.Related = slices.DeleteFunc(it.Related, func(o feeds.Related) bool { return o.URL == it.URL || o.URL == it.OriginalURL })

	a.site = r.p.site
	a.body = r.p.bodies.Body(r.p.opt.withoutTemplates(text), r.p.markup(r.path), strings.TrimSpace(r.raw(r.get(featuredContentField))))
	if slices.ContainsFunc(a.Member, func(t feeds.Tag) bool { return t.Kind == feeds.Type && feeds.Fold(t.Name) == "video" }) {
		it.Video = r.video(a.body.Featured, it)
	}
	return a
}

// stem is the file's name without its ending; a page bundle (some/folder/index.md)
// has its folder's.
func stem(name string) string {
	base := strings.TrimSuffix(path.Base(name), path.Ext(name))
	if dir := path.Dir(name); base == "index" && dir != "." {
		return path.Base(dir)
	}
	return base
}

// hidden says why the article belongs in no feed.
func (r *reader) hidden() string {
	published, removed, draft := r.flag(publishedField, true), r.flag(removedField, false), r.flag(draftField, false)
	switch {
	case !published:
		return "published: false"
	case removed:
		return "removed: true"
	case draft:
		return "draft: true"
	case r.p.opt.Hugo && r.flag(headlessField, false):
		return "headless: true"
	case r.p.opt.Hugo && r.unrendered():
		return "build.render: never"
	}
	return ""
}

// unrendered reports whether a page of a Hugo site has no address of its own.
func (r *reader) unrendered() bool {
	for _, f := range [...]field{buildField, oldBuildField} {
		switch strings.ToLower(r.text(r.get(f).In("render"))) {
		case "never", "false", "link":
			return true
		}
	}
	return false
}

// id is the file's own id where it states one, else one made of its path. A
// stated id that is no URI is made one.
func (r *reader) id() (id string, explicit bool) {
	s := r.text(r.get(idField))
	switch {
	case s == "":
		return feeds.ID(r.p.opt.SiteID, "path", r.path), false
	case feeds.IsURI(s):
		return strings.Clone(s), true
	}
	return feeds.ID(r.p.opt.SiteID, "id", s), true
}

func later(t, u time.Time) time.Time {
	if t.Before(u) {
		return u
	}
	return t
}

// undated is the time of the last change of an article that states no date:
// there is none to show, but Atom demands one. It is a moment of the first day
// of 1990, the earliest that validators believe, told apart by id so that no
// two entries claim to have changed together.
func undated(id string) time.Time {
	h := fnv.New32a()
	h.Write([]byte(id))
	return time.Date(1990, 1, 1, 0, 0, int(h.Sum32()%86400), 0, time.UTC)
}

// title falls back on the body's first heading and on the file's name.
func (r *reader) title(text []byte, slug string) (title string, fromName bool) {
	if t := r.plain(r.get(titleField)); t != "" {
		return strings.Clone(t), false
	}
	if r.p.markup(r.path) == Markdown {
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

// withoutTemplates is a body as the site's own program would leave it, as far as
// that can be told without running it.
func (o *Options) withoutTemplates(text []byte) []byte {
	switch {
	case o.Jekyll:
		return body.WithoutLiquid(text)
	case o.Hugo:
		return body.WithoutShortcodes(text)
	}
	return text
}

// video describes the moving picture of an article of type video.
func (r *reader) video(featured string, it *feeds.Item) *feeds.Video {
	v := &feeds.Video{PageURL: it.URL}
	if src := body.Player(featured); src != "" {
		if u, err := r.p.site.Web(src); err == nil {
			v.PlayerURL, v.PageURL = u, cmp.Or(v.PageURL, body.WatchPage(u))
		}
	}
	if v.PageURL == "" && v.PlayerURL == "" {
		return nil
	}
	return v
}

// related are the other articles that this one points to.
func (r *reader) related() []feeds.Related {
	v := r.get(relatedField)
	if !v.IsList() {
		return nil // Jekyll themes use related: true as a switch
	}
	var all []feeds.Related
	for e := range v.List() {
		rel := r.relation(e)
		if rel.URL != "" && !slices.ContainsFunc(all, func(o feeds.Related) bool { return o.URL == rel.URL }) {
			if all == nil {
				all = make([]feeds.Related, 0, v.Len())
			}
			all = append(all, rel)
		}
	}
	return all
}

func (r *reader) relation(v frontmatter.Value) feeds.Related {
	if !v.IsMap() {
		u := r.web(v)
		return feeds.Related{URL: u, Title: u}
	}
	rel := feeds.Related{Title: r.plain(v.In("title", "name")), Summary: r.plain(v.In("excerpt", "description", "summary"))}
	if rel.URL = r.web(v.In("webUrl", "url")); rel.URL == "" {
		rel.URL = r.web(v.In("originalUrl"))
	}
	rel.Published = r.optionalDate(v.In("publishedDateTime", "date"))
	rel.Provider = r.providerName(v.In("provider"))
	if rel.Title == "" {
		rel.Title = rel.URL
	}
	return rel
}
