package article

import (
	"errors"
	"regexp"
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
		if t = t.UTC().Truncate(time.Second); t.Year() < 1 || t.Year() > 9999 || t.IsZero() {
			break
		}
		return t, nil
	}
	return time.Time{}, errDate
}

var datedName = regexp.MustCompile(`^(\d{4}-\d{1,2}-\d{1,2})[-_ ](.+)$`)

// fileDate takes the date off a file name such as "2021-03-29-title": the rest
// is the slug.
func fileDate(name string) (date, slug string) {
	if m := datedName.FindStringSubmatch(name); m != nil {
		if _, err := time.Parse("2006-1-2", m[1]); err == nil {
			return m[1], m[2]
		}
	}
	return "", name
}
