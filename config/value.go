package config

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"feedmill/feeds"
)

// value is one value in a settings file: what it is, where it stands and the
// dotted name it goes by. The zero value is absent, and reads as null.
type value struct {
	src   *source
	node  *yaml.Node
	field string
}

// problem reports a mistake in the value. In a lenient file nothing is reported, as
// the value counts as absent there.
func (v value) problem(format string, args ...any) {
	if v.src != nil && !v.src.lenient {
		v.fail(format, args...)
	}
}

// fail reports a mistake that matters in a lenient file too.
func (v value) fail(format string, args ...any) { v.src.report(v.wrong(format, args...)) }

// wrong makes a problem of a mistake in the value without reporting it.
func (v value) wrong(format string, args ...any) *feeds.Problem {
	return &feeds.Problem{
		Path: v.src.path, Line: v.node.Line, Col: v.col(), Field: v.field,
		Message: fmt.Sprintf(format, args...),
	}
}

// col is the column in bytes; yaml counts characters.
func (v value) col() int {
	if v.node.Line == 0 {
		return 0
	}
	line := v.src.text
	for range v.node.Line - 1 {
		line = line[bytes.IndexByte(line, '\n')+1:]
	}
	at := 0
	for range v.node.Column - 1 {
		_, n := utf8.DecodeRune(line[at:])
		at += n
	}
	return at + 1
}

// place is the file and line of a value, for messages about other values.
func (v value) place() string {
	name := path.Base(v.src.path)
	if v.node.Line == 0 {
		return name
	}
	return fmt.Sprintf("%s, line %d", name, v.node.Line)
}

// resolved is the node itself, or the one that a YAML alias (*name) refers to.
func (v value) resolved() *yaml.Node {
	n := v.node
	for n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

func (v value) null() bool {
	n := v.resolved()
	return n == nil || n.Kind == 0 || n.Kind == yaml.ScalarNode && n.Tag == "!!null"
}

// child is a value below v.
func (v value) child(name string, n *yaml.Node) value {
	if v.field != "" {
		name = v.field + "." + name
	}
	return value{src: v.src, node: n, field: name}
}

// text is the value as text without space around it, empty for null. It is
// exactly as written, so that a title of 1.0 stays "1.0".
func (v value) text() string {
	n := v.resolved()
	switch {
	case v.null():
		return ""
	case n.Kind != yaml.ScalarNode:
		v.problem("must be text, not a %s", kindName(n))
		return ""
	}
	return strings.TrimSpace(feeds.XMLText(n.Value))
}

// flag is a value of true, or yes, or on.
func (v value) flag() bool {
	var b bool
	return !v.null() && v.node.Decode(&b) == nil && b
}

// items are the entries of a list; a single value is a list of one.
func (v value) items() []value {
	n := v.resolved()
	switch {
	case v.null():
		return nil
	case n.Kind == yaml.MappingNode:
		v.problem(`must be a list, each entry on a line with "- " before it`)
		return nil
	case n.Kind == yaml.ScalarNode:
		return []value{v}
	}
	var items []value
	for i, c := range n.Content {
		items = append(items, value{src: v.src, node: c, field: fmt.Sprintf("%s[%d]", v.field, i)})
	}
	return items
}

// texts are the entries of a list that are not empty.
func (v value) texts() []string {
	var texts []string
	for _, item := range v.items() {
		if t := item.text(); t != "" {
			texts = append(texts, t)
		}
	}
	return texts
}

// entry is a key with its value. The key's own place is that of problems with it.
type entry struct {
	name       string
	key, value value
}

// entries are the pairs of a mapping in their order, those that a merge key
// (<<) brings in last. A repeated key is a problem.
func (v value) entries() []entry {
	n := v.resolved()
	switch {
	case v.null():
		return nil
	case n.Kind != yaml.MappingNode:
		v.problem(`must be settings, each as "key: value", not a %s`, kindName(n))
		return nil
	}
	var all, merged []entry
	index := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, content := n.Content[i], n.Content[i+1]
		if k.Kind == yaml.ScalarNode && k.Tag == "!!merge" {
			sources := []value{v.child("<<", content)}
			if sources[0].resolved().Kind == yaml.SequenceNode {
				sources = sources[0].items()
			}
			for _, m := range sources {
				merged = append(merged, m.entries()...)
			}
			continue
		}
		name := value{src: v.src, node: k, field: v.field}.text()
		e := entry{key: v.child(name, k), value: v.child(name, content), name: name}
		if at, again := index[e.name]; again {
			e.key.problem("appears twice, first in line %d: keep one of them", all[at].key.node.Line)
			all[at] = e
			continue
		}
		index[e.name] = len(all)
		all = append(all, e)
	}
	for _, e := range merged {
		e.key.field, e.value.field = v.child(e.name, nil).field, v.child(e.name, nil).field
		if _, known := index[e.name]; !known {
			index[e.name] = len(all)
			all = append(all, e)
		}
	}
	return all
}

// get finds the value under a path of keys, which may be spelt in another case
// (Hugo's baseurl); absent if there is none.
func (v value) get(path ...string) value {
	for _, name := range path {
		if v.node == nil || v.resolved().Kind != yaml.MappingNode {
			return value{}
		}
		all := v.entries()
		i := slices.IndexFunc(all, func(e entry) bool { return e.name == name })
		if i < 0 {
			i = slices.IndexFunc(all, func(e entry) bool { return strings.EqualFold(e.name, name) })
		}
		if i < 0 {
			return value{}
		}
		v = all[i].value
	}
	return v
}

// data is the value as plain data, with aliases and merge keys resolved.
func (v value) data() map[string]any {
	if v.null() {
		return nil
	}
	var m map[string]any
	if err := v.node.Decode(&m); err != nil && len(m) == 0 {
		v.problem(`must be settings, each as "key: value"`)
	}
	return m
}

func kindName(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "group of settings"
	case yaml.SequenceNode:
		return "list"
	}
	return "single value"
}
