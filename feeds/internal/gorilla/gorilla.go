// Package gorilla has what the format packages share in making documents of the
// structs of gorilla/feeds, and of their own around them.
package gorilla

import (
	gfeeds "github.com/gorilla/feeds"

	"feedmill/feeds"
	"feedmill/feeds/internal/uri"
)

// NewFeed returns f as gorilla's type, without its items. Strings have no
// characters that XML forbids, and URLs are escaped.
func NewFeed(f *feeds.Feed) *gfeeds.Feed {
	return &gfeeds.Feed{
		Title:       feeds.XMLText(f.Title),
		Link:        &gfeeds.Link{Href: uri.Escape(f.HomeURL())},
		Description: feeds.XMLText(f.Description),
		Updated:     f.Updated.UTC(),
		Id:          uri.Escape(f.ID),
		Copyright:   feeds.XMLText(f.Site.Copyright),
	}
}

// NewItem returns a feed of gorilla's type that has nothing but it: gorilla
// converts items only as part of a feed. Description is the summary as plain text.
// Authors, images, tags and further links are left to the formats, because
// gorilla's item has no place for them.
func NewItem(it *feeds.Item) *gfeeds.Feed {
	return &gfeeds.Feed{Items: []*gfeeds.Item{{
		Title:       feeds.XMLText(it.Title),
		Link:        &gfeeds.Link{Href: uri.Escape(it.URL)},
		Description: feeds.XMLText(it.Summary),
		Id:          uri.Escape(it.ID),
		IsPermaLink: "false",
		Created:     it.Published.UTC(),
		Updated:     it.Updated.UTC(),
		Content:     feeds.XMLText(it.HTML),
	}}}
}
