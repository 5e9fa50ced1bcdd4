package article

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"

	"feedmill/feeds"
)

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
