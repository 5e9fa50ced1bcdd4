package frontmatter

import "strings"

// scanner reads the YAML that nearly all articles have: block mappings and
// sequences, lists in brackets on one line, and scalars of one line, with
// comments between them. Its methods return false for anything else and for any
// error: yaml.v3 then reads the front matter from its start. Whatever the scanner
// reads, it reads as yaml.v3 does (see FuzzScan).
type scanner struct {
	t      *Tree
	text   string
	line   int32 // in the file
	bol    int   // offset at which the line begins
	at     int   // offset of its first character that is no space
	end    int   // offset at which it ends
	indent int   // column of at, from 0; -1 after the last line
	depth  int   // of blocks within blocks
}

// scan parses text, whose first line is the second one of the file, into t. If it
// returns false, t is in any state.
func scan(t *Tree, text string) bool {
	if strings.IndexByte(text, '\t') >= 0 {
		return false
	}
	t.text = text
	s := scanner{t: t, text: text, line: 1, end: -1}
	s.next()
	if s.indent != 0 || s.dash() {
		return false
	}
	_, ok := s.mapping()
	return ok
}

// next goes to the next line that has more than a comment.
func (s *scanner) next() {
	for s.end < len(s.text) {
		s.bol = s.end + 1
		s.line++
		s.end = len(s.text)
		if n := strings.IndexByte(s.text[s.bol:], '\n'); n >= 0 {
			s.end = s.bol + n
		}
		for s.at = s.bol; s.at < s.end && s.text[s.at] == ' '; {
			s.at++
		}
		if s.at < s.end && s.text[s.at] != '#' {
			s.indent = s.at - s.bol
			return
		}
	}
	s.indent = -1
}

// dash reports whether the line is an element of a sequence.
func (s *scanner) dash() bool {
	return s.at < s.end && s.text[s.at] == '-' && (s.at+1 == s.end || s.text[s.at+1] == ' ')
}

// skip returns where the spaces at i end.
func (s *scanner) skip(i int) int {
	for i < s.end && s.text[i] == ' ' {
		i++
	}
	return i
}

// scannedDepth and scannedKeys are more than the depth of any front matter and the
// keys of any of its mappings.
const scannedDepth, scannedKeys = 16, 100

// block reads the mapping or sequence that begins at the line.
func (s *scanner) block() (int32, bool) {
	if s.depth == scannedDepth {
		return 0, false
	}
	s.depth++
	defer func() { s.depth-- }()
	if s.dash() {
		return s.sequence(false)
	}
	return s.mapping()
}

// mapping reads keys as long as they are indented like the first one.
func (s *scanner) mapping() (int32, bool) {
	indent, last := s.indent, int32(0)
	m := s.t.add(node{kind: mappingNode, line: s.line, col: int32(indent + 1)})
	for keys := 0; s.indent == indent; keys++ {
		colon := s.key(s.at)
		if colon == 0 || keys == scannedKeys {
			return m, false
		}
		if s.given(m, s.text[s.at:colon]) {
			return m, false
		}
		k, _ := s.bare(s.at, colon, indent+1)
		s.t.link(m, last, k)
		v, ok := s.value(colon+1, indent)
		if !ok {
			return m, false
		}
		s.t.nodes[k].next, last = v, v
	}
	return m, s.indent < indent
}

// key returns the offset of the colon behind the key at i; 0 if there is none.
func (s *scanner) key(i int) int {
	start := i
	for i < s.end && keyByte[s.text[i]] {
		i++
	}
	if i == start || i-start > 100 || s.text[start] == '-' || s.text[start] == '.' || i == s.end || s.text[i] != ':' || i+1 < s.end && s.text[i+1] != ' ' {
		return 0
	}
	return i
}

// given reports whether m has the key already.
func (s *scanner) given(m int32, key string) bool {
	for k := s.t.nodes[m].first; k != 0; k = s.t.nodes[s.t.nodes[k].next].next {
		n := &s.t.nodes[k]
		if int(n.end-n.start) != len(key) {
			continue
		}
		if other := s.text[n.start:n.end]; other == key || m == 0 && strings.EqualFold(other, key) {
			return true
		}
	}
	return false
}

// value reads the value behind a colon, at i or below, and goes to the line after
// it; indent is that of the key.
func (s *scanner) value(i, indent int) (int32, bool) {
	null := node{line: s.line, col: int32(i - s.bol + 1), null: true}
	if i = s.skip(i); i < s.end && s.text[i] != '#' {
		return s.inline(i)
	}
	s.next()
	switch {
	case s.indent > indent:
		return s.block()
	case s.indent == indent && s.dash():
		return s.sequence(true)
	}
	return s.t.add(null), true
}

// sequence reads elements as long as their dashes stand below the first one. The
// dashes of a loose sequence stand below the key, which is not indented less.
func (s *scanner) sequence(loose bool) (int32, bool) {
	indent, last := s.indent, int32(0)
	q := s.t.add(node{kind: sequenceNode, line: s.line, col: int32(indent + 1)})
	for s.indent == indent && s.dash() {
		i := s.skip(s.at + 1)
		if i == s.end {
			return q, false
		}
		e, ok := s.element(i)
		if !ok || s.indent > indent {
			return q, false
		}
		s.t.link(q, last, e)
		last = e
	}
	return q, s.indent < indent || loose && s.indent == indent
}

// element reads the element at i, behind a dash.
func (s *scanner) element(i int) (int32, bool) {
	if s.key(i) == 0 {
		return s.inline(i)
	}
	s.at, s.indent = i, i-s.bol
	return s.block()
}

// inline reads the value at i, which must end on the same line.
func (s *scanner) inline(i int) (int32, bool) {
	n, ok := int32(0), false
	switch c := s.text[i]; c {
	case '[':
		n, i, ok = s.brackets(i)
	case '"', '\'':
		n, i, ok = s.quoted(i, i-s.bol+1)
	default:
		n, ok = s.plain(i)
		i = s.end
	}
	if !ok || !s.ends(i) {
		return n, false
	}
	s.next()
	return n, true
}

// ends reports whether nothing but a comment follows at i.
func (s *scanner) ends(i int) bool {
	end := s.skip(i)
	return end == s.end || end > i && s.text[end] == '#'
}
