package article

import (
	"errors"
	"strings"
	"time"
)

// layouts are the forms in which publishers write dates, the most common first.
// A month, day or hour can have one digit, and seconds a fraction.
var layouts = []string{
	time.RFC3339,
	"2006-1-2 15:04:05 -0700",
	"2006-1-2",
	"2006-1-2T15:04:05",
	"2006-1-2 15:04:05",
	"2006-1-2 15:04",
	"2006-1-2T15:04",
	"2006-1-2T15:04:05Z07:00",
	"2006-1-2T15:04:05Z0700",
	"2006-1-2T15:04:05Z07",
	"2006-1-2T15:04Z07:00",
	"2006-1-2 15:04:05Z07:00",
	"2006-1-2 15:04:05Z0700",
	"2006-1-2 15:04:05Z07",
	"2006-1-2 15:04:05 Z07:00",
	"2006-1-2 15:04:05 Z07",
	"2006-1-2 15:04 -0700",
	"2006-1-2 15:04 Z07:00",
	"2006-1-2 15:04:05 -0700 MST", // as Go prints times; the number is used
	"2006/1/2",
	"2006/1/2 15:04:05",
	"2006/1/2 15:04",
	"2006/1/2 15:04:05 -0700",
	"Mon, 2 Jan 2006 15:04:05 -0700",
	"Mon, 2 Jan 2006 15:04:05",
	"January 2, 2006",
	"Jan 2, 2006",
	"2 January 2006",
	"2 Jan 2006",
}

var errDate = errors.New("not a date: write it as 2021-03-29T16:35:00Z or 2021-03-29")

// parseDate reads a date in any usual form, in zone if it names none. A date with
// the name of a zone other than UTC and GMT is an error, because such names are
// ambiguous. The result is in UTC and whole seconds.
func parseDate(s string, zone *time.Location) (time.Time, error) {
	if layout := usualLayout(s); layout != "" && len(s) <= maxDate {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return whole(t)
		}
	}
	return parseAnyDate(s, zone)
}

// parseAnyDate is parseDate without the short cut for the most common layouts.
func parseAnyDate(s string, zone *time.Location) (time.Time, error) {
	if s = strings.ToUpper(strings.Join(strings.Fields(s), " ")); len(s) > maxDate {
		return time.Time{}, errDate
	}
	for _, name := range []string{" UTC", " GMT"} {
		if rest, ok := strings.CutSuffix(s, name); ok {
			s, zone = rest, time.UTC
		}
	}
	for _, layout := range layouts {
		t, err := time.ParseInLocation(layout, s, zone)
		if err != nil {
			continue
		}
		return whole(t)
	}
	return time.Time{}, errDate
}

// usualLayout returns the only one of the most common layouts that s can have; ""
// if it has none of these.
func usualLayout(s string) string {
	if len(s) < len(time.DateOnly) || s[4] != '-' || s[7] != '-' {
		return ""
	}
	switch rest := s[len(time.DateOnly):]; {
	case rest == "":
		return time.DateOnly
	case rest[0] == 'T' && len(rest) >= len("T15:04:05Z"):
		return time.RFC3339
	case rest[0] == ' ' && len(rest) == len(" 15:04:05 -0700"):
		return "2006-01-02 15:04:05 -0700"
	}
	return ""
}

// whole returns t in UTC and whole seconds; an error if feeds cannot show it.
func whole(t time.Time) (time.Time, error) {
	if t = t.UTC().Truncate(time.Second); t.Year() < 1 || t.Year() > 9999 || t.IsZero() {
		return time.Time{}, errDate
	}
	return t, nil
}

// fileDate splits a file name such as "2021-03-29-title" into its date, "" if it
// has none, and its slug.
func fileDate(name string) (date, slug string) {
	month := strings.IndexByte(name, '-') + 1
	day := month + strings.IndexByte(name[month:], '-') + 1
	end := day + strings.IndexAny(name[day:], "-_ ")
	if end < day || end+1 == len(name) {
		return "", name
	}
	if _, err := time.Parse("2006-1-2", name[:end]); err != nil {
		return "", name
	}
	return name[:end], name[end+1:]
}
