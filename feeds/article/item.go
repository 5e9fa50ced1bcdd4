package article

import (
	"hash/fnv"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"feedmill/feeds"
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

	a.body = body{p: r.p, text: r.p.opt.withoutTemplates(text), markup: r.p.markup(r.path)}
	featured, _ := r.raw(r.get(featuredContentField))
	a.body.featured = strings.TrimSpace(featured)
	if slices.ContainsFunc(a.Member, func(t feeds.Tag) bool { return t.Kind == feeds.Type && feeds.Fold(t.Name) == "video" }) {
		it.Video = r.video(a.body.featured, it)
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
		switch v, ok := r.get(f); strings.ToLower(r.text(v.in("render"))) {
		case "never", "false", "link":
			return ok
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
		if t := heading(text); t != "" {
			return t, false
		}
	}
	if t := plainText(strings.NewReplacer("-", " ", "_", " ").Replace(slug)); t != "" {
		first, size := utf8.DecodeRuneInString(t)
		return string(unicode.ToUpper(first)) + t[size:], true
	}
	return "Untitled", true
}

var topHeading = regexp.MustCompile(`^# +[^\n]{1,500}`)

// heading is the text of the heading that a Markdown body begins with.
func heading(text []byte) string {
	h := string(topHeading.Find(text))
	if h == "" {
		return ""
	}
	return plainText(stripTags(renderMarkdown(h)))
}

// related are the other articles that this one points to.
func (r *reader) related() []feeds.Related {
	v, ok := r.get(relatedField)
	if !ok || v.at().kind != sequenceNode {
		return nil // Jekyll themes use related: true as a switch
	}
	var all []feeds.Related
	for e := range v.list() {
		rel := r.relation(e)
		if rel.URL != "" && !slices.ContainsFunc(all, func(o feeds.Related) bool { return o.URL == rel.URL }) {
			if all == nil {
				all = make([]feeds.Related, 0, v.len())
			}
			all = append(all, rel)
		}
	}
	return all
}

func (r *reader) relation(v value) feeds.Related {
	if !v.isMap() {
		u := r.web(v, true)
		return feeds.Related{URL: u, Title: u}
	}
	rel := feeds.Related{Title: r.plain(v.in("title", "name")), Summary: r.plain(v.in("excerpt", "description", "summary"))}
	if rel.URL = r.web(v.in("webUrl", "url")); rel.URL == "" {
		rel.URL = r.web(v.in("originalUrl"))
	}
	rel.Published = r.optionalDate(v.in("publishedDateTime", "date"))
	if p, ok := v.in("provider"); ok {
		rel.Provider = r.providerName(p)
	}
	if rel.Title == "" {
		rel.Title = rel.URL
	}
	return rel
}
