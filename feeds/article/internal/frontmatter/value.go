package frontmatter

import (
	"fmt"
	"iter"
	"strings"

	"gopkg.in/yaml.v3"

	"feedmill/feeds"
)

// Value is a value in a Tree, which is not null, and the way to it from the top.
// The zero Value is no value; every method but Problem may be called on it.
type Value struct {
	t     *Tree    // nil for no value
	node  int32    // not an alias, not null
	key   int32    // the top-level key
	steps [4]int32 // from there down: the node of a key, or the complement of an element's number
	depth uint8    // steps in use
}

// Keys yields the top-level keys as the file spells them, and their values.
// Keys without a value are left out. What is merged in comes last, so a key can
// come again.
func (t *Tree) Keys() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		if len(t.nodes) == 0 {
			return
		}
		for k, v := range t.pairs(0) {
			if !yield(t.scalar(k), Value{t: t, key: k, node: v}) {
				return
			}
		}
	}
}

// FromMap makes a tree of values of the settings, which have no place in a file.
// Values that YAML cannot express give an empty tree.
func FromMap(values map[string]any) *Tree {
	t := new(Tree)
	if n := new(yaml.Node); n.Encode(values) == nil {
		b := yamlBuilder{tree: t, targets: map[*yaml.Node]target{}}
		b.add(n)
		t.finish()
		t.merge() // settings are short enough
	}
	for i := range t.nodes {
		t.nodes[i].line, t.nodes[i].col = 0, 0
	}
	return t
}

func (v Value) at() *node { return &v.t.nodes[v.node] }

func (v Value) is(k nodeKind) bool { return v.t != nil && v.at().kind == k }

// Exists reports whether there is a value.
func (v Value) Exists() bool { return v.t != nil }

// IsScalar reports whether v is a single value.
func (v Value) IsScalar() bool { return v.is(scalarNode) }

// IsList reports whether v is a list, which can be empty.
func (v Value) IsList() bool { return v.is(sequenceNode) }

// IsMap reports whether v has keys of its own.
func (v Value) IsMap() bool { return v.is(mappingNode) }

// Scalar returns the text of a single value, and "" for any other. It can hold
// characters that XML forbids, and shares memory with all texts of its tree.
func (v Value) Scalar() string {
	if !v.IsScalar() {
		return ""
	}
	return v.t.scalar(v.node)
}

// below returns the value of a node below v.
func (v Value) below(step, node int32) Value {
	v.node = node
	if int(v.depth) < len(v.steps) { // fields go no deeper
		v.steps[v.depth] = step
		v.depth++
	}
	return v
}

// Path names the value by its keys as the file spells them, as in images[0].url.
func (v Value) Path() string {
	if v.t == nil {
		return ""
	}
	path := Short(v.t.scalar(v.key))
	for _, step := range v.steps[:v.depth] {
		if step < 0 {
			path = fmt.Sprintf("%s[%d]", path, ^step)
		} else {
			path += "." + Short(v.t.scalar(step))
		}
	}
	return path
}

// In returns the value of a key of v, which can have several names; the first of
// them that is there counts. Case does not.
func (v Value) In(names ...string) (found Value) {
	if !v.IsMap() {
		return found
	}
	for k, n := range v.t.pairs(v.node) {
		if len(names) == 0 {
			break
		}
		if v.t.nodes[k].end-v.t.nodes[k].start > longestName {
			continue
		}
		key := v.t.scalar(k)
		for i, name := range names {
			if strings.EqualFold(key, name) {
				found, names = v.below(k, n), names[:i] // only one before it is better
				break
			}
		}
	}
	return found
}

// longestName is more than the bytes of any name that In is asked for, with every
// character escaped.
const longestName = 200

// List yields the elements of a list that are not null, or v itself if it is no
// list.
func (v Value) List() iter.Seq[Value] {
	return func(yield func(Value) bool) {
		switch {
		case v.t == nil:
			return
		case !v.IsList():
			yield(v)
			return
		}
		i := int32(0)
		for e := range v.t.elements(v.node) {
			if n, ok := v.t.resolve(e); ok && !yield(v.below(^i, n)) {
				return
			}
			i++
		}
	}
}

// Problem makes a problem of v, with its place and path.
func (v Value) Problem(message string) *feeds.Problem {
	return &feeds.Problem{Line: int(v.at().line), Col: int(v.at().col), Field: v.Path(), Message: message}
}
