package article

import (
	"slices"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/article/internal/address"
	"feedmill/feeds/article/internal/body"
)

// draft is an article while its file is read.
type draft struct {
	Article                    // but for its Member, which is what follows
	Member                     []feeds.Tag
	Stated, NotBefore, Expires time.Time
	base                       feeds.Item // all but HTML and a Summary taken from the body
	body                       body.Body  // of which the item's content is made
	site                       address.Site
	named                      struct{ title, date bool } // taken from the file's name
}

// card is the article that has been read.
func (d *draft) card(notes []*feeds.Problem) *Article {
	d.Digest, d.Content = d.digests()
	it := &d.base
	if it.Updated.IsZero() {
		it.Updated = undated(it.ID)
	}
	a := d.Article // a copy, lest the card keep the draft in memory
	a.id, a.title, a.linked = it.ID, it.Title, it.URL != ""
	a.stated, a.notBefore, a.updated, a.firstSeen = d.Stated.Unix(), d.NotBefore.Unix(), it.Updated.Unix(), time.Time{}.Unix()
	a.room = uint32(len(d.body.Text) * 5 / 4)
	a.Member = TagsOf(d.Member...)
	a.extra = &extra{expires: d.Expires, fresh: &payload{item: *it, body: d.body}}
	if len(notes) > 0 {
		a.extra.notes = notes
	}
	return &a
}

// tags are those of an article's feeds that its item names, in the same memory.
func tags(member []feeds.Tag) []feeds.Tag {
	return slices.DeleteFunc(member, func(t feeds.Tag) bool { return t.Kind != feeds.Topic && t.Kind != feeds.Category })
}
