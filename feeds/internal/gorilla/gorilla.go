// Package gorilla makes the gorilla/feeds model of a feed, from which the format
// packages take their documents. Whatever the feed holds, the model's strings
// are fit for XML and its URLs for strict readers.
package gorilla

import (
	gfeeds "github.com/gorilla/feeds"

	"feedmill/feeds"
	"feedmill/feeds/internal/uri"
)

// Model is f in gorilla's terms, without its items: each of them is encoded apart,
// for all documents that hold it.
func Model(f *feeds.Feed) *gfeeds.Feed {
	return &gfeeds.Feed{
		Title:       feeds.XMLText(f.Title),
		Link:        &gfeeds.Link{Href: uri.Escape(f.HomeURL())},
		Description: feeds.XMLText(f.Description),
		Updated:     f.Updated.UTC(),
		Id:          uri.Escape(f.ID),
		Copyright:   feeds.XMLText(f.Site.Copyright),
	}
}

// Alone is a feed of nothing but it. Description is the summary as plain text,
// Created is Published. Authors, images, tags and links beyond the first have no
// place in gorilla's item and are left to the formats.
func Alone(it *feeds.Item) *gfeeds.Feed {
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
