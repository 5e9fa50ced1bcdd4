package article

import (
	"fmt"
	"iter"
	"strings"

	"feedmill/feeds"
)

// value is a front matter value, and the way to it.
type value struct {
	t     *tree    // nil: there is none
	node  int32    // not an alias, not null
	key   int32    // the top-level key it belongs to
	steps [4]int32 // from there down: a key's node, or the complement of an element's number
	depth uint8
}

func (v value) at() *node { return &v.t.nodes[v.node] }

// scalar is the text of a scalar, which can hold what XML forbids.
func (v value) scalar() string { return v.t.value(v.node) }

func (v value) isMap() bool { return v.t != nil && v.at().kind == mappingNode }

// down is a value below v.
func (v value) down(step, node int32) value {
	v.node = node
	if int(v.depth) < len(v.steps) { // deeper than any field goes
		v.steps[v.depth] = step
		v.depth++
	}
	return v
}

// path names the value by its keys as the file spells them: images[0].url.
func (v value) path() string {
	path := strings.Clone(v.t.value(v.key))
	for _, step := range v.steps[:v.depth] {
		if step < 0 {
			path = fmt.Sprintf("%s[%d]", path, ^step)
		} else {
			path += "." + v.t.value(step)
		}
	}
	return path
}

// in returns a key of a nested mapping, by the first of its names that is there.
func (v value) in(names ...string) (value, bool) {
	if !v.isMap() {
		return value{}, false
	}
	for _, name := range names {
		for k, n := range v.t.pairs(v.node) {
			if strings.EqualFold(v.t.value(k), name) {
				return v.down(k, n), true
			}
		}
	}
	return value{}, false
}

// list is the elements of a sequence, or the single value.
func (v value) list() iter.Seq[value] {
	return func(yield func(value) bool) {
		switch {
		case v.t == nil:
			return
		case v.at().kind != sequenceNode:
			yield(v)
			return
		}
		i := int32(0)
		for e := range v.t.elements(v.node) {
			if n, ok := v.t.resolve(e); ok && !yield(v.down(^i, n)) {
				return
			}
			i++
		}
	}
}

// len is the number of elements of list at most.
func (v value) len() (n int) {
	if v.t == nil {
		return 0
	}
	if v.at().kind != sequenceNode {
		return 1
	}
	for range v.t.elements(v.node) {
		n++
	}
	return n
}

func (r *reader) problem(v value, message string) *feeds.Problem {
	return &feeds.Problem{Line: int(v.at().line), Col: int(v.at().col), Field: v.path(), Message: message}
}

// fail notes a problem that makes the file unusable; note one that costs a field.
func (r *reader) fail(v value, message string) { r.errs = append(r.errs, r.problem(v, message)) }
func (r *reader) note(v value, message string) {
	r.notes = append(r.notes, r.problem(v, message+": left out"))
}
