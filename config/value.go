package config

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
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
	field *fieldName
}

// problem reports a mistake in the value. In a lenient file nothing is reported, as
// the value counts as absent there.
func (v value) problem(format string, args ...any) {
	if v.src != nil && !v.src.lenient {
		v.fail(format, args...)
	}
}

// fail reports a mistake that matters in a lenient file too.
func (v value) fail(format string, args ...any) {
	if !v.src.tooMany() {
		v.src.report(v.wrong(format, args...))
	}
}

// wrong makes a problem of a mistake in the value without reporting it.
func (v value) wrong(format string, args ...any) *feeds.Problem {
	return &feeds.Problem{
		Path: v.src.path, Line: v.node.Line, Col: v.col(), Field: shortened(v.field.String(), 200),
		Message: sentence(format, args...),
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
	name := filepath.Base(v.src.path)
	if v.node.Line == 0 {
		return name
	}
	return fmt.Sprintf("%s, line %d", name, v.node.Line)
}

// resolved is the node itself, or the one that a YAML alias (*name) refers to.
func (v value) resolved() *yaml.Node { return target(v.node) }

func (v value) null() bool {
	n := v.resolved()
	return n == nil || n.Kind == 0 || n.Kind == yaml.ScalarNode && n.Tag == "!!null"
}

// fieldName is the dotted name of a value. It is written out only for a message, because
// the names of all values of a deep tree would be much longer than the file.
type fieldName struct {
	above *fieldName
	name  string // of a key; or an index, as in "[3]"
}

// String is the name as people read it, as in topics[3].name; nil is empty.
func (p *fieldName) String() string {
	var names []string
	for ; p != nil; p = p.above {
		dot := "."
		if p.above == nil || strings.HasPrefix(p.name, "[") {
			dot = ""
		}
		names = append(names, dot+shortened(p.name, 100))
	}
	slices.Reverse(names)
	return strings.Join(names, "")
}

// child is a value below v.
func (v value) child(name string, n *yaml.Node) value {
	return value{src: v.src, node: n, field: &fieldName{v.field, name}}
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
	return !v.null() && v.resolved().Kind == yaml.ScalarNode && v.node.Decode(&b) == nil && b
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
		items = append(items, v.child("["+strconv.Itoa(i)+"]", c))
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
	all := make([]entry, 0, len(n.Content)/2)
	index := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, content := n.Content[i], n.Content[i+1]
		if isMerge(k) {
			v.child("<<", content).problem(`must be settings, each as "key: value", not a %s`, kindName(target(content)))
			continue
		}
		name := value{src: v.src, node: k, field: v.field}.text()
		key := v.child(name, k)
		e := entry{key: key, value: value{src: v.src, node: content, field: key.field}, name: name}
		if at, again := index[e.name]; again {
			e.key.problem("appears twice, first in line %d: keep one of them", all[at].key.node.Line)
			all[at] = e
			continue
		}
		index[e.name] = len(all)
		all = append(all, e)
	}
	return all
}

// get finds the value under a path of keys, which may be spelt in another case
// (Hugo's baseurl); absent if there is none.
func (v value) get(names ...string) value {
	for _, name := range names {
		n := v.resolved()
		if n == nil || n.Kind != yaml.MappingNode {
			return value{}
		}
		key, content := pair(n, name)
		if content == nil {
			return value{}
		}
		v = v.child(key, content)
	}
	return v
}

// pair finds a key in a group, and its value: the last of that name, or else the
// first that differs from it in case alone.
func pair(n *yaml.Node, name string) (key string, content *yaml.Node) {
	exact := false
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		if isMerge(k) {
			continue
		}
		switch text := keyText(k); {
		case text == name:
			key, content, exact = text, n.Content[i+1], true
		case !exact && content == nil && strings.EqualFold(text, name):
			key, content = text, n.Content[i+1]
		}
	}
	return key, content
}

// keyText is the name of a key, empty where it is none.
func keyText(k *yaml.Node) string { return value{node: k}.text() }

// data is the value as plain data, with aliases and merge keys resolved.
func (v value) data() map[string]any {
	if v.null() {
		return nil
	}
	m, ok := plain(v.node).(map[string]any)
	if !ok {
		v.problem(`must be settings, each as "key: value"`)
	}
	return m
}

// plain is a node as Go data: text, numbers, dates, lists and groups. What is no value
// by its tag is nil.
func plain(n *yaml.Node) any {
	switch n = target(n); n.Kind {
	case yaml.MappingNode:
		m := make(map[string]any, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			if k := target(n.Content[i]); k.Kind == yaml.ScalarNode && !isMerge(k) {
				m[k.Value] = plain(n.Content[i+1])
			}
		}
		return m
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, c := range n.Content {
			list[i] = plain(c)
		}
		return list
	}
	var x any
	if n.Decode(&x) != nil {
		return nil
	}
	return x
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
