package article

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"
	"gopkg.in/yaml.v3"

	"feedmill/feeds"
)

// value is a front matter value with its key as the file spells it.
type value struct {
	key  string
	node *yaml.Node
}

// pairs yields the keys and values of a mapping that are not null, its own
// before those it merges in.
func pairs(m *yaml.Node) iter.Seq2[*yaml.Node, *yaml.Node] {
	return func(yield func(k, v *yaml.Node) bool) {
		queue := []*yaml.Node{resolve(m)}
		for i := 0; i < len(queue); i++ {
			m := queue[i]
			merge := func(n *yaml.Node) {
				if n = resolve(n); !slices.Contains(queue, n) { // mappings can merge each other, and one many times
					queue = append(queue, n)
				}
			}
			switch {
			case m == nil:
			case m.Kind == yaml.SequenceNode:
				for _, n := range m.Content {
					merge(n)
				}
			case m.Kind == yaml.MappingNode:
				for i := 0; i+1 < len(m.Content); i += 2 {
					k, v := m.Content[i], resolve(m.Content[i+1])
					if k.Tag == "!!merge" {
						merge(v)
					} else if v != nil && !yield(k, v) {
						return
					}
				}
			}
		}
	}
}

// resolve follows an alias; nil stands for null.
func resolve(n *yaml.Node) *yaml.Node {
	for n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n == nil || n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return nil
	}
	return n
}

func (v value) isMap() bool { return v.node != nil && v.node.Kind == yaml.MappingNode }

// in returns a key of a nested mapping, by the first of its names that is there.
func (v value) in(names ...string) (value, bool) {
	if !v.isMap() {
		return value{}, false
	}
	for _, name := range names {
		for k, n := range pairs(v.node) {
			if strings.EqualFold(k.Value, name) {
				return value{v.key + "." + k.Value, n}, true
			}
		}
	}
	return value{}, false
}

// list is the elements of a sequence, or the single value.
func (v value) list() []value {
	if v.node == nil {
		return nil
	}
	if v.node.Kind != yaml.SequenceNode {
		return []value{v}
	}
	var all []value
	for i, n := range v.node.Content {
		if n := resolve(n); n != nil {
			all = append(all, value{fmt.Sprintf("%s[%d]", v.key, i), n})
		}
	}
	return all
}

func (r *reader) problem(v value, message string) *feeds.Problem {
	return &feeds.Problem{Line: v.node.Line, Col: v.node.Column, Field: v.key, Message: message}
}

// fail notes a problem that makes the file unusable; note one that costs a field.
func (r *reader) fail(v value, message string) { r.errs = append(r.errs, r.problem(v, message)) }
func (r *reader) note(v value, message string) {
	r.notes = append(r.notes, r.problem(v, message+": left out"))
}

const mustBeSingle = "must be a single value, not a list or keys"

// raw is a scalar as it stands.
func (r *reader) raw(v value, ok bool) (string, bool) {
	if !ok {
		return "", false
	}
	if v.node.Kind != yaml.ScalarNode {
		r.note(v, mustBeSingle)
		return "", false
	}
	return feeds.XMLText(v.node.Value), true
}

// text is a scalar as a single line of text.
func (r *reader) text(v value, ok bool) string {
	s, _ := r.raw(v, ok)
	return strings.Join(strings.Fields(s), " ")
}

// plain is a scalar as a single line without markup.
func (r *reader) plain(v value, ok bool) string {
	s, _ := r.raw(v, ok)
	return plainText(s)
}

// date is a time that decides when the article shows; one that cannot be read
// makes the file unusable, because a guess could publish it too early.
func (r *reader) date(field string) time.Time {
	v, ok := r.get(field)
	t, message := r.readDate(v, ok)
	if message != "" {
		r.fail(v, message)
	}
	return t
}

// optionalDate is a time that can be left out where it cannot be read.
func (r *reader) optionalDate(v value, ok bool) time.Time {
	t, message := r.readDate(v, ok)
	if message != "" {
		r.note(v, message)
	}
	return t
}

func (r *reader) readDate(v value, ok bool) (t time.Time, message string) {
	switch {
	case !ok:
		return t, ""
	case v.node.Kind != yaml.ScalarNode:
		return t, mustBeSingle
	case strings.TrimSpace(v.node.Value) == "":
		return t, ""
	}
	t, err := parseDate(v.node.Value, r.p.opt.TimeZone)
	if err != nil {
		return t, fmt.Sprintf("%q is %s", short(v.node.Value), err)
	}
	return t, ""
}

// flag is a boolean; anything unclear makes the file unusable, because a guess
// could publish what must not be.
func (r *reader) flag(field string, otherwise bool) bool {
	v, ok := r.get(field)
	switch {
	case !ok:
		return otherwise
	case v.node.Kind != yaml.ScalarNode:
		r.fail(v, "must be true or false, not a list or keys")
		return otherwise
	}
	switch strings.ToLower(strings.TrimSpace(v.node.Value)) {
	case "true", "yes", "on", "1":
		return true
	case "false", "no", "off", "0":
		return false
	}
	r.fail(v, fmt.Sprintf("%q must be true or false", short(v.node.Value)))
	return otherwise
}

func (r *reader) number(v value, ok bool) float64 {
	s, ok := r.raw(v, ok)
	if s = strings.TrimSpace(s); !ok || s == "" {
		return 0
	}
	f, err := strconv.ParseFloat(strings.ReplaceAll(s, "_", ""), 64)
	if err != nil || f != f || f > 1e15 || f < -1e15 {
		r.note(v, fmt.Sprintf("%q is not a number", short(s)))
		return 0
	}
	return f
}

// web is an absolute address, or empty with a note.
func (r *reader) web(v value, ok bool) string {
	s, ok := r.raw(v, ok)
	if !ok || strings.TrimSpace(s) == "" {
		return ""
	}
	u, err := r.p.urls.web(s)
	if err != nil {
		r.note(v, fmt.Sprintf("%q is %s", short(s), err))
	}
	return u
}

// language makes a BCP 47 tag of the ways in which sites write one: "en_us".
func (r *reader) language(v value, ok bool) string {
	s := r.text(v, ok)
	if s == "" {
		return ""
	}
	tag, err := language.Parse(s)
	if err != nil || tag == language.Und {
		r.note(v, fmt.Sprintf("%q is not a language: write it as en or en-US", short(s)))
		return ""
	}
	return tag.String()
}

// short is as much of a value as a message has room for.
func short(s string) string {
	if r := []rune(feeds.XMLText(s)); len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return s
}
