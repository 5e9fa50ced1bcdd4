package article

import (
	"errors"
	"strings"
	"time"
)

// layouts that publishers write, most common first. A month, day or hour may
// have one digit, and seconds a fraction. What names no zone is read in the
// site's.
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
	"2006-1-2 15:04:05 -0700 MST", // Go's own; the number counts
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

// parseDate reads a date in any usual form; zone serves where it names none.
// Names of zones other than UTC and GMT are ambiguous and no date. The result
// is UTC in whole seconds.
func parseDate(s string, zone *time.Location) (time.Time, error) {
	if layout := usualLayout(s); layout != "" {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return whole(t)
		}
	}
	return parseAnyDate(s, zone)
}

// parseAnyDate is parseDate for what has no usual layout.
func parseAnyDate(s string, zone *time.Location) (time.Time, error) {
	s = strings.ToUpper(strings.Join(strings.Fields(s), " "))
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

// usualLayout is the layout that s can only have, for the most common ones.
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

// whole is t in UTC and whole seconds, where that can be shown.
func whole(t time.Time) (time.Time, error) {
	if t = t.UTC().Truncate(time.Second); t.Year() < 1 || t.Year() > 9999 || t.IsZero() {
		return time.Time{}, errDate
	}
	return t, nil
}

// fileDate takes the date off a file name such as "2021-03-29-title": the rest
// is the slug.
func fileDate(name string) (date, slug string) {
	digits := func(i, most int) int { // where up to most of them end
		for end := i + most; i < len(name) && i < end && name[i] >= '0' && name[i] <= '9'; {
			i++
		}
		return i
	}
	if digits(0, 4) != 4 || len(name) < len("2006-1-2-x") || name[4] != '-' {
		return "", name
	}
	month := digits(5, 2)
	if month == len(name) || name[month] != '-' {
		return "", name
	}
	day := digits(month+1, 2)
	if day+1 >= len(name) || strings.IndexByte("-_ ", name[day]) < 0 || strings.Contains(name, "\n") {
		return "", name
	}
	if _, err := time.Parse("2006-1-2", name[:day]); err != nil {
		return "", name
	}
	return name[:day], name[day+1:]
}
