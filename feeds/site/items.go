package site

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/document"
)

// group is feeds of one kind, as pages list them.
type group struct {
	s     *Site
	Kind  feeds.Kind
	Shown []*document.Listing
	Total int
}

// Title heads a list of the group: "Topics".
func (g group) Title() string { return g.Kind.Heading() }

// Path is the page that lists the whole group.
func (g group) Path() string { return g.s.link("/" + g.Kind.Plural() + "/") }

// Link is where the page of one of the feeds is.
func (g group) Link(l *document.Listing) string { return g.s.link(l.Key.Path()) }

// item is an article as pages show it.
type item struct {
	*feeds.Item
	Link   string // of the page to read it on; empty where none is known
	Image  *feeds.Image
	Byline []string // publisher, then authors
	Topics []label
	Mark   string // see the function Mark
	Lang   string // its language, or the site's where that is not the page's
}

// Mark names an article within a page. It is short, and equal for equal ids.
func Mark(it *feeds.Item) string { return document.TagOf([]byte(it.ID))[:8] }

// label is a feed's name with the address of its page, which is empty where it has
// none.
type label struct{ Name, Link string }

const (
	topicsShown  = 5
	summaryRunes = 280
)

// items are articles as the page of the feed on shows them.
func (s *Site) items(all []*feeds.Item, on feeds.Key) []item {
	out := make([]item, len(all))
	for i, it := range all {
		out[i] = s.item(it, on)
	}
	return out
}

// item is an article as the page of the feed on shows it: without a label for that
// feed.
func (s *Site) item(it *feeds.Item, on feeds.Key) item {
	out := item{Item: it, Link: web(it.URL), Byline: byline(it), Mark: Mark(it), Lang: cmp.Or(it.Language, s.spoken())}
	for i := range it.Images {
		if web(it.Images[i].URL) != "" {
			out.Image = &it.Images[i]
			break
		}
	}
	for _, t := range it.Tags {
		if t.Kind != feeds.Topic || len(out.Topics) == topicsShown {
			continue
		}
		l := s.feedOfTag(t)
		switch {
		case l == nil:
			out.Topics = append(out.Topics, label{Name: t.Name})
		case l.Key != on:
			out.Topics = append(out.Topics, label{l.Name, s.link(l.Key.Path())})
		}
	}
	return out
}

// byline names the publisher and those authors who are not the publisher again.
func byline(it *feeds.Item) []string {
	var names []string
	if it.Source != nil && it.Source.Name != "" {
		names = append(names, it.Source.Name)
	}
	for _, a := range it.Authors {
		if a.Name != "" && (len(names) == 0 || a.Name != names[0]) {
			names = append(names, a.Name)
		}
	}
	return names
}

// Excerpt is the summary, cut between words where it is long.
func (it item) Excerpt() string {
	s := []rune(it.Summary)
	if len(s) <= summaryRunes {
		return it.Summary
	}
	cut := string(s[:summaryRunes])
	if i := strings.LastIndexByte(cut, ' '); i > 0 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,;:.-–—") + "…"
}

// A pace is stated of feeds with at least so many dated articles over at least such
// a time: articles that were imported together say nothing of it.
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
	span := slices.MaxFunc(dates, time.Time.Compare).Sub(slices.MinFunc(dates, time.Time.Compare))
	if span < paceSpan {
		return ""
	}
	return often(float64(len(dates)-1) / (span.Hours() / 24))
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

const eventsFile = "events"

// news is the stream of the items that come to a feed from now on.
func (s *Site) news(a address) Found {
	if !s.opt.Live || s.snap.Listing(a.key) == nil {
		return nil
	}
	return News{Feed: a.key, After: a.values().Get("after")}
}

// Item is an article as the page of a feed shows it, in HTML.
func (s *Site) Item(it *feeds.Item, on feeds.Key) ([]byte, error) {
	return execute("item", s.item(it, on))
}
