package article

import (
	"net/mail"
	"slices"
	"strings"

	"feedmill/feeds"
)

// people fills in authors and the source they wrote for.
func (r *reader) people(it *feeds.Item) {
	for _, f := range [...]field{authorsField, authorField} {
		v, _ := r.get(f)
		it.Authors = r.persons(it.Authors, v)
	}
	v, ok := r.get(providerField)
	if !ok {
		return
	}
	if it.Source = r.source(v); it.Source == nil {
		return
	}
	authors, _ := v.in("authors", "author")
	it.Authors = r.persons(it.Authors, authors)
	if len(it.Authors) == 0 {
		it.Authors = []feeds.Person{{Name: it.Source.Name, URL: it.Source.URL, Avatar: it.Source.Icon}}
	}
}

// source is the publisher that a provider describes; nil for one without a name.
func (r *reader) source(v value) *feeds.Source {
	src := &feeds.Source{Name: r.providerName(v)}
	if src.Name == "" {
		return nil
	}
	if u, ok := v.in("url"); ok {
		src.URL = r.web(u, true)
	} else if d, ok := v.in("domain"); ok {
		src.URL = r.domain(d)
	}
	images, _ := v.in("images", "image")
	if all := r.pictures(images); len(all) > 0 {
		src.Icon = all[0].URL
	}
	src.ID = feeds.ID("source", feeds.Fold(src.Name), src.URL)
	return src
}

func (r *reader) domain(v value) string {
	s := r.text(v, true)
	if s == "" || strings.Contains(s, "://") {
		return r.web(v, true)
	}
	u, err := r.p.urls.web("https://" + strings.Trim(s, "/") + "/")
	if err != nil {
		r.note(v, "must be a domain such as example.com")
	}
	return u
}

func (r *reader) providerName(v value) string {
	if !v.isMap() {
		return r.plain(v, true)
	}
	if n := r.plain(v.in("name")); n != "" {
		return n
	}
	return r.plain(v.in("domain"))
}

// persons adds those in v whose names are not there yet.
func (r *reader) persons(all []feeds.Person, v value) []feeds.Person {
	for e := range v.list() {
		p := r.person(e)
		if p.Name != "" && !slices.ContainsFunc(all, func(q feeds.Person) bool { return q.Name == p.Name }) {
			all = append(all, p)
		}
	}
	return all
}

// person reads keys, or a line such as "Ann Example <ann@example.com>".
func (r *reader) person(v value) feeds.Person {
	if !v.isMap() {
		s := r.text(v, true)
		if name, rest, ok := strings.Cut(s, "<"); ok && strings.HasSuffix(rest, ">") && strings.TrimSpace(name) != "" {
			return feeds.Person{Name: plainText(name), Email: address(strings.TrimSuffix(rest, ">"))}
		}
		return feeds.Person{Name: plainText(s), Email: address(s)}
	}
	p := feeds.Person{Name: r.plain(v.in("name", "display_name")), URL: r.web(v.in("url", "website", "uri")), Avatar: r.web(v.in("avatar", "picture", "image"))}
	if m, ok := v.in("email"); ok {
		s := r.text(m, true)
		if p.Email = address(s); p.Email == "" && s != "" {
			r.note(m, "must be an e-mail address such as ann@example.com")
		}
	}
	return p
}

// address is a bare e-mail address, or empty.
func address(s string) string {
	if strings.IndexByte(s, '@') < 0 {
		return ""
	}
	if a, err := mail.ParseAddress(s); err == nil && a.Address == s && !strings.ContainsAny(s, "\"[ ") {
		return s
	}
	return ""
}
