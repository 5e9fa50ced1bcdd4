package article

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"gopkg.in/yaml.v3"

	"feedmill/feeds"
)

// builtin lists the front matter keys (lower-case, first one first) of each
// field: our own schema, then Jekyll's and Hugo's names.
var builtin = map[string][]string{
	"title":             {"title", "name"},
	"excerpt":           {"excerpt", "description", "summary"},
	"publishedDateTime": {"publisheddatetime", "date", "publishdate", "pubdate"},
	"publishDate":       {"publishdate"},
	"updatedDateTime":   {"updateddatetime", "updated", "lastmod", "last_modified_at", "modified"},
	"expiryDate":        {"expirydate", "unpublishdate"},
	"webUrl":            {"weburl"},
	"originalUrl":       {"originalurl"},
	"ampWebUrl":         {"ampweburl"},
	"cdnAmpWebUrl":      {"cdnampweburl"},
	"permalink":         {"permalink", "url"},
	"slug":              {"slug"},
	"type":              {"type"},
	"category":          {"category"},
	"categories":        {"categories"},
	"topics":            {"topics"},
	"tags":              {"tags"},
	"provider":          {"provider"},
	"author":            {"author"},
	"authors":           {"authors"},
	"images":            {"images"},
	"image":             {"image", "cover"},
	"featuredContent":   {"featuredcontent"},
	"related":           {"related"},
	"published":         {"published"},
	"headless":          {"headless"},
	"removed":           {"removed"},
	"draft":             {"draft"},
	"quality":           {"quality"},
	"heat":              {"heat"},
	"id":                {"id", "guid"},
	"language":          {"language", "lang", "locale"},
	"enclosure":         {"enclosure", "enclosures"},
}

// fieldNames is builtin after the settings have had their say: a mapped key
// comes first for its field and no longer serves any other.
func fieldNames(mapped map[string]string) map[string][]string {
	names := maps.Clone(builtin)
	for key, field := range mapped {
		for f := range names {
			names[f] = slices.DeleteFunc(slices.Clone(names[f]), func(name string) bool { return strings.EqualFold(name, key) && f != field })
		}
	}
	for _, key := range slices.Backward(slices.Sorted(maps.Keys(mapped))) {
		field := mapped[key]
		if field == "name" {
			field = "title"
		}
		names[field] = slices.Insert(slices.Clone(names[field]), 0, strings.ToLower(key))
	}
	return names
}

// reader reads the fields of one file.
type reader struct {
	p     *Parser
	path  string
	keys  map[string]value // by lower-case key
	errs  []*feeds.Problem // that make the file unusable
	notes []*feeds.Problem // that cost a field
}

// index collects the top-level keys: the file's own, then those of defaults.
func (r *reader) index(root *yaml.Node) {
	r.keys = make(map[string]value)
	r.collect(root)
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

func (r *reader) collect(m *yaml.Node) {
	for k, v := range pairs(m) {
		low := strings.ToLower(k.Value)
		if _, known := r.keys[low]; !known {
			r.keys[low] = value{k.Value, v}
		}
	}
}

// get returns the value of a field under its first name that the file gives.
func (r *reader) get(field string) (value, bool) {
	for _, name := range r.p.names[field] {
		if v, ok := r.keys[name]; ok {
			return v, true
		}
	}
	return value{}, false
}

// defaultNodes makes trees of default values, which stand in no line of a file.
func defaultNodes(defaults []Defaults) []*yaml.Node {
	nodes := make([]*yaml.Node, len(defaults))
	for i, d := range defaults {
		nodes[i] = new(yaml.Node)
		if nodes[i].Encode(d.Values) != nil {
			nodes[i] = nil
		}
		unplace(nodes[i])
	}
	return nodes
}

func unplace(n *yaml.Node) {
	if n == nil {
		return
	}
	n.Line, n.Column = 0, 0
	for _, c := range n.Content {
		unplace(c)
	}
}
