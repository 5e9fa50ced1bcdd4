package jsonfeed

import gfeeds "github.com/gorilla/feeds"

// Sections in quotes are those of JSON Feed 1.1. A field here replaces the field of an
// embedded gorilla struct that has the same name in JSON.

// feed is "Top-level". The embedded struct has version, title, language,
// home_page_url, feed_url, description, icon and favicon.
type feed struct {
	*gfeeds.JSONFeed
	NextURL string   `json:"next_url,omitempty"` // the archive with older items
	Authors []author `json:"authors,omitempty"`
	Items   []item   `json:"items"` // required, also when empty; encoded one by one
}

// item is "Items". The embedded struct has id, url, external_url, title,
// content_html, summary and image.
type item struct {
	*gfeeds.JSONItem
	ContentText   *string      `json:"content_text,omitempty"` // required where content_html is missing
	DatePublished string       `json:"date_published,omitempty"`
	DateModified  string       `json:"date_modified,omitempty"`
	Authors       []author     `json:"authors,omitempty"`
	Tags          []string     `json:"tags,omitempty"`
	Language      string       `json:"language,omitempty"`
	Attachments   []attachment `json:"attachments,omitempty"`
	Extension     *extension   `json:"_feedmill,omitempty"`
}

// author is an element of "authors" in "Top-level". One member is required.
type author struct {
	Name   string `json:"name,omitempty"`
	URL    string `json:"url,omitempty"`
	Avatar string `json:"avatar,omitempty"`
}

// attachment is "Attachments". URL and MIMEType are required.
type attachment struct {
	URL      string  `json:"url"`
	MIMEType string  `json:"mime_type"`
	Size     int64   `json:"size_in_bytes,omitempty"`
	Duration float64 `json:"duration_in_seconds,omitempty"`
}

// extension is "Extensions": an object that JSON Feed does not define.
type extension struct {
	About    string    `json:"about"` // the page that explains the other members
	Provider *provider `json:"provider,omitempty"`
	Related  []related `json:"related,omitempty"`
}

// provider is the publisher that the item was taken from.
type provider struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
	Icon string `json:"icon,omitempty"`
}

// related is an article that the item points to.
type related struct {
	URL       string `json:"url"`
	Title     string `json:"title,omitempty"`
	Summary   string `json:"summary,omitempty"`
	Published string `json:"date_published,omitempty"`
	Provider  string `json:"provider,omitempty"`
}
