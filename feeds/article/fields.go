package article

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

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
	"removed":           {"removed"},
	"draft":             {"draft"},
	"quality":           {"quality"},
	"heat":              {"heat"},
	"id":                {"id", "guid"},
	"language":          {"language", "lang", "locale"},
	"enclosure":         {"enclosure", "enclosures"},
}

// FieldNames lists the fields that settings can map a key to.
func FieldNames() []string { return slices.Sorted(maps.Keys(builtin)) }

func fieldNames(mapped map[string]string) map[string][]string {
	names := maps.Clone(builtin)
	for _, key := range slices.Sorted(maps.Keys(mapped)) {
		field := mapped[key]
		if field == "name" {
			field = "title"
		}
		names[field] = append([]string{strings.ToLower(key)}, names[field]...)
	}
	return names
}

// reader reads the fields of one file.
type reader struct {
	p     *Parser
	path  string
	keys  map[string]value // by lower-case key
	errs  []error
	notes []*feeds.Problem
}

// value is a front matter value with its key as the file spells it.
type value struct {
	key  string
	node *yaml.Node
}

func (r *reader) located(err error) error {
	if p, ok := err.(*feeds.Problem); ok {
		p.Path = r.path
	}
	return err
}

// index collects the top-level keys, those of defaults last.
func (r *reader) index(root *yaml.Node) {
	r.keys = make(map[string]value)
	r.collect(root, 0)
	_, folder, _ := r.p.folder(r.path)
	for _, d := range slices.Backward(r.p.opt.Defaults) {
		if d.Collection != "" && d.Collection != folder.Name || !below(r.path, d.Dir) {
			continue
		}
		var node yaml.Node
		if node.Encode(d.Values) == nil {
			r.collect(&node, 0)
		}
	}
}

func below(name, dir string) bool {
	return dir == "" || name == dir || strings.HasPrefix(name, strings.TrimSuffix(dir, "/")+"/")
}

func (r *reader) collect(m *yaml.Node, depth int) {
	if m = resolve(m); m == nil || m.Kind != yaml.MappingNode || depth > maxDepth {
		return
	}
	for i := 0; i+1 < len(m.Content); i += 2 {
		k, v := m.Content[i], resolve(m.Content[i+1])
		low := strings.ToLower(k.Value)
		if _, known := r.keys[low]; !known && k.Tag != "!!merge" && v != nil {
			r.keys[low] = value{k.Value, v}
		}
	}
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Tag == "!!merge" {
			r.collect(m.Content[i+1], depth+1)
		}
	}
}

// resolve follows an alias; nil stands for null.
func resolve(n *yaml.Node) *yaml.Node {
	for n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n == nil || n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return nil
	}
	return n
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

// in returns a key of a nested mapping.
func (v value) in(names ...string) (value, bool) {
	if v.node == nil || v.node.Kind != yaml.MappingNode {
		return value{}, false
	}
	for _, name := range names {
		for i := 0; i+1 < len(v.node.Content); i += 2 {
			if k := v.node.Content[i]; strings.EqualFold(k.Value, name) {
				if n := resolve(v.node.Content[i+1]); n != nil {
					return value{v.key + "." + k.Value, n}, true
				}
			}
		}
	}
	return value{}, false
}

// list is the elements of a sequence, or the single value.
func (v value) list() []value {
	if v.node == nil {
		return nil
	}
	if v.node.Kind != yaml.SequenceNode {
		return []value{v}
	}
	var all []value
	for i, n := range v.node.Content {
		if n := resolve(n); n != nil {
			all = append(all, value{fmt.Sprintf("%s[%d]", v.key, i), n})
		}
	}
	return all
}

func (r *reader) problem(v value, message string) *feeds.Problem {
	return &feeds.Problem{Path: r.path, Line: v.node.Line, Col: v.node.Column, Field: v.key, Message: message}
}

// fail notes a problem that makes the file unusable; note one that costs a field.
func (r *reader) fail(v value, message string) { r.errs = append(r.errs, r.problem(v, message)) }
func (r *reader) note(v value, message string) { r.notes = append(r.notes, r.problem(v, message)) }

// text is a scalar as a single line of text.
func (r *reader) text(v value, ok bool) string {
	s, _ := r.raw(v, ok)
	return strings.Join(strings.Fields(s), " ")
}

// raw is a scalar as it stands.
func (r *reader) raw(v value, ok bool) (string, bool) {
	if !ok {
		return "", false
	}
	if v.node.Kind != yaml.ScalarNode {
		r.note(v, "must be a single value: left out")
		return "", false
	}
	return feeds.XMLText(v.node.Value), true
}

func (r *reader) date(field string) time.Time {
	v, ok := r.get(field)
	s, ok := r.raw(v, ok)
	if !ok || strings.TrimSpace(s) == "" {
		return time.Time{}
	}
	t, err := parseDate(s, r.p.opt.TimeZone)
	if err != nil {
		r.fail(v, fmt.Sprintf("%q is %s", s, err))
	}
	return t
}

// flag is a boolean; anything unclear makes the file unusable, because a guess
// could publish what must not be.
func (r *reader) flag(field string, otherwise bool) bool {
	v, ok := r.get(field)
	s, ok := r.raw(v, ok)
	if !ok {
		return otherwise
	}
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "true", "yes", "on", "1":
		return true
	case "false", "no", "off", "0":
		return false
	}
	r.fail(v, fmt.Sprintf("%q must be true or false", s))
	return otherwise
}

func (r *reader) number(v value, ok bool) float64 {
	s, ok := r.raw(v, ok)
	if !ok || s == "" {
		return 0
	}
	f, err := strconv.ParseFloat(strings.ReplaceAll(s, "_", ""), 64)
	if err != nil || f != f || f > 1e15 || f < -1e15 {
		r.note(v, fmt.Sprintf("%q is not a number: left out", s))
		return 0
	}
	return f
}

// web is an absolute address, or empty with a note.
func (r *reader) web(v value, ok bool) string {
	s, ok := r.raw(v, ok)
	if !ok || strings.TrimSpace(s) == "" {
		return ""
	}
	u, err := r.p.urls.web(s)
	if err != nil {
		r.note(v, fmt.Sprintf("%q is %s: left out", s, err))
	}
	return u
}
