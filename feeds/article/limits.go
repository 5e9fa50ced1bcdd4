package article

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"feedmill/feeds"
)

// What an article may have. More is left out with a warning. Package frontmatter bounds
// the whole front matter.
const (
	maxEntries  = 1000    // of one list, such as pictures, each different
	maxFeeds    = 250     // of one kind that it is in
	maxWarnings = 100     // listed; further ones are counted
	maxName     = 1 << 10 // bytes of the name of a topic and the like, which the ledger has as a key
	maxLine     = 4 << 10 // bytes of a title and other texts of one line
	maxAddress  = 8 << 10 // bytes of an address, as written and as shown
	maxPattern  = 1 << 10 // bytes of a permalink with placeholders
	maxLanguage = 255     // bytes of a language
	maxType     = 255     // bytes of a media type
	maxEmail    = 320     // bytes of an e-mail address: 64, an at sign, 255
	maxDate     = 64      // bytes of a date
)

// addAll adds to a list what read makes of each element of v, or of v itself if it is
// no list. One whose key is zero or that of another is left out.
func addAll[T any, K comparable](r *reader, v value, all *[]T, read func(*reader, value) T, key func(T) K) {
	var none K
	seen := known[T, K]{all: all, key: key}
	for e := range v.List() {
		t := read(r, e)
		k := key(t)
		if k == none || seen.has(k) {
			continue
		}
		if len(*all) == maxEntries {
			r.note(e, fmt.Sprintf("more than %d entries: this one and those after it are left out", maxEntries))
			return
		}
		if *all == nil && v.IsList() {
			*all = make([]T, 0, 4)
		}
		*all = append(*all, t)
		seen.add(k)
	}
}

// known finds the keys of a list.
type known[T any, K comparable] struct {
	all  *[]T
	key  func(T) K
	keys map[K]bool // nil as long as the list is short
}

func (s *known[T, K]) has(k K) bool {
	if s.keys != nil {
		return s.keys[k]
	}
	for i := range *s.all {
		if s.key((*s.all)[i]) == k {
			return true
		}
	}
	return false
}

// add says that an element with key k has been added to the list.
func (s *known[T, K]) add(k K) {
	switch {
	case s.keys != nil:
		s.keys[k] = true
	case len(*s.all) > 16:
		s.keys = make(map[K]bool, 2*len(*s.all))
		for i := range *s.all {
			s.keys[s.key((*s.all)[i])] = true
		}
	}
}

// cut returns s, or as much of it as a text of one line may have.
func (r *reader) cut(v value, s string) string {
	if len(s) <= maxLine {
		return s
	}
	r.note(v, "longer than 4 KiB: cut")
	end := maxLine - len("…")
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return strings.TrimSuffix(s[:end], " ") + "…"
}

// fits reports whether an address is short enough, and warns if it is not.
func (r *reader) fits(v value, address string) bool {
	if len(address) > maxAddress {
		r.note(v, "an address longer than 8 KiB: ignored")
		return false
	}
	return true
}

// fail reports a problem that makes the file unusable, warn one that only makes a
// value be ignored.
func (r *reader) fail(v value, message string) { r.errs = append(r.errs, v.Problem(message)) }
func (r *reader) warn(v value, message string) { r.note(v, message+": ignored") }

// note reports a problem that leaves the file usable. v can be no value, for a problem
// of the whole.
func (r *reader) note(v value, message string) {
	switch {
	case len(r.warnings) < maxWarnings:
		r.warnings = append(r.warnings, problem(v, message))
	case r.unlisted == 0:
		r.beyond = problem(v, "")
		fallthrough
	default:
		r.unlisted++
	}
}

// problem is one of v, if that is a value, else of the file as a whole.
func problem(v value, message string) *feeds.Problem {
	if !v.Exists() {
		return &feeds.Problem{Message: message}
	}
	return v.Problem(message)
}

// countUnlisted adds a warning that says how many are not listed, at the place of the
// first of these.
func (r *reader) countUnlisted() {
	if r.unlisted > 0 {
		message := fmt.Sprintf("%d more problems, beyond the first %d: mend those first", r.unlisted, maxWarnings)
		r.warnings = append(r.warnings, &feeds.Problem{Line: r.beyond.Line, Col: r.beyond.Col, Message: message})
	}
}
