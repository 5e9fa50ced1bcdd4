package article

import (
	"fmt"
	"strings"

	"feedmill/feeds"
)

// separators says where a single text of several names is split.
type separators uint8

const (
	unsplit          separators = iota
	atCommas                    // if there are any
	atCommasOrSpaces            // spaces only on a Jekyll site, and if there are no commas
)

// addNames adds the article to the feeds of some kind that v names.
func (r *reader) addNames(k feeds.Kind, v value, at separators) {
	if v.IsList() {
		at = unsplit
	}
	for e := range v.List() {
		names := r.name(e)
		switch {
		case at != unsplit && strings.Contains(names, ","):
			for name := range strings.SplitSeq(names, ",") {
				r.addName(k, e, strings.TrimSpace(name))
			}
		case at == atCommasOrSpaces && r.p.opt.Jekyll:
			for name := range strings.FieldsSeq(names) {
				r.addName(k, e, name)
			}
		default:
			r.addName(k, e, names)
		}
	}
}

// addName adds the article to one feed, if it is not in that already; v names the feed.
func (r *reader) addName(k feeds.Kind, v value, name string) {
	if len(name) > maxName {
		r.warn(v, "a name longer than 1 KiB")
		return
	}
	if k == feeds.Topic && r.p.opt.TopicName != nil {
		name = r.p.opt.TopicName(name)
	}
	key := feeds.Key{Kind: k, Slug: feeds.Fold(name)}
	if key.Slug == "" || r.members[key] {
		return
	}
	if r.inFeeds[k]++; r.inFeeds[k] > maxFeeds {
		if r.inFeeds[k] == maxFeeds+1 {
			r.note(v, fmt.Sprintf("more than %d feeds of one kind: %q and those after it are left out", maxFeeds, short(name)))
		}
		return
	}
	r.members[key] = true
	if r.a.Member == nil {
		r.a.Member = make([]feeds.Tag, 0, 4)
	}
	r.a.Member = append(r.a.Member, feeds.Tag{Kind: k, Name: name})
}

// name is the text of a value, or of its key name or title.
func (r *reader) name(v value) string {
	if v.IsMap() {
		n := v.In("name", "title")
		if !n.Exists() {
			r.warn(v, "must be a name")
		}
		return r.line(n)
	}
	return r.line(v)
}
