package article

import (
	"maps"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bmatcuk/doublestar/v4"

	"feedmill/feeds"
	"feedmill/feeds/article/internal/frontmatter"
)

// value is a value of front matter; the zero value stands for none.
type value = frontmatter.Value

// fieldKey says that a key can give a field its value, unless the file has a key
// of a lower rank for that field.
type fieldKey struct {
	field int // index in fields
	rank  int
}

// keyTable finds the fields of each key, which is in lower case.
type keyTable map[string][]fieldKey

// newKeyTable makes the table of fields and of the settings, which map keys to
// names of fields. A mapped key comes first for its field and gives no other.
func newKeyTable(mapped map[string]string) keyTable {
	table := keyTable{}
	mappedKeys := slices.Sorted(maps.Keys(mapped))
	for i, f := range fields {
		names := strings.Fields(f.names)
		var keys []string
		for _, key := range mappedKeys {
			if fieldNamed(mapped[key]) == i {
				keys = append(keys, key)
			}
		}
		for _, key := range names {
			if !slices.ContainsFunc(mappedKeys, func(m string) bool { return strings.EqualFold(m, key) }) {
				keys = append(keys, key)
			}
		}
		for rank, key := range keys {
			key = strings.ToLower(key)
			table[key] = append(table[key], fieldKey{i, rank})
		}
	}
	return table
}

// fieldNamed returns the index of the field that settings call name: the one with
// this as its first name, else one with this as any name; -1 if there is none.
func fieldNamed(name string) int {
	found := -1
	for i, f := range fields {
		switch n := slices.Index(strings.Fields(f.names), name); {
		case n == 0:
			return i
		case n > 0 && found < 0:
			found = i
		}
	}
	return found
}

// fieldsOf returns the fields of a key as the file spells it.
func (t keyTable) fieldsOf(key string) []fieldKey {
	var low [32]byte
	for i := range len(key) {
		b := key[i]
		if i == len(low) || b >= utf8.RuneSelf {
			return t[strings.ToLower(key)]
		}
		if b >= 'A' && b <= 'Z' {
			b += 'a' - 'A'
		}
		low[i] = b
	}
	return t[string(low[:len(key)])]
}

// given is the value of a field and the rank of its key.
type given struct {
	value value
	rank  int
}

// collect finds the value of each field: the file's own, else that of the last of
// the settings' defaults that apply and have one.
func (r *reader) collect() {
	r.collectFrom(&r.tree)
	if len(r.p.opt.Defaults) == 0 {
		return
	}
	_, folder, _ := r.p.folder(r.path)
	for i, d := range slices.Backward(r.p.opt.Defaults) {
		if (d.Collection == "" || d.Collection == folder.Name) && below(r.path, d.Dir) {
			r.collectFrom(r.p.defaults[i])
		}
	}
}

func (r *reader) collectFrom(t *frontmatter.Tree) {
	for key, v := range t.Keys() {
		for _, k := range r.p.keys.fieldsOf(key) {
			if g := &r.given[k.field]; !g.value.Exists() || k.rank < g.rank {
				*g = given{v, k.rank}
			}
		}
	}
}

// below reports whether the file at name lies below the folder dir, is the file
// dir, or is matched by the glob pattern dir, itself or a folder above it.
func below(name, dir string) bool {
	if dir == "" || name == dir || strings.HasPrefix(name, strings.TrimSuffix(dir, "/")+"/") {
		return true
	}
	for p := name; strings.ContainsAny(dir, "*?[{") && p != "."; p = path.Dir(p) {
		if ok, err := doublestar.Match(dir, p); ok && err == nil {
			return true
		}
	}
	return false
}

// defaultTrees makes trees of the settings' default values.
func defaultTrees(defaults []feeds.Defaults) []*frontmatter.Tree {
	trees := make([]*frontmatter.Tree, len(defaults))
	for i, d := range defaults {
		trees[i] = frontmatter.FromMap(d.Values)
	}
	return trees
}
