package frontmatter

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/BurntSushi/toml"

	"feedmill/feeds"
)

// parseTOML parses the text below the opening line into t, which is empty.
func parseTOML(t *Tree, text string) error {
	var c tomlCost
	switch c.read(text); {
	case c.deep:
		line, col := position(text[:c.at])
		return &feeds.Problem{Line: line + 1, Col: col, Message: errDepth.Error()}
	case c.cost > maxTOMLCost:
		line, col := position(text[:c.at])
		return &feeds.Problem{Line: line + 1, Col: col, Message: "the names of tables, repeated for each key below them, come to more than 4 MiB up to here: shorten them"}
	}
	values, err := decodeTOML(text)
	if err != nil {
		p := &feeds.Problem{Line: 1, Message: err.Error()}
		if e, ok := errors.AsType[toml.ParseError](err); ok {
			p.Line, p.Message = e.Position.Line, e.Message
			if lines := strings.Split("\n"+text, "\n"); p.Line <= len(lines) && e.Position.Col > 0 {
				before := lines[p.Line-1]
				p.Col = 1 + utf8.RuneCountInString(before[:min(e.Position.Col-1, len(before))])
			}
		}
		p.Message = "not TOML (" + shortened(p.Message, 300) + ")"
		return p
	}
	places := tomlPlaces{}
	places.read(text)
	places.add(t, values, "", spot{2, 1})
	t.finish()
	return t.duplicates(0)
}

// decodeTOML decodes text. Its lines are those of the file.
func decodeTOML(text string) (values map[string]any, err error) {
	defer func() {
		if r := recover(); r != nil { // the decoder panics where it does not know what to do
			err = fmt.Errorf("%v", r)
		}
	}()
	_, err = toml.Decode("\n"+text, &values)
	return values, err
}

// localLayouts are the forms of TOML dates without a zone. The decoder marks such
// dates by the name of their location.
var localLayouts = map[string]string{"datetime-local": "2006-01-02T15:04:05", "date-local": time.DateOnly, "time-local": time.TimeOnly}

// spot is a place in the file, with columns in characters.
type spot struct{ line, col int }

// tomlPlaces finds the places of a document's values, which the decoder does not
// tell, by their paths, as in "images[0].url". A value that is not in it, such as
// an element of a list in brackets, gets the place of the value around it.
type tomlPlaces map[string]spot

// add adds a decoded value and everything below it to a tree and returns its node;
// around is the place of the value around it.
func (p tomlPlaces) add(t *Tree, v any, path string, around spot) int32 {
	at, ok := p[path]
	if !ok {
		at = around
	}
	n, last := t.add(node{line: int32(at.line), col: int32(at.col)}), int32(0)
	element := func(e any, path string) int32 {
		child := p.add(t, e, path, at)
		t.link(n, last, child)
		last = child
		return child
	}
	switch v := v.(type) {
	case map[string]any:
		t.nodes[n].kind = mappingNode
		for _, key := range slices.Sorted(maps.Keys(v)) {
			k := t.add(node{})
			t.setText(k, key)
			t.link(n, last, k)
			last = k
			value := element(v[key], strings.TrimPrefix(path+"."+key, "."))
			t.nodes[k].line, t.nodes[k].col = t.nodes[value].line, t.nodes[value].col
		}
	case []map[string]any:
		t.nodes[n].kind = sequenceNode
		for i, e := range v {
			element(e, fmt.Sprintf("%s[%d]", path, i))
		}
	case []any:
		t.nodes[n].kind = sequenceNode
		p = nil // has nothing below v
		for _, e := range v {
			element(e, "")
		}
	case time.Time:
		layout, local := localLayouts[v.Location().String()]
		if !local {
			layout = time.RFC3339Nano
		}
		t.setText(n, v.Format(layout))
	default:
		t.setText(n, fmt.Sprint(v))
	}
	return n
}

// read finds the value of each "key = value", and each table.
func (p tomlPlaces) read(text string) {
	table, elements, quotes := "", map[string]int{}, ""
	for i, line := range strings.Split(text, "\n") {
		code := strings.TrimSpace(line)
		indent := utf8.RuneCountInString(line) - utf8.RuneCountInString(strings.TrimLeft(line, " \t"))
		key, value, assigned := strings.Cut(line, "=")
		switch {
		case quotes != "": // the line is part of a string
			if strings.Contains(line, quotes) {
				quotes = ""
			}
		case strings.HasPrefix(code, "[["):
			name, _, _ := strings.Cut(code[2:], "]]")
			name = tomlKey(name)
			table = fmt.Sprintf("%s[%d]", name, elements[name])
			elements[name]++
			p.set(name, spot{i + 2, indent + 1})
			p.set(table, spot{i + 2, indent + 1})
		case strings.HasPrefix(code, "["):
			name, _, _ := strings.Cut(code[1:], "]")
			table = tomlKey(name)
			p.set(table, spot{i + 2, indent + 1})
		case assigned:
			trimmed := strings.TrimLeft(value, " \t")
			p.set(strings.TrimPrefix(table+"."+tomlKey(key), "."), spot{i + 2, 1 + utf8.RuneCountInString(line) - utf8.RuneCountInString(trimmed)})
			for _, q := range []string{`"""`, `'''`} {
				if strings.HasPrefix(trimmed, q) && !strings.Contains(trimmed[3:], q) {
					quotes = q
				}
			}
		}
	}
}

// set sets the place of a path, unless it has one.
func (p tomlPlaces) set(path string, at spot) {
	if _, known := p[path]; !known {
		p[path] = at
	}
}

// tomlKey returns a dotted key without quotes and spaces.
func tomlKey(s string) string {
	parts := strings.Split(s, ".")
	for i := range parts {
		parts[i] = strings.Trim(parts[i], " \t\"'")
	}
	return strings.Join(parts, ".")
}
