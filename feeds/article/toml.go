package article

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
	"gopkg.in/yaml.v3"

	"feedmill/feeds"
)

// deepTables nest deeper than anybody needs: the time that the decoder takes
// for them grows much faster than their number.
var deepTables = regexp.MustCompile(`(\{[^{}]*){64}`)

// parseTOML parses what stands below the opening line.
func parseTOML(text string) (*yaml.Node, error) {
	if deepTables.MatchString(text) {
		return nil, &feeds.Problem{Line: 1, Col: 1, Message: "nested too deep"}
	}
	values := map[string]any{}
	if _, err := toml.Decode("\n"+text, &values); err != nil {
		p := &feeds.Problem{Line: 1, Message: err.Error()}
		if e, ok := errors.AsType[toml.ParseError](err); ok {
			p.Line, p.Message = e.Position.Line, e.Message
			if lines := strings.Split("\n"+text, "\n"); p.Line <= len(lines) && e.Position.Col > 0 {
				before := lines[p.Line-1]
				p.Col = 1 + utf8.RuneCountInString(before[:min(e.Position.Col-1, len(before))])
			}
		}
		p.Message = "not TOML (" + p.Message + ")"
		return nil, p
	}
	places := tomlPlaces{}
	places.read(text)
	root := places.node(values, "", spot{2, 1})
	return root, duplicates(root, true)
}

// localLayouts are those of TOML dates without a zone: the decoder gives them
// the machine's, and tells them apart by its name.
var localLayouts = map[string]string{"datetime-local": "2006-01-02T15:04:05", "date-local": time.DateOnly, "time-local": time.TimeOnly}

type spot struct{ line, col int }

// tomlPlaces says where the values of a document stand, by their path, as in
// "images[0].url": the decoder keeps that to itself. A value that is not found,
// inside an array above all, stands where the one around it does.
type tomlPlaces map[string]spot

// node makes a tree of decoded values.
func (t tomlPlaces) node(v any, path string, around spot) *yaml.Node {
	at, ok := t[path]
	if !ok {
		at = around
	}
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Line: at.line, Column: at.col}
	switch v := v.(type) {
	case map[string]any:
		n.Kind = yaml.MappingNode
		for _, key := range slices.Sorted(maps.Keys(v)) {
			value := t.node(v[key], strings.TrimPrefix(path+"."+key, "."), at)
			n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key, Line: value.Line, Column: value.Column}, value)
		}
	case []map[string]any:
		n.Kind = yaml.SequenceNode
		for i, e := range v {
			n.Content = append(n.Content, t.node(e, fmt.Sprintf("%s[%d]", path, i), at))
		}
	case []any:
		n.Kind = yaml.SequenceNode
		for i, e := range v {
			n.Content = append(n.Content, t.node(e, fmt.Sprintf("%s[%d]", path, i), at))
		}
	case time.Time:
		layout, local := localLayouts[v.Location().String()]
		if !local {
			layout = time.RFC3339Nano
		}
		n.Value = v.Format(layout)
	default:
		n.Value = fmt.Sprint(v)
	}
	return n
}

// read notes where each "key = value" and each table begins.
func (t tomlPlaces) read(text string) {
	table, elements, quotes := "", map[string]int{}, ""
	for i, line := range strings.Split(text, "\n") {
		code := strings.TrimSpace(line)
		indent := utf8.RuneCountInString(line) - utf8.RuneCountInString(strings.TrimLeft(line, " \t"))
		key, value, assigned := strings.Cut(line, "=")
		switch {
		case quotes != "": // inside a string of several lines
			if strings.Contains(line, quotes) {
				quotes = ""
			}
		case strings.HasPrefix(code, "[["):
			name, _, _ := strings.Cut(code[2:], "]]")
			name = tomlKey(name)
			table = fmt.Sprintf("%s[%d]", name, elements[name])
			elements[name]++
			t.note(name, spot{i + 2, indent + 1})
			t.note(table, spot{i + 2, indent + 1})
		case strings.HasPrefix(code, "["):
			name, _, _ := strings.Cut(code[1:], "]")
			table = tomlKey(name)
			t.note(table, spot{i + 2, indent + 1})
		case assigned:
			trimmed := strings.TrimLeft(value, " \t")
			t.note(strings.TrimPrefix(table+"."+tomlKey(key), "."), spot{i + 2, 1 + utf8.RuneCountInString(line) - utf8.RuneCountInString(trimmed)})
			for _, q := range []string{`"""`, `'''`} {
				if strings.HasPrefix(trimmed, q) && !strings.Contains(trimmed[3:], q) {
					quotes = q
				}
			}
		}
	}
}

func (t tomlPlaces) note(path string, at spot) {
	if _, known := t[path]; !known {
		t[path] = at
	}
}

// tomlKey is a dotted key without quotes and spaces.
func tomlKey(s string) string {
	parts := strings.Split(s, ".")
	for i := range parts {
		parts[i] = strings.Trim(parts[i], " \t\"'")
	}
	return strings.Join(parts, ".")
}
