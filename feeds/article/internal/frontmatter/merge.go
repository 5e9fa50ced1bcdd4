package frontmatter

import "feedmill/feeds"

// pair is a key and its value, which is not an alias and not null.
type pair struct{ key, value int32 }

// maxMerged is how many keys, mappings and lists all mappings may take in by merge keys.
const maxMerged = 64 << 10

// merge finds what each mapping merges in, directly and indirectly. The error is a
// *feeds.Problem: there is too much of it.
func (t *Tree) merge() error {
	m := merger{tree: t}
	for n := range t.nodes {
		if t.nodes[n].merge {
			m.seen = make([]int32, len(t.nodes))
			t.merged = map[int32][]pair{}
			break
		}
	}
	if m.seen == nil {
		return nil
	}
	for n := range t.nodes {
		if t.nodes[n].kind != mappingNode {
			continue
		}
		for k := t.nodes[n].first; k != 0; k = t.nodes[t.nodes[k].next].next {
			if !t.nodes[k].merge {
				continue
			}
			if !m.merge(int32(n)) {
				at := &t.nodes[k]
				return &feeds.Problem{Line: int(at.line), Col: int(at.col), Message: "front matter has more than 65,536 keys with what << merges in: use fewer of these, or shorten what they name"}
			}
			break
		}
	}
	return nil
}

// merger is what merge needs.
type merger struct {
	tree  *Tree
	queue []int32
	seen  []int32 // by node: the mapping that took it in last, plus one
	steps int     // of maxMerged
}

// merge finds what one mapping merges in; false if that is too much. Mappings can merge
// each other, and one can be merged many times, of which only the first counts.
func (m *merger) merge(to int32) bool {
	t := m.tree
	m.queue = append(m.queue[:0], to)
	m.seen[to] = to + 1
	for i := 0; i < len(m.queue); i++ {
		switch n := m.queue[i]; t.nodes[n].kind {
		case sequenceNode:
			for e := range t.elements(n) {
				m.take(to, e)
			}
		case mappingNode:
			for k := t.nodes[n].first; k != 0; k = t.nodes[t.nodes[k].next].next {
				if t.nodes[k].merge {
					m.take(to, t.nodes[k].next)
				} else if v, ok := t.resolve(t.nodes[k].next); ok && i > 0 {
					t.merged[to] = append(t.merged[to], pair{k, v})
				}
				m.steps++
			}
		}
		if m.steps > maxMerged {
			return false
		}
	}
	return true
}

// take puts a node into the queue, unless it is or was there.
func (m *merger) take(to, n int32) {
	m.steps++
	if n, ok := m.tree.resolve(n); ok && m.seen[n] != to+1 {
		m.seen[n] = to + 1
		m.queue = append(m.queue, n)
	}
}
