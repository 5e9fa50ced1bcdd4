package site

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"feedmill/feeds"
	"feedmill/feeds/document"
	"feedmill/feeds/mix"
)

const (
	composePath  = "/compose/"
	composeRunes = 200 // of each field
	choices      = 60  // of a kind in a list to choose from; more are typed
)

// form is what a reader enters to compose a feed. A field may name several topics
// with commas between them, of which an article must have one.
type form struct {
	Topic, And, Not string
	Facets          map[feeds.Kind]string // one feed's slug, or several with commas, by kind
	Text, Count     string
	s               *Site
}

// formOf is the form, filled in with what a feed is about; nil where no feed can be
// composed.
func (s *Site) formOf(k feeds.Key) *form {
	if !s.canCompose() {
		return nil
	}
	f := &form{s: s, Facets: map[feeds.Kind]string{}}
	switch k.Kind {
	case feeds.All:
	case feeds.Topic:
		f.Topic = k.Slug
		if l := s.snap.Listing(k); l != nil && s.feedOfTag(feeds.Tag{Kind: k.Kind, Name: l.Name}) == l {
			f.Topic = l.Name
		}
	case feeds.Composed:
		if m, err := s.mixAt(k); err == nil {
			f.fill(m)
		}
	default:
		f.Facets[k.Kind] = k.Slug
	}
	return f
}

// fill fills in what the form has fields for.
func (f *form) fill(m *mix.Mix) {
	for _, group := range m.Of {
		switch kind := group[0].Kind; {
		case kind != feeds.Topic:
			f.Facets[kind] = slugs(group)
		case f.Topic == "":
			f.Topic = slugs(group)
		default:
			f.And = slugs(group)
		}
	}
	f.Not = slugs(slices.DeleteFunc(slices.Clone(m.Without), func(k feeds.Key) bool { return k.Kind != feeds.Topic }))
	if len(m.Title) > 0 {
		f.Text = strings.ReplaceAll(m.Title[0], "-", " ")
	}
	if m.Count > 0 {
		f.Count = strconv.Itoa(m.Count)
	}
}

func slugs(keys []feeds.Key) string {
	var all []string
	for _, k := range keys {
		all = append(all, k.Slug)
	}
	return strings.Join(all, ", ")
}

// choice is a kind of feed to choose one of.
type choice struct {
	group
	Label, Name, Chosen string
}

// Choices are the kinds of which there are few enough to choose from a list.
func (f *form) Choices() (all []choice) {
	for _, k := range feeds.Facets {
		g, chosen := f.s.group(k, choices), f.Facets[k]
		if chosen != "" && f.s.snap.Listing(feeds.Key{Kind: k, Slug: chosen}) != nil || g.Total > 0 {
			all = append(all, choice{g, k.Label(), k.String(), chosen})
		}
	}
	return all
}

// Topics are the largest, which browsers suggest while the reader types.
func (f *form) Topics() []*document.Listing { return f.s.directory().suggested() }

// compose leads to the feed that was entered into the form, or is the form with
// what is wrong.
func (s *Site) compose(a address) Found {
	f := s.formOf(feeds.Key{})
	if f == nil {
		return nil
	}
	if !a.is(composePath) {
		return s.moved(composePath)
	}
	f.read(a.values())
	problem := ""
	if segments := f.segments(); len(segments) > 0 {
		m, err := mix.Parse(segments, keyOf(s.listing))
		if err == nil {
			return Entered{s.link(mixPath(m))}
		}
		problem = err.Error()
	}
	r := s.page(composePath, "compose.html", func(p *page) {
		p.Title, p.Form, p.Problem, p.Unlisted = "Compose a feed", f, problem, problem != ""
	})
	r.Query = true
	return r
}

func (f *form) read(q url.Values) {
	for name, to := range map[string]*string{
		"topic": &f.Topic, "and": &f.And, "not": &f.Not, "title": &f.Text, "count": &f.Count,
	} {
		*to = shortened(q.Get(name), composeRunes)
	}
	for _, k := range feeds.Facets {
		f.Facets[k] = shortened(q.Get(k.String()), composeRunes)
	}
}

// segments are the conditions as an address has them.
func (f *form) segments() (all []string) {
	add := func(word, value string) {
		if value != "" {
			all = append(all, word+value)
		}
	}
	add("", f.topicSlugs(f.Topic))
	add("", f.topicSlugs(f.And))
	add("not:", f.topicSlugs(f.Not))
	for _, k := range feeds.Facets {
		add(k.String()+":", f.Facets[k])
	}
	add("title:", f.Text)
	add("count:", f.Count)
	return all
}

// topicSlugs replaces the name of a topic, or of several with commas between them,
// by slugs. Unknown names stay as they are.
func (f *form) topicSlugs(list string) string {
	slug := func(name string) string {
		if l := f.s.listing(feeds.Key{Kind: feeds.Topic, Slug: name}); l != nil {
			return l.Key.Slug
		}
		return ""
	}
	if whole := slug(list); list == "" || whole != "" {
		return whole
	}
	names := strings.Split(list, ",")
	for i, name := range names {
		name = strings.TrimSpace(name)
		names[i] = cmp.Or(slug(name), strings.ReplaceAll(name, ":", " "))
	}
	return strings.Join(names, ",")
}
