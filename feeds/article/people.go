package article

import (
	"net/mail"
	"slices"
	"strings"

	"feedmill/feeds"
	"feedmill/feeds/article/internal/body"
	"feedmill/feeds/article/internal/frontmatter"
)

// people fills in authors and the source they wrote for.
func (r *reader) people(it *feeds.Item) {
	for _, f := range [...]field{authorsField, authorField} {
		it.Authors = r.persons(it.Authors, r.get(f))
	}
	v := r.get(providerField)
	if it.Source = r.source(v); it.Source == nil {
		return
	}
	it.Authors = r.persons(it.Authors, v.In("authors", "author"))
	if len(it.Authors) == 0 {
		it.Authors = []feeds.Person{{Name: it.Source.Name, URL: it.Source.URL, Avatar: it.Source.Icon}}
	}
}

// source is the publisher that a provider describes; nil for one without a name.
func (r *reader) source(v frontmatter.Value) *feeds.Source {
	src := &feeds.Source{Name: r.providerName(v)}
	if src.Name == "" {
		return nil
	}
	if u := v.In("url"); u.Exists() {
		src.URL = r.web(u)
	} else if d := v.In("domain"); d.Exists() {
		src.URL = r.domain(d)
	}
	if all := r.pictures(v.In("images", "image")); len(all) > 0 {
		src.Icon = all[0].URL
	}
	src.ID = feeds.ID("source", feeds.Fold(src.Name), src.URL)
	return src
}

func (r *reader) domain(v frontmatter.Value) string {
	s := r.text(v)
	if s == "" || strings.Contains(s, "://") {
		return r.web(v)
	}
	u, err := r.p.site.Web("https://" + strings.Trim(s, "/") + "/")
	if err != nil {
		r.note(v, "must be a domain such as example.com")
	}
	return u
}

func (r *reader) providerName(v frontmatter.Value) string {
	if !v.IsMap() {
		return r.plain(v)
	}
	if n := r.plain(v.In("name")); n != "" {
		return n
	}
	return r.plain(v.In("domain"))
}

// persons adds those in v whose names are not there yet.
func (r *reader) persons(all []feeds.Person, v frontmatter.Value) []feeds.Person {
	for e := range v.List() {
		p := r.person(e)
		if p.Name != "" && !slices.ContainsFunc(all, func(q feeds.Person) bool { return q.Name == p.Name }) {
			all = append(all, p)
		}
	}
	return all
}

// person reads keys, or a line such as "Ann Example <ann@example.com>".
func (r *reader) person(v frontmatter.Value) feeds.Person {
	if !v.IsMap() {
		s := r.text(v)
		if name, rest, ok := strings.Cut(s, "<"); ok && strings.HasSuffix(rest, ">") && strings.TrimSpace(name) != "" {
			return feeds.Person{Name: body.PlainText(name), Email: email(strings.TrimSuffix(rest, ">"))}
		}
		return feeds.Person{Name: body.PlainText(s), Email: email(s)}
	}
	p := feeds.Person{Name: r.plain(v.In("name", "display_name")), URL: r.web(v.In("url", "website", "uri")), Avatar: r.web(v.In("avatar", "picture", "image"))}
	m := v.In("email")
	s := r.text(m)
	if p.Email = email(s); p.Email == "" && s != "" {
		r.note(m, "must be an e-mail address such as ann@example.com")
	}
	return p
}

// email is a bare e-mail address, or empty.
func email(s string) string {
	if strings.IndexByte(s, '@') < 0 {
		return ""
	}
	if a, err := mail.ParseAddress(s); err == nil && a.Address == s && !strings.ContainsAny(s, "\"[ ") {
		return s
	}
	return ""
}
