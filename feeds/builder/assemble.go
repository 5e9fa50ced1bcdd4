package builder

import (
	"errors"
	"html"
	"strings"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/article"
	"feedmill/feeds/document"
)

// assemble renders articles and fits them into the byte limit: the oldest are
// left out, or, where all are wanted, reduced to their summaries.
func (opt *Options) assemble(p document.Part, m meta, articles []*article.Article, limits feeds.Limits, all bool) *feeds.Feed {
	site := &opt.Site
	f := &feeds.Feed{Site: site, Key: m.key, ID: m.id, Title: m.title, Name: m.name, Description: m.description, Items: make([]*feeds.Item, 0, len(articles))}
	room := limits.MaxBytes - feedRoom - 4*size(m.title, m.description)
	for _, a := range articles {
		if err := opt.items.making.Err(); err != nil {
			f.Missing = err
			return f
		}
		it, n, err := opt.items.of(p, a, whole)
		if err == nil && limits.MaxBytes > 0 {
			n += len(it.Tags) * len(site.BaseURL)
			if n > room && (all || n > limits.MaxBytes/2) { // one giant must not push out all others
				it, n, err = opt.items.of(p, a, brief)
			}
		}
		if err != nil {
			f.Missing = errors.Join(f.Missing, err)
			continue
		}
		if limits.MaxBytes > 0 {
			if n > room && !all {
				break
			}
			room -= n
		}
		f.Items = append(f.Items, it)
	}
	for _, it := range f.Items {
		if t := it.Changed(); t.After(f.Updated) {
			f.Updated = t
		}
	}
	f.TTL = cadence(f.Items)
	return f
}

// Bounds of a feed's TTL, and what it is while too little is known.
const (
	minTTL     = 5 * time.Minute
	maxTTL     = 2 * time.Hour
	unknownTTL = time.Hour
)

// cadence is a quarter of the mean time between the newest items, in whole
// minutes: how long a copy of the feed may be kept. It depends on the items
// alone, so that equal articles give equal documents.
func cadence(items []*feeds.Item) time.Duration {
	const most = 10
	var dates []time.Time
	for _, it := range items {
		if !it.Published.IsZero() && len(dates) < most {
			dates = append(dates, it.Published)
		}
	}
	if len(dates) < 2 {
		return unknownTTL
	}
	gap := dates[0].Sub(dates[len(dates)-1]) / time.Duration(len(dates)-1)
	return min(max(gap/4, minTTL), maxTTL).Truncate(time.Minute)
}

// What a document and an item take at most besides their texts, in bytes.
const (
	feedRoom    = 4 << 10
	itemRoom    = 512
	elementRoom = 192
)

// weight is an upper bound for the bytes that an item takes in any format. It
// does not depend on the format, because all three must hold the same items.
func weight(it *feeds.Item) int {
	n := itemRoom + contentSize(it.HTML) + size(it.Title) + size(it.Summary) + size(it.ID, it.URL, it.OriginalURL)
	if it.Summary == "" {
		n += size(it.HTML) // which then is RSS's description, escaped
	}
	if len(it.AMP) > 0 {
		n += elementRoom + size(it.URL) // stands again behind them in Atom
	}
	for _, l := range it.AMP {
		n += elementRoom + size(l.URL, l.Title)
	}
	for _, p := range it.Authors {
		n += elementRoom + size(p.Name, p.URL, p.Avatar, p.Email)
	}
	for _, t := range it.Tags {
		n += elementRoom + 2*size(t.Name)
	}
	for _, i := range it.Images {
		n += elementRoom + 2*size(i.URL) + size(i.Title, i.Credit)
	}
	for _, e := range it.Enclosures {
		n += elementRoom + 2*size(e.URL, e.Type)
	}
	for _, r := range it.Related {
		n += elementRoom + size(r.URL, r.Title, r.Summary, r.Provider)
	}
	if s := it.Source; s != nil {
		n += 2*elementRoom + 2*size(s.Name, s.URL, s.Icon)
	}
	if v := it.Video; v != nil {
		n += 2*elementRoom + size(v.PlayerURL, v.PageURL, it.Title)
		if len(it.Images) > 0 {
			n += size(it.Images[0].URL) // its thumbnail
		}
	}
	return n
}

// size is the length of texts in a document. A special character takes at most
// 11 bytes: as HTML within XML, in RSS's description.
func size(texts ...string) int {
	n := 0
	for _, s := range texts {
		n += len(s)
		for i := range len(s) {
			switch c := s[i]; {
			case c == '<', c == '>', c == '&', c == '"', c == '\'', c == '\\', c < ' ':
				n += 10
			}
		}
	}
	return n
}

// contentSize is the length of HTML in a document: XML holds it as it is but
// for the ends of CDATA sections, JSON escapes quotes, line ends and a few more.
func contentSize(s string) int {
	n := len(s) + 12*strings.Count(s, "]]>") + 3*strings.Count(s, "\u2028") + 3*strings.Count(s, "\u2029")
	for i := range len(s) {
		switch s[i] {
		case '"', '\\', '\n', '\t', '\r':
			n++
		}
	}
	return n
}

// shortened is an item without its content, with a way to it.
func shortened(it *feeds.Item) *feeds.Item {
	const most = 2000
	short := *it
	if len(short.Summary) > most {
		short.Summary = strings.ToValidUTF8(short.Summary[:most], "") + "…" // not within a character
	}
	short.HTML = "<p>" + html.EscapeString(short.Summary) + "</p>\n"
	if it.URL != "" {
		short.HTML += `<p><a href="` + html.EscapeString(it.URL) + "\">Read the whole article</a></p>\n"
	}
	return &short
}
