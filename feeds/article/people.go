package article

import (
	"cmp"
	"net/mail"
	"strings"

	"feedmill/feeds"
	"feedmill/feeds/article/internal/body"
)

// provider adds the article to the provider's feed, and makes the provider its
// source and the author if there is no other.
func (r *reader) provider(v value) {
	name, it := r.providerName(v), r.item
	r.addName(feeds.Provider, v, name)
	if name == "" {
		return
	}
	it.Source = r.source(name, v)
	r.addAuthors(v.In("authors", "author"))
	if len(it.Authors) == 0 {
		it.Authors = []feeds.Person{{Name: name, URL: it.Source.URL, Avatar: it.Source.Icon}}
	}
}

// source makes the source of an article of what its provider states.
func (r *reader) source(name string, v value) *feeds.Source {
	src := &feeds.Source{Name: name}
	if u := v.In("url"); u.Exists() {
		src.URL = r.web(u)
	} else if d := v.In("domain"); d.Exists() {
		src.URL = r.domain(d)
	}
	for e := range v.In("images", "image").List() {
		src.Icon = cmp.Or(src.Icon, r.picture(e).URL)
	}
	src.ID = feeds.ID("source", feeds.Fold(name), src.URL)
	return src
}

// domain returns the address of a domain's home page.
func (r *reader) domain(v value) string {
	s := r.text(v)
	if s == "" || strings.Contains(s, "://") {
		return r.web(v)
	}
	u, err := r.p.site.Web("https://" + strings.Trim(s, "/") + "/")
	if err != nil {
		r.warn(v, "must be a domain such as example.com")
	} else if !r.fits(v, u) {
		return ""
	}
	return u
}

// providerName returns the name of a provider, which can be a name itself, or its
// domain.
func (r *reader) providerName(v value) string {
	if !v.IsMap() {
		return r.plain(v)
	}
	if n := r.plain(v.In("name")); n != "" {
		return n
	}
	return r.plain(v.In("domain"))
}

// addAuthors adds those in v whose names are not there yet.
func (r *reader) addAuthors(v value) {
	addAll(r, v, &r.item.Authors, (*reader).person, func(p feeds.Person) string { return p.Name })
}

// person reads keys, or a line such as "Ann Example <ann@example.com>".
func (r *reader) person(v value) feeds.Person {
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
		r.warn(m, "must be an e-mail address such as ann@example.com")
	}
	return p
}

// email returns s if it is an e-mail address and nothing more, else "".
func email(s string) string {
	if strings.IndexByte(s, '@') < 0 || len(s) > maxEmail {
		return ""
	}
	if a, err := mail.ParseAddress(s); err == nil && a.Address == s && !strings.ContainsAny(s, "\"[ ") {
		return s
	}
	return ""
}
