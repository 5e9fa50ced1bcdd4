package article

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"

	"feedmill/feeds"
)

// tree is front matter as it was parsed, in whatever language. Its nodes lie in
// one slice and name each other by index; the root comes first, and none stands
// for empty front matter. It is not changed while it is read.
type tree struct {
	nodes []node
	text  string // of all scalars
	told  []byte // text until it is sealed
}

// node is a value or a key.
type node struct {
	start  int32 // of a scalar where its text begins in the tree's; of a quoted one what stands between the quotes
	end    int32 // and where it ends
	line   int32 // in the file, from 1; 0 for defaults
	col    int32 // in characters, from 1
	first  int32 // of a mapping its first key, of a sequence its first element, of an alias its target; 0 is none
	next   int32 // after a key its value, after a value the next key or element; 0 is none
	kind   nodeKind
	quotes quotes
	null   bool // a scalar that is no value
	merge  bool // the key << that takes in another mapping
}

type nodeKind uint8

const (
	scalarNode nodeKind = iota
	sequenceNode
	mappingNode
	aliasNode
)

// quotes say what is still to be done to the text of a scalar: most are never
// looked at.
type quotes uint8

const (
	asItStands    quotes = iota
	doubledQuotes        // between single quotes, where two stand for one
	backslashes          // between double quotes
)

// value is the text of a scalar. It can share memory with all the others.
func (t *tree) value(i int32) string {
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

// tell gives a node a text that stands as it is in no file.
func (t *tree) tell(i int32, text string) {
	n := &t.nodes[i]
	n.start = int32(len(t.told))
	t.told = append(t.told, text...)
	n.end = int32(len(t.told))
}

// seal ends the telling.
func (t *tree) seal() { t.text = string(t.told) }

// add appends a node and returns its index.
func (t *tree) add(n node) int32 {
	t.nodes = append(t.nodes, n)
	return int32(len(t.nodes) - 1)
}

// link makes child the first of parent, or the next after last.
func (t *tree) link(parent, last, child int32) {
	if last == 0 {
		t.nodes[parent].first = child
	} else {
		t.nodes[last].next = child
	}
}

// trees are kept for the next file; whoever puts one there has reset it.
var trees = sync.Pool{New: func() any { return new(tree) }}

// reset empties t for another file; the memory stays.
func (t *tree) reset() {
	t.nodes, t.text, t.told = t.nodes[:0], "", t.told[:0]
}

// resolve follows an alias; false stands for null.
func (t *tree) resolve(n int32) (int32, bool) {
	for range t.nodes { // as long as aliases can point to each other
		if t.nodes[n].kind != aliasNode {
			break
		}
		n = t.nodes[n].first
	}
	return n, !t.nodes[n].null
}

// elements yields the children of a node.
func (t *tree) elements(n int32) iter.Seq[int32] {
	return func(yield func(int32) bool) {
		for c := t.nodes[n].first; c != 0; c = t.nodes[c].next {
			if !yield(c) {
				return
			}
		}
	}
}

// pairs yields the keys and values of a mapping that are not null, its own
// before those it merges in.
func (t *tree) pairs(m int32) iter.Seq2[int32, int32] {
	return func(yield func(k, v int32) bool) {
		merges := false
		if t.nodes[m].kind != mappingNode {
			return
		}
		for k := t.nodes[m].first; k != 0; k = t.nodes[t.nodes[k].next].next {
			if t.nodes[k].merge {
				merges = true
			} else if v, ok := t.resolve(t.nodes[k].next); ok && !yield(k, v) {
				return
			}
		}
		if merges {
			t.merged(m, yield)
		}
	}
}

// merged yields what m takes in, in the order in which it is met.
func (t *tree) merged(m int32, yield func(k, v int32) bool) {
	queue := []int32{m}
	merge := func(n int32) {
		if n, ok := t.resolve(n); ok && !slices.Contains(queue, n) { // mappings can merge each other, and one many times
			queue = append(queue, n)
		}
	}
	for i := 0; i < len(queue); i++ {
		switch t.nodes[queue[i]].kind {
		case sequenceNode:
			for n := range t.elements(queue[i]) {
				merge(n)
			}
		case mappingNode:
			for k := t.nodes[queue[i]].first; k != 0; k = t.nodes[t.nodes[k].next].next {
				if t.nodes[k].merge {
					merge(t.nodes[k].next)
				} else if v, ok := t.resolve(t.nodes[k].next); ok && i > 0 && !yield(k, v) {
					return
				}
			}
		}
	}
}

// duplicates names the first key given twice in one mapping: which of the two
// counts would be a guess. At the top, where case does not count, neither does
// it here.
func (t *tree) duplicates() error {
	if len(t.nodes) == 0 {
		return nil
	}
	return t.duplicatesBelow(0)
}

func (t *tree) duplicatesBelow(n int32) error {
	if t.nodes[n].kind == aliasNode {
		return nil
	}
	seen, isKey := make(map[string]int32), false
	for c := range t.elements(n) {
		isKey = !isKey
		if k := &t.nodes[c]; t.nodes[n].kind == mappingNode && isKey && k.kind == scalarNode && !k.merge {
			key := t.value(c)
			if n == 0 {
				key = strings.ToLower(key)
			}
			if first, twice := seen[key]; twice {
				return &feeds.Problem{Line: int(k.line), Col: int(k.col), Field: t.value(c), Message: fmt.Sprintf("given twice, first in line %d: remove one", t.nodes[first].line)}
			}
			seen[key] = c
		}
		if err := t.duplicatesBelow(c); err != nil {
			return err
		}
	}
	return nil
}
