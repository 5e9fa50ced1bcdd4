package article

import (
	"errors"
	"strings"
	"time"
)

// layouts that publishers write, most common first. Those without a zone are
// read in the site's.
var layouts = []string{
	time.RFC3339Nano,
	"2006-01-02 15:04:05 -0700",
	"2006-01-02",
	"2006-01-02T15:04:05",
	"2006-01-02 15:04:05",
	"2006-01-02 15:04",
	"2006-01-02T15:04",
	"2006-01-02T15:04Z07:00",
	"2006-01-02 15:04:05Z07:00",
	"2006-01-02 15:04:05 Z07:00",
	"2006-01-02 15:04:05.999999999 -0700 MST",
	"2006-01-02 15:04:05 -0700 MST",
	"2006-01-02 15:04 -0700",
	"2006-01-02T15:04:05-0700",
	"2006-1-2",
	"2006-1-2 15:04:05",
	"2006-1-2 15:04:05 -0700",
	"2006-1-2T15:04:05Z07:00",
	"2006/01/02",
	"2006/01/02 15:04:05",
	"Mon, 02 Jan 2006 15:04:05 -0700",
	"Mon, 02 Jan 2006 15:04:05 MST",
	"January 2, 2006",
	"Jan 2, 2006",
	"2 January 2006",
	"2 Jan 2006",
}

var errDate = errors.New("not a date: write it as 2021-03-29T16:35:00Z or 2021-03-29")

// parseDate reads a date in any usual form; zone serves where it names none. The
// result is UTC in whole seconds.
func parseDate(s string, zone *time.Location) (time.Time, error) {
	s = strings.TrimSpace(s)
	if strings.HasSuffix(s, " UTC") {
		s = strings.TrimSuffix(s, " UTC") + "Z"
	}
	for _, layout := range layouts {
		t, err := time.ParseInLocation(layout, s, zone)
		if err != nil {
			continue
		}
		if t = t.UTC().Truncate(time.Second); t.Year() < 1 || t.Year() > 9999 || t.IsZero() {
			return time.Time{}, errDate
		}
		return t, nil
	}
	return time.Time{}, errDate
}

// fileDate takes the date off a file name such as "2021-03-29-title": the rest
// is the slug.
func fileDate(name string) (date, slug string) {
	if len(name) > 11 && name[10] == '-' {
		if _, err := time.Parse(time.DateOnly, name[:10]); err == nil {
			return name[:10], name[11:]
		}
	}
	return "", name
}
