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

// field is what a feed shows, or decides by, of an article.
type field uint8

const (
	titleField field = iota
	excerptField
	publishedDateTimeField
	publishDateField
	updatedDateTimeField
	expiryDateField
	webURLField
	originalURLField
	ampWebURLField
	cdnAmpWebURLField
	permalinkField
	slugField
	typeField
	categoryField
	categoriesField
	topicsField
	tagsField
	providerField
	authorField
	authorsField
	imagesField
	imageField
	featuredContentField
	relatedField
	publishedField
	headlessField
	removedField
	draftField
	qualityField
	heatField
	idField
	languageField
	enclosureField
	buildField    // Hugo's
	oldBuildField // Hugo's
	fieldCount
)

// builtin lists the front matter keys (lower-case, first one first) of each
// field: our own schema, then Jekyll's and Hugo's names.
var builtin = [fieldCount]struct {
	name string // as settings say it
	keys []string
}{
	titleField:             {"title", []string{"title", "name"}},
	excerptField:           {"excerpt", []string{"excerpt", "description", "summary"}},
	publishedDateTimeField: {"publishedDateTime", []string{"publisheddatetime", "date", "publishdate", "pubdate"}},
	publishDateField:       {"publishDate", []string{"publishdate"}},
	updatedDateTimeField:   {"updatedDateTime", []string{"updateddatetime", "updated", "lastmod", "last_modified_at", "modified"}},
	expiryDateField:        {"expiryDate", []string{"expirydate", "unpublishdate"}},
	webURLField:            {"webUrl", []string{"weburl"}},
	originalURLField:       {"originalUrl", []string{"originalurl"}},
	ampWebURLField:         {"ampWebUrl", []string{"ampweburl"}},
	cdnAmpWebURLField:      {"cdnAmpWebUrl", []string{"cdnampweburl"}},
	permalinkField:         {"permalink", []string{"permalink", "url"}},
	slugField:              {"slug", []string{"slug"}},
	typeField:              {"type", []string{"type"}},
	categoryField:          {"category", []string{"category"}},
	categoriesField:        {"categories", []string{"categories"}},
	topicsField:            {"topics", []string{"topics"}},
	tagsField:              {"tags", []string{"tags"}},
	providerField:          {"provider", []string{"provider"}},
	authorField:            {"author", []string{"author"}},
	authorsField:           {"authors", []string{"authors"}},
	imagesField:            {"images", []string{"images"}},
	imageField:             {"image", []string{"image", "cover"}},
	featuredContentField:   {"featuredContent", []string{"featuredcontent"}},
	relatedField:           {"related", []string{"related"}},
	publishedField:         {"published", []string{"published"}},
	headlessField:          {"headless", []string{"headless"}},
	removedField:           {"removed", []string{"removed"}},
	draftField:             {"draft", []string{"draft"}},
	qualityField:           {"quality", []string{"quality"}},
	heatField:              {"heat", []string{"heat"}},
	idField:                {"id", []string{"id", "guid"}},
	languageField:          {"language", []string{"language", "lang", "locale"}},
	enclosureField:         {"enclosure", []string{"enclosure", "enclosures"}},
	buildField:             {"", []string{"build"}},
	oldBuildField:          {"", []string{"_build"}},
}

// claim says that a key can give a field, unless one of a lower rank does.
type claim struct {
	field field
	rank  uint8
}

// claims are those of each lower-case key.
type claims map[string][]claim

// newClaims is builtin after the settings have had their say: a mapped key comes
// first for its field and no longer serves any other.
func newClaims(mapped map[string]string) claims {
	all := claims{}
	first := slices.Sorted(maps.Keys(mapped))
	for f, b := range builtin {
		var keys []string
		for _, key := range first {
			if name := mapped[key]; b.name != "" && (name == b.name || name == "name" && b.name == "title") {
				keys = append(keys, strings.ToLower(key))
			}
		}
		for _, key := range b.keys {
			if !slices.ContainsFunc(first, func(m string) bool { return strings.EqualFold(m, key) }) {
				keys = append(keys, key)
			}
		}
		for rank, key := range keys {
			all[key] = append(all[key], claim{field(f), uint8(min(rank, 255))})
		}
	}
	return all
}

// of are the claims of a key as the file spells it.
func (c claims) of(key string) []claim {
	var low [32]byte
	for i := range len(key) {
		b := key[i]
		if i == len(low) || b >= utf8.RuneSelf {
			return c[strings.ToLower(key)]
		}
		if b >= 'A' && b <= 'Z' {
			b += 'a' - 'A'
		}
		low[i] = b
	}
	return c[string(low[:len(key)])]
}

// reader reads the fields of one file.
type reader struct {
	p      *Parser
	path   string
	tree   *frontmatter.Tree // the file's own
	fields [fieldCount]given // what there is for each field
	errs   []*feeds.Problem  // that make the file unusable
	notes  []*feeds.Problem  // that cost a field
}

// given is the value of a field, under its key of the lowest rank.
type given struct {
	value frontmatter.Value
	rank  uint8
}

// index collects the top-level keys: the file's own, then those of defaults.
func (r *reader) index() {
	r.collect(r.tree)
	if len(r.p.opt.Defaults) == 0 {
		return
	}
	_, folder, _ := r.p.folder(r.path)
	for i, d := range slices.Backward(r.p.opt.Defaults) {
		if (d.Collection == "" || d.Collection == folder.Name) && below(r.path, d.Dir) {
			r.collect(r.p.defaults[i])
		}
	}
}

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

func (r *reader) collect(t *frontmatter.Tree) {
	for key, v := range t.Keys() {
		for _, c := range r.p.claims.of(key) {
			if g := &r.fields[c.field]; !g.value.Exists() || c.rank < g.rank {
				*g = given{v, c.rank}
			}
		}
	}
}

// get returns the value of a field under its first name that the file gives.
func (r *reader) get(f field) frontmatter.Value { return r.fields[f].value }

// defaultTrees makes trees of default values, which stand in no line of a file.
func defaultTrees(defaults []Defaults) []*frontmatter.Tree {
	trees := make([]*frontmatter.Tree, len(defaults))
	for i, d := range defaults {
		trees[i] = frontmatter.FromMap(d.Values)
	}
	return trees
}
