package article

import (
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"

	"feedmill/feeds"
)

// value is a front matter value, and the way to it.
type value struct {
	t     *tree    // nil: there is none
	node  int32    // not an alias, not null
	key   int32    // the top-level key it belongs to
	steps [4]int32 // from there down: a key's node, or the complement of an element's number
	depth uint8
}

func (v value) at() *node { return &v.t.nodes[v.node] }

// scalar is the text of a scalar, which can hold what XML forbids.
func (v value) scalar() string { return v.t.value(v.node) }

func (v value) isMap() bool { return v.t != nil && v.at().kind == mappingNode }

// down is a value below v.
func (v value) down(step, node int32) value {
	v.node = node
	if int(v.depth) < len(v.steps) { // deeper than any field goes
		v.steps[v.depth] = step
		v.depth++
	}
	return v
}

// path names the value by its keys as the file spells them: images[0].url.
func (v value) path() string {
	path := strings.Clone(v.t.value(v.key))
	for _, step := range v.steps[:v.depth] {
		if step < 0 {
			path = fmt.Sprintf("%s[%d]", path, ^step)
		} else {
			path += "." + v.t.value(step)
		}
	}
	return path
}

// in returns a key of a nested mapping, by the first of its names that is there.
func (v value) in(names ...string) (value, bool) {
	if !v.isMap() {
		return value{}, false
	}
	for _, name := range names {
		for k, n := range v.t.pairs(v.node) {
			if strings.EqualFold(v.t.value(k), name) {
				return v.down(k, n), true
			}
		}
	}
	return value{}, false
}

// list is the elements of a sequence, or the single value.
func (v value) list() iter.Seq[value] {
	return func(yield func(value) bool) {
		switch {
		case v.t == nil:
			return
		case v.at().kind != sequenceNode:
			yield(v)
			return
		}
		i := int32(0)
		for e := range v.t.elements(v.node) {
			if n, ok := v.t.resolve(e); ok && !yield(v.down(^i, n)) {
				return
			}
			i++
		}
	}
}

// len is the number of elements of list at most.
func (v value) len() (n int) {
	if v.t == nil {
		return 0
	}
	if v.at().kind != sequenceNode {
		return 1
	}
	for range v.t.elements(v.node) {
		n++
	}
	return n
}

func (r *reader) problem(v value, message string) *feeds.Problem {
	return &feeds.Problem{Line: int(v.at().line), Col: int(v.at().col), Field: v.path(), Message: message}
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
	if v.at().kind != scalarNode {
		r.note(v, mustBeSingle)
		return "", false
	}
	return feeds.XMLText(v.scalar()), true
}

// simple is a scalar that is all of what XML, plain text and a single line can be.
func (v value) simple(ok bool) (string, bool) {
	if !ok || v.at().kind != scalarNode {
		return "", false
	}
	s := v.scalar()
	return s, simple(s)
}

// text is a scalar as a single line of text.
func (r *reader) text(v value, ok bool) string {
	if s, simple := v.simple(ok); simple {
		return s
	}
	s, _ := r.raw(v, ok)
	return oneLine(s)
}

// plain is a scalar as a single line without markup.
func (r *reader) plain(v value, ok bool) string {
	if s, simple := v.simple(ok); simple {
		return s
	}
	s, _ := r.raw(v, ok)
	return plainText(s)
}

// date is a time that decides when the article shows; one that cannot be read
// makes the file unusable, because a guess could publish it too early.
func (r *reader) date(f field) time.Time {
	v, ok := r.get(f)
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
	if !ok {
		return t, ""
	}
	if v.at().kind != scalarNode {
		return t, mustBeSingle
	}
	s := v.scalar()
	if strings.TrimSpace(s) == "" {
		return t, ""
	}
	t, err := parseDate(s, r.p.opt.TimeZone)
	if err != nil {
		return t, fmt.Sprintf("%q is %s", short(s), err)
	}
	return t, ""
}

// flag is a boolean; anything unclear makes the file unusable, because a guess
// could publish what must not be.
func (r *reader) flag(f field, otherwise bool) bool {
	v, ok := r.get(f)
	switch {
	case !ok:
		return otherwise
	case v.at().kind != scalarNode:
		r.fail(v, "must be true or false, not a list or keys")
		return otherwise
	}
	s := v.scalar()
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "true", "yes", "on", "1":
		return true
	case "false", "no", "off", "0":
		return false
	}
	r.fail(v, fmt.Sprintf("%q must be true or false", short(s)))
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
	if ok && v.at().kind == scalarNode {
		if s := v.scalar(); plain(s) {
			return s
		}
	}
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
