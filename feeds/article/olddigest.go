package article

import (
	"crypto/sha256"
	"encoding/json"
	"slices"
	"time"

	"feedmill/feeds"
)

// OldDigests makes Digest and Content as they were made for ledgers of format 2 and
// before: of JSON. The article must come from Parse, not from [BodyStore.Unload].
func (p *Parser) OldDigests(a *Article) (visible, content feeds.Digest) {
	loaded := a.loaded()
	it := p.oldItem(&loaded.item)
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
// published.
func (p *Parser) oldItem(it *feeds.Item) *oldItem {
	o := &oldItem{
		ID: it.ID, URL: it.URL, OriginalURL: it.OriginalURL, AMP: slices.Clone(it.AMP), Title: it.Title, Summary: it.Summary,
		Authors: slices.Clone(it.Authors), Language: it.Language, Tags: it.Tags, Images: slices.Clone(it.Images), Video: copied(it.Video),
		Enclosures: slices.Clone(it.Enclosures), Source: copied(it.Source), Related: slices.Clone(it.Related),
	}
	addresses := []*string{&o.URL, &o.OriginalURL}
	for i := range o.AMP {
		addresses = append(addresses, &o.AMP[i].URL)
	}
	for i := range o.Authors {
		addresses = append(addresses, &o.Authors[i].URL, &o.Authors[i].Avatar)
	}
	for i := range o.Images {
		addresses = append(addresses, &o.Images[i].URL)
	}
	for i := range o.Enclosures {
		addresses = append(addresses, &o.Enclosures[i].URL)
	}
	for i := range o.Related {
		addresses = append(addresses, &o.Related[i].URL)
	}
	if o.Video != nil {
		addresses = append(addresses, &o.Video.PlayerURL, &o.Video.PageURL)
	}
	if o.Source != nil {
		addresses = append(addresses, &o.Source.URL, &o.Source.Icon)
	}
	for _, s := range addresses {
		*s = p.site.Own(*s)
	}
	return o
}

func copied[T any](p *T) *T {
	if p == nil {
		return nil
	}
	c := *p
	return &c
}
