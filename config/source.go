package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
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
	s.report(&feeds.Problem{Path: s.path, Line: line, Col: col, Message: fmt.Sprintf(format, args...)})
}

func (s *source) parseYAML() *yaml.Node {
	d := yaml.NewDecoder(bytes.NewReader(s.text))
	var doc, second yaml.Node
	switch err := d.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		s.failYAML(err)
		return nil
	}
	if !s.lenient {
		switch err := d.Decode(&second); {
		case err == nil:
			s.fail(second.Line, 0, `a second document begins here: put all settings into one, without "---" between them`)
			return nil
		case !errors.Is(err, io.EOF):
			s.failYAML(err)
			return nil
		}
	}
	// The library refuses anchors that contain themselves, or multiply, only when it
	// makes values. It also refuses types and repeated keys then; those are checked later.
	var probe any
	err := doc.Decode(&probe)
	if _, mistyped := errors.AsType[*yaml.TypeError](err); err != nil && !mistyped {
		s.fail(0, 0, "cannot be used: %s", strings.TrimPrefix(err.Error(), "yaml: "))
		return nil
	}
	return doc.Content[0]
}

var (
	yamlLine  = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)
	tabIndent = regexp.MustCompile(`^ *\t\s*[^\s#]`)
)

func (s *source) failYAML(err error) {
	m := yamlLine.FindStringSubmatch(err.Error())
	if m == nil {
		m = []string{"", ""}
	}
	line, _ := strconv.Atoi(m[1]) // none: the first
	message := strings.TrimPrefix(err.Error(), m[0])
	if line == 0 || strings.HasPrefix(message, "did not find expected") {
		line++ // yaml counts lines from zero in messages of its parser
	}
	if strings.Contains(message, "tab character") || strings.Contains(message, "cannot start any token") {
		if tab := s.tabNear(line); tab > 0 {
			s.fail(tab, 0, "a tab indents this line: YAML allows only spaces there")
			return
		}
	}
	s.fail(line, 0, "not valid YAML from about here: %s; check indentation, quotes and colons", message)
}

// tabNear finds a line that is indented with a tab, at or beside the line that an error
// names; 0 if there is none.
func (s *source) tabNear(line int) int {
	lines := bytes.Split(s.text, []byte("\n"))
	for i := max(line-2, 0); i < min(line+1, len(lines)); i++ {
		if tabIndent.Match(lines[i]) {
			return i + 1
		}
	}
	return 0
}

func (s *source) parseTOML() *yaml.Node {
	var m map[string]any
	_, err := toml.Decode(string(s.text), &m)
	if p, ok := errors.AsType[toml.ParseError](err); ok {
		s.fail(p.Position.Line, p.Position.Col, "not valid TOML: %s", p.Message)
		return nil
	}
	return s.encode(m, err)
}

func (s *source) parseJSON() *yaml.Node {
	var v any
	err := json.Unmarshal(s.text, &v)
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		line, col := position(s.text, int(e.Offset)-1)
		s.fail(line, col, "not valid JSON: %s", e.Error())
		return nil
	}
	return s.encode(v, err)
}

// encode makes decoded values a tree like that of a YAML file, without lines.
func (s *source) encode(v any, err error) *yaml.Node {
	var n yaml.Node
	if err == nil {
		err = n.Encode(v)
	}
	if err != nil {
		s.fail(0, 0, "cannot be read: %v", err)
		return nil
	}
	return &n
}

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
