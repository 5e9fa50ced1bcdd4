package server

import (
	"fmt"
	"math"
	"time"

	"feedmill/feeds"
)

// How many dates, over how long, it takes to tell how often a feed publishes:
// articles that came together say nothing of it.
const (
	paceItems = 4
	paceSpan  = 6 * time.Hour
)

// pace says how often a feed publishes, from the dates of its newest articles:
// "about 3 a day". It is empty where there are too few to tell.
func pace(items []*feeds.Item) string {
	var dates []time.Time
	for _, it := range items {
		if !it.Published.IsZero() {
			dates = append(dates, it.Published)
		}
	}
	if len(dates) < paceItems {
		return ""
	}
	newest, oldest := dates[0], dates[0]
	for _, d := range dates {
		if d.After(newest) {
			newest = d
		}
		if d.Before(oldest) {
			oldest = d
		}
	}
	if newest.Sub(oldest) < paceSpan {
		return ""
	}
	return often(float64(len(dates)-1) / (newest.Sub(oldest).Hours() / 24))
}

// often puts a number of articles a day into words, by the shortest span that
// has at least one.
func often(perDay float64) string {
	for _, span := range [...]struct {
		days float64
		name string
	}{{1.0 / 24, "an hour"}, {1, "a day"}, {7, "a week"}, {365.25 / 12, "a month"}} {
		if n := perDay * span.days; n >= 0.95 {
			return fmt.Sprintf("about %.0f %s", math.Max(n, 1), span.name)
		}
	}
	return "a few a year"
}
