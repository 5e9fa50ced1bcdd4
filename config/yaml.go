package config

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

func (s *source) parseYAML() *yaml.Node {
	if line := tagDirective(s.text); line > 0 {
		s.fail(line, 0, "%%TAG cannot be used in settings: write the tags in full, or none")
		return nil
	}
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
	if err := expand(doc.Content[0]); err != nil {
		s.fail(0, 0, "cannot be used: %s", err)
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

// tagDirective is the line of the first directive that gives a name to a part of tags,
// which can make a tag of any length out of few bytes; 0 if there is none.
func tagDirective(text []byte) (line int) {
	directive := []byte("%TAG")
	if bytes.HasPrefix(text, directive) {
		return 1
	}
	for _, end := range []string{"\n", "\r"} {
		if i := bytes.Index(text, append([]byte(end), directive...)); i >= 0 {
			line, _ = position(text, i+1)
			return line
		}
	}
	return 0
}
