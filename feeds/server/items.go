package server

import (
	"cmp"
	"strings"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/document"
)

// group is the feeds of one kind.
type group struct {
	v     *view
	Kind  feeds.Kind
	Shown []*document.Listing
	Total int
}

// Title heads a list of the group: "Topics".
func (g group) Title() string { return g.Kind.Heading() }

// Path is the page that lists the whole group.
func (g group) Path() string { return g.v.link("/" + g.Kind.Plural() + "/") }

// Link is where the page of one of the feeds is.
func (g group) Link(l *document.Listing) string { return g.v.link(l.Key.Path()) }

// item is an article as pages show it.
type item struct {
	*feeds.Item
	Link   string // where to read it, empty where nowhere
	Image  *feeds.Image
	Byline []string // publisher, then authors
	Date   time.Time
	Topics []label
	Mark   string // tells it from other articles within a page
	Lang   string // its language, or the site's where that is not the page's
}

// markOf is short, and equal for equal ids.
func markOf(it *feeds.Item) string { return document.TagOf([]byte(it.ID))[:8] }

// label is a feed's name with the address of its page, which is empty where it has
// none.
type label struct{ Name, Link string }

const (
	topicsShown  = 5
	summaryRunes = 280
)

// items are articles as the page of one feed shows them.
func (v *view) items(all []*feeds.Item, on feeds.Key) []item {
	out := make([]item, len(all))
	for i, it := range all {
		out[i] = v.item(it, on)
	}
	return out
}

// item is it as the page of one feed shows it: without the label of that feed.
func (v *view) item(it *feeds.Item, on feeds.Key) item {
	out := item{Item: it, Link: web(it.URL), Byline: byline(it), Date: it.Published, Mark: markOf(it), Lang: cmp.Or(it.Language, v.spoken())}
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
		l := v.named(t)
		switch {
		case l == nil:
			out.Topics = append(out.Topics, label{Name: t.Name})
		case l.Key != on:
			out.Topics = append(out.Topics, label{l.Name, v.link(l.Key.Path())})
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
