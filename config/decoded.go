package config

import (
	"encoding/json"
	"errors"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
	"gopkg.in/yaml.v3"
)

func (s *source) parseTOML() *yaml.Node {
	if line, what := costlyTOML(s.text); line > 0 {
		s.fail(line, 0, "cannot be used: %s", what)
		return nil
	}
	var m map[string]any
	_, err := toml.Decode(string(s.text), &m)
	if p, ok := errors.AsType[toml.ParseError](err); ok {
		s.fail(p.Position.Line, p.Position.Col, "not valid TOML: %s", p.Message)
		return nil
	}
	return s.treeOf(m, err)
}

func (s *source) parseJSON() *yaml.Node {
	var v any
	err := json.Unmarshal(s.text, &v)
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		line, col := position(s.text, int(e.Offset)-1)
		s.fail(line, col, "not valid JSON: %s", e.Error())
		return nil
	}
	return s.treeOf(v, err)
}

// treeOf makes decoded values a tree like that of a YAML file, without lines.
func (s *source) treeOf(v any, err error) *yaml.Node {
	if err == nil && deeper(v, maxDepth) {
		err = errDeep
	}
	if err != nil {
		s.fail(0, 0, "cannot be read: %s", err)
		return nil
	}
	return nodeOf(v)
}

// deeper reports whether lists and groups are within each other more than depth levels
// deep.
func deeper(v any, depth int) bool {
	below := func(v any) bool { return deeper(v, depth-1) }
	switch v := v.(type) {
	case map[string]any:
		return depth == 0 || slices.ContainsFunc(slices.Collect(maps.Values(v)), below)
	case []map[string]any:
		return depth == 0 || slices.ContainsFunc(v, func(v map[string]any) bool { return below(v) })
	case []any:
		return depth == 0 || slices.ContainsFunc(v, below)
	}
	return false
}

// nodeOf is a decoded value as a node. Groups are sorted by their keys.
func nodeOf(v any) *yaml.Node {
	list := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	switch v := v.(type) {
	case map[string]any:
		n := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		for _, k := range slices.Sorted(maps.Keys(v)) {
			n.Content = append(n.Content, textNode(k), nodeOf(v[k]))
		}
		return n
	case []map[string]any:
		for _, x := range v {
			list.Content = append(list.Content, nodeOf(x))
		}
		return list
	case []any:
		for _, x := range v {
			list.Content = append(list.Content, nodeOf(x))
		}
		return list
	case string:
		return textNode(v)
	}
	return scalarOf(v)
}

func textNode(s string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Style: yaml.DoubleQuotedStyle, Tag: "!!str", Value: s}
}

// scalarOf is a decoded value other than text as YAML writes it.
func scalarOf(v any) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode}
	switch v := v.(type) {
	case bool:
		n.Tag, n.Value = "!!bool", strconv.FormatBool(v)
	case int64:
		n.Tag, n.Value = "!!int", strconv.FormatInt(v, 10)
	case float64:
		n.Tag, n.Value = "!!float", floatText(v)
		if !strings.ContainsAny(n.Value, ".e") {
			n.Tag = "!!int"
		}
	case time.Time:
		n.Tag, n.Value = "!!timestamp", v.Format(time.RFC3339Nano)
	default:
		n.Tag, n.Value = "!!null", "null"
	}
	return n
}

func floatText(f float64) string {
	switch {
	case math.IsNaN(f):
		return ".nan"
	case math.IsInf(f, 0):
		return strings.TrimPrefix(strconv.FormatFloat(f, 'f', 0, 64)[:1], "+") + ".inf"
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}
