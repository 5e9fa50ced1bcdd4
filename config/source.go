package config

import (
	"bytes"
	"path/filepath"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"feedmill/feeds"
)

// source is one settings file.
type source struct {
	path       string // with slashes
	text       []byte
	unreadable string // why there is no text
	lenient    bool
	report     func(*feeds.Problem)
	skip       func() bool // counts a problem, and reports whether there are too many to be described; nil: there are not
}

// parse reads the file in the language that its ending names. It reports ok only for a
// file of keys and values; an empty file is not ok, but no problem either.
func (s *source) parse() (root value, ok bool) {
	root, ok = s.tree()
	switch {
	case !ok || root.null():
		return root, false
	case root.node.Kind != yaml.MappingNode:
		s.fail(root.node.Line, root.node.Column, `must hold settings, each as "key: value"`)
		return root, false
	}
	return root, true
}

// tree is parse for files that may also hold a list.
func (s *source) tree() (root value, ok bool) {
	if s.unreadable != "" {
		s.fail(0, 0, "%s", s.unreadable)
		return value{}, false
	}
	if line, col := badText(s.text); line > 0 {
		s.fail(line, col, "not UTF-8 text: save the file as UTF-8 without control characters")
		return value{}, false
	}
	if line := crowded(s.text); line > 0 {
		s.fail(line, 0, "more than %d values, counted by lines, commas and colons, come before this: remove what is not needed", maxValues)
		return value{}, false
	}
	var n *yaml.Node
	switch filepath.Ext(s.path) {
	case ".toml":
		n = s.parseTOML()
	case ".json":
		n = s.parseJSON()
	default:
		n = s.parseYAML()
	}
	root = value{src: s, node: n}
	if n == nil {
		return root, false
	}
	root.node = root.resolved()
	return root, true
}

func (s *source) fail(line, col int, format string, args ...any) {
	if !s.tooMany() {
		s.report(&feeds.Problem{Path: s.path, Line: line, Col: col, Message: sentence(format, args...)})
	}
}

// tooMany counts a problem that is not described because there are too many.
func (s *source) tooMany() bool { return s.skip != nil && s.skip() }

// badText finds the first byte that is not UTF-8 text; line 0 if there is none.
func badText(text []byte) (line, col int) {
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && n == 1 || r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0x7f {
			return position(text, i)
		}
		i += n
	}
	return 0, 0
}

// position is the line and column of a byte.
func position(text []byte, at int) (line, col int) {
	before := text[:max(0, min(at, len(text)))]
	return 1 + bytes.Count(before, []byte("\n")), len(before) - bytes.LastIndexByte(before, '\n')
}
