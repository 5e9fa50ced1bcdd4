package article

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"

	"feedmill/feeds"
	"feedmill/feeds/article/internal/address"
	"feedmill/feeds/article/internal/body"
	"feedmill/feeds/article/internal/frontmatter"
)

// mustBeSingle is the problem of a list or keys where one value is expected.
const mustBeSingle = "must be a single value, not a list or keys"

// raw returns a single value as it stands, without characters that XML forbids.
func (r *reader) raw(v value) string {
	if v.Exists() && !v.IsScalar() {
		r.warn(v, mustBeSingle)
	}
	return feeds.XMLText(v.Scalar())
}

// text returns a single value as one line of text.
func (r *reader) text(v value) string { return r.cut(v, r.line(v)) }

// plain returns a single value as one line of text without markup.
func (r *reader) plain(v value) string { return r.cut(v, r.summary(v)) }

// line is text of any length.
func (r *reader) line(v value) string {
	if s := v.Scalar(); body.IsPlainText(s) && v.IsScalar() {
		return s
	}
	return body.OneLine(r.raw(v))
}

// summary is plain of any length.
func (r *reader) summary(v value) string {
	if s := v.Scalar(); body.IsPlainText(s) && v.IsScalar() {
		return s
	}
	return body.PlainText(r.raw(v))
}

// date reads a time that decides when the article is shown. If it cannot be read,
// the file is unusable, because a guess could publish the article too early.
func (r *reader) date(v value) time.Time { return r.readDate(v, r.fail) }

// optionalDate reads a time that is ignored if it cannot be read.
func (r *reader) optionalDate(v value) time.Time { return r.readDate(v, r.warn) }

// readDate reads a time, and reports why if it cannot be read.
func (r *reader) readDate(v value, report func(value, string)) time.Time {
	s := v.Scalar()
	switch {
	case v.Exists() && !v.IsScalar():
		report(v, mustBeSingle)
		return time.Time{}
	case strings.TrimSpace(s) == "":
		return time.Time{}
	}
	t, err := parseDate(s, r.p.opt.TimeZone)
	if err != nil {
		report(v, fmt.Sprintf("%q is %s", short(s), err))
	}
	return t
}

// flag reads a boolean. If it cannot be read, the file is unusable, because a guess
// could publish an article that must not be shown.
func (r *reader) flag(v value) bool {
	if !v.IsScalar() {
		r.fail(v, "must be true or false, not a list or keys")
		return false
	}
	s := v.Scalar()
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "true", "yes", "on", "1":
		return true
	case "false", "no", "off", "0":
		return false
	}
	r.fail(v, fmt.Sprintf("%q must be true or false", short(s)))
	return false
}

// number reads a number; 0 if there is none or it cannot be read.
func (r *reader) number(v value) float64 {
	s := strings.TrimSpace(r.raw(v))
	if s == "" {
		return 0
	}
	f, err := strconv.ParseFloat(strings.ReplaceAll(s, "_", ""), 64)
	if err != nil || f != f || f > 1e15 || f < -1e15 {
		r.warn(v, fmt.Sprintf("%q is not a number", short(s)))
		return 0
	}
	return f
}

// web reads a web address and makes it absolute; "" if it cannot be used.
func (r *reader) web(v value) string {
	s := v.Scalar()
	if address.Absolute(s) && len(s) <= maxAddress {
		return s
	}
	if s = r.raw(v); strings.TrimSpace(s) == "" || !r.fits(v, s) {
		return ""
	}
	u, err := r.p.site.Web(s)
	if err != nil {
		r.warn(v, fmt.Sprintf("%q is %s", short(s), err))
	} else if !r.fits(v, u) {
		return ""
	}
	return u
}

// language reads a language and makes a BCP 47 tag of it, also of "en_us".
func (r *reader) language(v value) string {
	s := r.line(v)
	if s == "" {
		return ""
	}
	tag, err := language.Parse(s[:min(len(s), maxLanguage+1)])
	if err != nil || tag == language.Und || len(s) > maxLanguage {
		r.warn(v, fmt.Sprintf("%q is not a language: write it as en or en-US", short(s)))
		return ""
	}
	return tag.String()
}

// short cuts a value to a length that is bearable in a message.
func short(s string) string { return frontmatter.Short(s) }
