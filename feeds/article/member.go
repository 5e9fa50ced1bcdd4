package article

import (
	"iter"
	"slices"
	"strings"

	"feedmill/feeds"
	"feedmill/feeds/article/internal/frontmatter"
)

// memberFields say of what kind the names in a field are, and at what a single
// string of several is split.
var memberFields = []struct {
	field          field
	kind           feeds.Kind
	commas, spaces bool // spaces only on a Jekyll site
}{
	{topicsField, feeds.Topic, true, false},
	{tagsField, feeds.Topic, true, true},
	{categoryField, feeds.Category, false, false},
	{categoriesField, feeds.Category, true, true},
	{typeField, feeds.Type, false, false},
}

// member lists the feeds the article belongs to, each once.
func (r *reader) member() []feeds.Tag {
	var tags []feeds.Tag
	var seen uniqueKeys
	add := func(k feeds.Kind, name string) {
		if k == feeds.Topic && r.p.opt.TopicName != nil {
			name = r.p.opt.TopicName(name)
		}
		if key := (feeds.Key{Kind: k, Slug: feeds.Fold(name)}); key.Slug != "" && seen.add(key) {
			if tags == nil {
				tags = make([]feeds.Tag, 0, 4)
			}
			tags = append(tags, feeds.Tag{Kind: k, Name: name})
		}
	}
	if dir, folder, _ := r.p.folder(r.path); folder.Anywhere {
		for section := range strings.SplitSeq(folder.above(dir), "/") {
			add(feeds.Category, section) // as in Jekyll
		}
	}
	for _, f := range memberFields {
		v := r.get(f.field)
		for e := range v.List() {
			name, single := r.name(e), !v.IsList()
			for name := range splitNames(name, single && f.commas, single && f.spaces && r.p.opt.Jekyll) {
				add(f.kind, name)
			}
		}
	}
	add(feeds.Provider, r.providerName(r.get(providerField)))
	return tags
}

// uniqueKeys are different from each other. The first few are quicker looked
// through than found.
type uniqueKeys struct {
	few   [8]feeds.Key
	count int
	more  map[feeds.Key]bool
}

// add reports whether k was not there before.
func (u *uniqueKeys) add(k feeds.Key) bool {
	if slices.Contains(u.few[:u.count], k) || u.more[k] {
		return false
	}
	if u.count < len(u.few) {
		u.few[u.count] = k
		u.count++
		return true
	}
	if u.more == nil {
		u.more = map[feeds.Key]bool{}
	}
	u.more[k] = true
	return true
}

// name is a value that is a name, or that has one.
func (r *reader) name(v frontmatter.Value) string {
	if v.IsMap() {
		n := v.In("name", "title")
		if !n.Exists() {
			r.note(v, "must be a name")
		}
		return r.text(n)
	}
	return r.text(v)
}

// splitNames parts a string of several names.
func splitNames(s string, commas, spaces bool) iter.Seq[string] {
	return func(yield func(string) bool) {
		switch {
		case commas && strings.Contains(s, ","):
			for name := range strings.SplitSeq(s, ",") {
				if !yield(strings.TrimSpace(name)) {
					return
				}
			}
		case spaces:
			strings.FieldsSeq(s)(yield)
		default:
			yield(s)
		}
	}
}
