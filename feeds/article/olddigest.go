package article

import (
	"crypto/sha256"
	"encoding/json"
	"time"

	"feedmill/feeds"
)

// OldDigests makes Digest and Content as they were made for ledgers of format 2 and
// before: of JSON. The article must come from Parse, not from [BodyStore.Unload].
func (p *Parser) OldDigests(a *Article) (visible, content feeds.Digest) {
	loaded := a.loaded()
	it := p.oldItem(loaded)
	it.Published, it.Updated = a.Published, later(a.Stated(), a.Published)
	if !a.Explicit {
		it.ID = ""
	}
	text := loaded.body.AppendCanonical(nil)
	digest := func(values ...any) (d feeds.Digest) {
		h := sha256.New()
		json.NewEncoder(h).Encode(values) // plain data: cannot fail
		h.Write(text)
		copy(d[:], h.Sum(nil))
		return d
	}
	member, markup, featured := a.Member.List(), string(loaded.body.Markup), loaded.body.Featured
	visible = digest(it, member, a.Published, a.NotBefore(), a.Expires(), a.Hidden, markup, featured)

	it.ID, it.URL, it.Video = "", "", nil
	if loaded.named.title {
		it.Title = ""
	}
	published := a.Published
	if loaded.named.date {
		published, it.Published, it.Updated = time.Time{}, time.Time{}, a.Stated()
	}
	return visible, digest(it, member, published, markup, featured)
}

// oldItem has the fields that feeds.Item had then, in their order. Nothing is to be
// added here.
type oldItem struct {
	ID, URL, OriginalURL string
	AMP                  []feeds.Link
	Title, Summary, HTML string
	Published, Updated   time.Time
	Authors              []feeds.Person
	Language             string
	Tags                 []feeds.Tag
	Images               []feeds.Image
	Video                *feeds.Video
	Enclosures           []feeds.Enclosure
	Source               *feeds.Source
	Related              []feeds.Related
}

// oldItem makes one of it, with addresses that do not say where the site is
// published: those of its packed form.
func (p *Parser) oldItem(loaded *payload) *oldItem {
	it := &loaded.item
	read, _ := p.unpack(loaded.append(nil, p.site.Own)) // it is well-formed: it has just been packed
	own := &read.item
	o := &oldItem{
		ID: it.ID, URL: own.URL, OriginalURL: own.OriginalURL, AMP: own.AMP, Title: it.Title, Summary: it.Summary, Authors: own.Authors,
		Language: it.Language, Tags: it.Tags, Images: own.Images, Video: own.Video, Enclosures: own.Enclosures, Source: own.Source, Related: own.Related,
	}
	if it.Related != nil && own.Related == nil { // all were dropped, which JSON does not write like none
		o.Related = it.Related
	}
	return o
}
