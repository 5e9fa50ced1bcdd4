package article

import (
	"time"

	"feedmill/feeds"
	"feedmill/feeds/internal/packed"
)

// digests returns two: visible covers everything that readers can see of the
// article, content only what the file holds, whatever it is called and wherever it
// lies. Neither depends on an id made of the path, on the order of keys, on the
// address the site is published at, or on white space without meaning. They are made
// of the packed form of the article: one more field of that is one more here.
func (d *draft) digests() (visible, content feeds.Digest) {
	text, packing := borrow(), borrow()
	defer text.giveBack()
	defer packing.giveBack()
	text.bytes = d.body.AppendCanonical(text.bytes)
	p := payload{item: d.base, body: d.body}
	p.item.URL, p.item.Video, p.body.Text = "", nil, text.bytes
	title, published, updated := d.base.Title, d.Published, d.base.Updated
	if d.named.title {
		title = ""
	}
	if d.named.date {
		published, updated = time.Time{}, d.Stated
	}
	b := packed.AppendString(p.append(packing.bytes, d.site.Own), title)
	b = packed.AppendTime(packed.AppendTime(b, published), updated)
	b = appendList(b, d.Member, appendTag)
	content = feeds.DigestOf(b)

	b = append(b[:0], content[:]...)
	if d.Explicit {
		b = packed.AppendString(b, d.base.ID)
	}
	b = appendStrings(append(b, 0), d.site.Own(d.base.URL), d.base.Title, d.Hidden)
	b = appendList(b, one(d.base.Video), func(b []byte, v feeds.Video) []byte { return appendVideo(b, v, d.site.Own) })
	for _, t := range [...]time.Time{d.Published, d.base.Updated, d.NotBefore, d.Expires} {
		b = packed.AppendTime(b, t)
	}
	packing.bytes = b
	return feeds.DigestOf(b), content
}
