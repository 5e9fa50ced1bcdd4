package frontmatter

import (
	"fmt"
	"iter"
	"strings"

	"feedmill/feeds"
)

// Tree is parsed front matter in any of the three languages. Its nodes lie in
// one slice and refer to each other by index; the first is the root, and empty
// front matter has none. The zero Tree is empty and ready for Parse or
// [Tree.Reset]. It is safe for concurrent use as long as it is only read.
type Tree struct {
	nodes  []node
	text   string           // the text of all scalars
	buf    []byte           // the same while the tree is built with setText; see finish
	merged map[int32][]pair // what mappings merge in; nil for nothing, which is usual
}

// node is a value or a key.
type node struct {
	start  int32 // where a scalar's text begins in Tree.text, without its quotes
	end    int32 // where that text ends
	line   int32 // in the file, from 1; 0 for a default of the settings
	col    int32 // in characters, from 1
	first  int32 // a mapping's first key, a sequence's first element, an alias's target; 0 for none
	next   int32 // a key's value, or the key or element after a value; 0 for none
	kind   nodeKind
	quotes quotes
	null   bool // a scalar that stands for no value
	merge  bool // the key << that takes in another mapping
}

type nodeKind uint8

const (
	scalarNode nodeKind = iota
	sequenceNode
	mappingNode
	aliasNode
)

// quotes says how a scalar's text is still to be unescaped. That is done when the
// scalar is asked for, because most never are.
type quotes uint8

const (
	asItStands    quotes = iota
	doubledQuotes        // between single quotes, where two stand for one
	backslashes          // between double quotes
)

// scalar returns the text of a scalar node. It can share memory with the text of
// all others.
func (t *Tree) scalar(i int32) string {
	n := &t.nodes[i]
	text := t.text[n.start:n.end]
	switch n.quotes {
	case doubledQuotes:
		return strings.ReplaceAll(text, "''", "'")
	case backslashes:
		return unescaped(text)
	}
	return text
}

// setText gives a scalar its text, from the next finish on. The scanner does
// without: its nodes refer to the text of the file.
func (t *Tree) setText(i int32, text string) {
	n := &t.nodes[i]
	n.start = int32(len(t.buf))
	t.buf = append(t.buf, text...)
	n.end = int32(len(t.buf))
}

// finish makes the texts given by setText those of the tree.
func (t *Tree) finish() { t.text = string(t.buf) }

// add appends a node and returns its index.
func (t *Tree) add(n node) int32 {
	t.nodes = append(t.nodes, n)
	return int32(len(t.nodes) - 1)
}

// link makes child the next node after last, or the first one of parent if last
// is 0.
func (t *Tree) link(parent, last, child int32) {
	if last == 0 {
		t.nodes[parent].first = child
	} else {
		t.nodes[last].next = child
	}
}

// keptNodes is how many nodes Reset keeps the memory of: far more than those of usual
// front matter.
const keptNodes = 4096

// Reset empties t for another file and keeps its memory, unless it has become large.
// Values of t must not be used any more.
func (t *Tree) Reset() {
	t.nodes, t.text, t.buf, t.merged = t.nodes[:0], "", t.buf[:0], nil
	if cap(t.nodes) > keptNodes {
		t.nodes, t.buf = nil, nil
	}
}

// resolve follows aliases; ok is false if they lead to null.
func (t *Tree) resolve(n int32) (target int32, ok bool) {
	for range t.nodes { // aliases can refer to each other in a circle
		if t.nodes[n].kind != aliasNode {
			break
		}
		n = t.nodes[n].first
	}
	return n, !t.nodes[n].null
}

// elements yields the children of a node.
func (t *Tree) elements(n int32) iter.Seq[int32] {
	return func(yield func(int32) bool) {
		for c := t.nodes[n].first; c != 0; c = t.nodes[c].next {
			if !yield(c) {
				return
			}
		}
	}
}

// pairs yields the keys of a mapping whose values are not null, with their
// values: its own keys before those it merges in.
func (t *Tree) pairs(m int32) iter.Seq2[int32, int32] {
	return func(yield func(k, v int32) bool) {
		if t.nodes[m].kind != mappingNode {
			return
		}
		for k := t.nodes[m].first; k != 0; k = t.nodes[t.nodes[k].next].next {
			if t.nodes[k].merge {
				continue
			}
			if v, ok := t.resolve(t.nodes[k].next); ok && !yield(k, v) {
				return
			}
		}
		for _, p := range t.merged[m] {
			if !yield(p.key, p.value) {
				return
			}
		}
	}
}

// duplicates returns a *feeds.Problem for the first key that a mapping, n or one below
// it, has twice, because which of the two counts would be a guess. At the top level,
// which is node 0, case does not tell keys apart.
func (t *Tree) duplicates(n int32) error {
	if t.nodes[n].kind == aliasNode {
		return nil
	}
	var seen map[string]int32
	if t.nodes[n].kind == mappingNode {
		seen = make(map[string]int32)
	}
	isKey := false
	for c := range t.elements(n) {
		isKey = !isKey
		if k := &t.nodes[c]; seen != nil && isKey && k.kind == scalarNode && !k.merge {
			key := t.scalar(c)
			if n == 0 {
				key = strings.ToLower(key)
			}
			if first, twice := seen[key]; twice {
				return &feeds.Problem{Line: int(k.line), Col: int(k.col), Field: Short(t.scalar(c)), Message: fmt.Sprintf("given twice, first in line %d: remove one", t.nodes[first].line)}
			}
			seen[key] = c
		}
		if err := t.duplicates(c); err != nil {
			return err
		}
	}
	return nil
}
