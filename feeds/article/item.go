package article

import (
	"hash/fnv"
	"mime"
	"path"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"feedmill/feeds"
)

// article reads every field a feed shows.
func (r *reader) article(text string) *Article {
	name := strings.TrimSuffix(path.Base(r.path), path.Ext(r.path))
	fileDay, fileSlug := fileDate(name)

	a := &Article{Path: r.path, Hidden: r.hidden()}
	a.Published = r.date("publishedDateTime")
	if a.Published.IsZero() && fileDay != "" {
		a.Published, _ = parseDate(fileDay, r.p.opt.TimeZone)
	}
	a.NotBefore, a.Expires = a.Published, r.date("expiryDate")
	if t := r.date("publishDate"); t.After(a.NotBefore) {
		a.NotBefore = t
	}
	a.Quality, a.Heat = r.number(r.get("quality")), r.number(r.get("heat"))

	it := &a.base
	it.Published = a.Published
	it.ID, a.Explicit = r.id()
	it.Updated = r.updated(it)
	it.Title = r.title(text, fileSlug)
	it.Summary = plainText(r.text(r.get("excerpt")))
	it.Language = language(r.text(r.get("language")))
	it.Images = r.images()
	it.Related = r.related()
	it.Enclosures = r.enclosures()
	a.Member = r.member()
	it.Tags = slices.DeleteFunc(slices.Clone(a.Member), func(t feeds.Tag) bool { return t.Kind != feeds.Topic && t.Kind != feeds.Category })
	r.people(it)
	r.links(it, a, fileSlug)

	a.body = body{p: r.p, text: text, markup: r.p.markup(r.path)}
	a.body.featured, _ = r.raw(r.get("featuredContent"))
	if slices.ContainsFunc(a.Member, func(t feeds.Tag) bool { return t.Kind == feeds.Type && feeds.Fold(t.Name) == "video" }) {
		it.Video = r.video(a.body.featured, it)
	}
	return a
}

// hidden says why the article belongs in no feed.
func (r *reader) hidden() string {
	switch {
	case !r.flag("published", true):
		return "published: false"
	case r.flag("removed", false):
		return "removed: true"
	case r.flag("draft", false):
		return "draft: true"
	}
	return ""
}

// id is the file's own id where it states one, else one made of its path. A
// stated id that is no URI is made one.
func (r *reader) id() (id string, explicit bool) {
	s := r.text(r.get("id"))
	switch {
	case s == "":
		return feeds.ID(r.p.opt.SiteID, "path", r.path), false
	case feeds.IsURI(s):
		return s, true
	}
	return feeds.ID(r.p.opt.SiteID, "id", s), true
}

// updated is the stated time of the last change, else that of publication. An
// article without any date has none to show, but Atom demands one: it gets a
// moment of the first day of 1990, the earliest that validators believe, told
// apart by id so that no two entries claim to have changed together.
func (r *reader) updated(it *feeds.Item) time.Time {
	t := r.date("updatedDateTime")
	if t.IsZero() && it.Published.IsZero() {
		h := fnv.New32a()
		h.Write([]byte(it.ID))
		return time.Date(1990, 1, 1, 0, 0, int(h.Sum32()%86400), 0, time.UTC)
	}
	if t.Before(it.Published) {
		return it.Published
	}
	return t
}

// title falls back on the body's first heading and on the file's name.
func (r *reader) title(text, slug string) string {
	if t := plainText(r.text(r.get("title"))); t != "" {
		return t
	}
	line, _, _ := strings.Cut(text, "\n")
	if h, ok := strings.CutPrefix(line, "# "); ok && r.p.markup(r.path) == Markdown && strings.TrimSpace(h) != "" {
		return strings.Trim(strings.TrimSpace(h), "# ")
	}
	if t := strings.TrimSpace(strings.NewReplacer("-", " ", "_", " ").Replace(slug)); t != "" {
		first, size := utf8.DecodeRuneInString(t)
		return feeds.XMLText(string(unicode.ToUpper(first)) + t[size:])
	}
	return "Untitled"
}

// member lists the feeds the article belongs to, each once.
func (r *reader) member() []feeds.Tag {
	var tags []feeds.Tag
	seen := map[feeds.Key]bool{}
	add := func(k feeds.Kind, name string) {
		if k == feeds.Topic && r.p.opt.TopicName != nil {
			name = r.p.opt.TopicName(name)
		}
		if key := (feeds.Key{Kind: k, Slug: feeds.Fold(name)}); key.Slug != "" && !seen[key] {
			seen[key] = true
			tags = append(tags, feeds.Tag{Kind: k, Name: name})
		}
	}
	for _, f := range []struct {
		field string
		kind  feeds.Kind
	}{{"topics", feeds.Topic}, {"tags", feeds.Topic}, {"category", feeds.Category}, {"categories", feeds.Category}, {"type", feeds.Type}} {
		for _, name := range r.names(f.field, f.field != "type" && f.field != "category") {
			add(f.kind, name)
		}
	}
	if v, ok := r.get("provider"); ok {
		add(feeds.Provider, r.providerName(v))
	}
	return tags
}

// names is a list of names; a single string can hold several, at commas (or at
// spaces on a Jekyll site).
func (r *reader) names(field string, splits bool) []string {
	v, ok := r.get(field)
	if !ok {
		return nil
	}
	var all []string
	for _, e := range v.list() {
		if m, ok := e.in("name", "title"); ok {
			e = m
		}
		s := r.text(e, true)
		switch {
		case !splits || v.node.Kind == yaml.SequenceNode:
			all = append(all, s)
		case strings.Contains(s, ","):
			for part := range strings.SplitSeq(s, ",") {
				all = append(all, strings.TrimSpace(part))
			}
		case r.p.opt.SplitTags:
			all = append(all, strings.Fields(s)...)
		default:
			all = append(all, s)
		}
	}
	return all
}

func (r *reader) providerName(v value) string {
	if v.node.Kind == yaml.ScalarNode {
		return r.text(v, true)
	}
	if n := r.text(v.in("name")); n != "" {
		return n
	}
	return r.text(v.in("domain"))
}

// people fills in authors and the source they wrote for.
func (r *reader) people(it *feeds.Item) {
	for _, field := range []string{"authors", "author"} {
		if v, ok := r.get(field); ok {
			it.Authors = append(it.Authors, r.persons(v)...)
		}
	}
	v, ok := r.get("provider")
	if !ok || r.providerName(v) == "" {
		return
	}
	src := &feeds.Source{Name: r.providerName(v)}
	if u, ok := v.in("url"); ok {
		src.URL = r.web(u, true)
	} else if d := r.text(v.in("domain")); d != "" {
		if u, err := r.p.urls.web("https://" + d + "/"); err == nil {
			src.URL = u
		}
	}
	if images, ok := v.in("images", "image"); ok {
		if all := r.pictures(images); len(all) > 0 {
			src.Icon = all[0].URL
		}
	}
	src.ID = feeds.ID("source", feeds.Fold(src.Name), src.URL)
	it.Source = src
	if v, ok := v.in("authors", "author"); ok {
		it.Authors = append(it.Authors, r.persons(v)...)
	}
	if len(it.Authors) == 0 {
		it.Authors = []feeds.Person{{Name: src.Name, URL: src.URL, Avatar: src.Icon}}
	}
}

func (r *reader) persons(v value) []feeds.Person {
	var all []feeds.Person
	for _, e := range v.list() {
		var p feeds.Person
		if e.node.Kind == yaml.MappingNode {
			p.Name, p.Email = r.text(e.in("name", "display_name")), r.text(e.in("email"))
			p.URL, p.Avatar = r.web(e.in("url", "website", "uri")), r.web(e.in("avatar", "picture", "image"))
		} else {
			p.Name = r.text(e, true)
			if name, mail, ok := strings.Cut(p.Name, "<"); ok && strings.HasSuffix(mail, ">") {
				p.Name, p.Email = strings.TrimSpace(name), strings.TrimSuffix(mail, ">")
			}
		}
		if !strings.Contains(p.Email, "@") || strings.ContainsAny(p.Email, " <>()\"") {
			p.Email = ""
		}
		if p.Name != "" && !slices.ContainsFunc(all, func(q feeds.Person) bool { return q.Name == p.Name }) {
			all = append(all, p)
		}
	}
	return all
}

func (r *reader) images() []feeds.Image {
	var all []feeds.Image
	for _, field := range []string{"images", "image"} {
		if v, ok := r.get(field); ok {
			all = append(all, r.pictures(v)...)
		}
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(i feeds.Image) bool { was := seen[i.URL]; seen[i.URL] = true; return was })
}

func (r *reader) pictures(v value) []feeds.Image {
	var all []feeds.Image
	for _, e := range v.list() {
		img := feeds.Image{}
		if e.node.Kind == yaml.MappingNode {
			img.URL = r.web(e.in("url", "path", "src", "image"))
			img.Width, img.Height = r.pixels(e.in("width")), r.pixels(e.in("height"))
			img.Title, img.Credit = r.text(e.in("title", "alt", "caption")), r.text(e.in("attribution", "credit"))
		} else {
			img.URL = r.web(e, true)
		}
		if img.URL != "" {
			all = append(all, img)
		}
	}
	return all
}

func (r *reader) pixels(v value, ok bool) int {
	n := r.number(v, ok)
	if n < 0 || n > 1e6 {
		r.note(v, "must be a number of pixels: left out")
		return 0
	}
	return int(n)
}

func (r *reader) related() []feeds.Related {
	v, ok := r.get("related")
	if !ok || v.node.Kind != yaml.SequenceNode {
		return nil // Jekyll themes use related: true as a switch
	}
	var all []feeds.Related
	for _, e := range v.list() {
		rel := feeds.Related{Title: plainText(r.text(e.in("title", "name"))), Summary: plainText(r.text(e.in("excerpt", "description", "summary")))}
		if e.node.Kind == yaml.ScalarNode {
			rel.URL = r.web(e, true)
		} else if rel.URL = r.web(e.in("webUrl", "url")); rel.URL == "" {
			rel.URL = r.web(e.in("originalUrl"))
		}
		if d, ok := e.in("publishedDateTime", "date"); ok {
			rel.Published, _ = parseDate(r.text(d, true), r.p.opt.TimeZone)
		}
		if p, ok := e.in("provider"); ok {
			rel.Provider = r.providerName(p)
		}
		if rel.Title == "" {
			rel.Title = rel.URL
		}
		if rel.URL != "" && !slices.ContainsFunc(all, func(o feeds.Related) bool { return o.URL == rel.URL }) {
			all = append(all, rel)
		}
	}
	return all
}

func (r *reader) enclosures() []feeds.Enclosure {
	v, _ := r.get("enclosure")
	var all []feeds.Enclosure
	for _, e := range v.list() {
		enc := feeds.Enclosure{URL: r.web(e.in("url", "src")), Type: r.text(e.in("type", "mime_type"))}
		if e.node.Kind == yaml.ScalarNode {
			enc.URL = r.web(e, true)
		}
		enc.Length = int64(max(0, r.number(e.in("length", "size", "size_in_bytes"))))
		if d, ok := e.in("duration", "duration_in_seconds"); ok {
			enc.Duration = time.Duration(max(0, min(1e8, r.number(d, true)))) * time.Second
		}
		if enc.URL == "" {
			continue
		}
		if _, _, err := mime.ParseMediaType(enc.Type); err != nil || !strings.Contains(enc.Type, "/") {
			enc.Type = mediaType(enc.URL)
		}
		all = append(all, enc)
	}
	return all
}

// mediaType guesses by the ending, without asking the machine's own tables:
// every machine must give the same bytes.
func mediaType(u string) string {
	known := map[string]string{
		".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".ogg": "audio/ogg", ".opus": "audio/ogg", ".wav": "audio/wav", ".flac": "audio/flac",
		".mp4": "video/mp4", ".m4v": "video/mp4", ".webm": "video/webm", ".mov": "video/quicktime",
		".pdf": "application/pdf", ".epub": "application/epub+zip", ".zip": "application/zip",
		".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".gif": "image/gif", ".webp": "image/webp", ".svg": "image/svg+xml",
	}
	u, _, _ = strings.Cut(u, "?")
	if t, ok := known[strings.ToLower(path.Ext(u))]; ok {
		return t
	}
	return "application/octet-stream"
}

// language makes a BCP 47 tag of the ways in which sites write one: "en_us".
func language(s string) string {
	parts := strings.Split(strings.ReplaceAll(s, "_", "-"), "-")
	for i, p := range parts {
		if p == "" || len(p) > 8 || !alphanumeric(p) {
			return ""
		}
		switch {
		case i == 0:
			parts[i] = strings.ToLower(p)
		case len(p) == 2:
			parts[i] = strings.ToUpper(p)
		case len(p) == 4:
			parts[i] = strings.ToUpper(p[:1]) + strings.ToLower(p[1:])
		}
	}
	return strings.Join(parts, "-")
}

func alphanumeric(s string) bool {
	return strings.IndexFunc(s, func(c rune) bool { return (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') }) < 0
}
