package jsonfeed

import gfeeds "github.com/gorilla/feeds"

// The sections quoted are those of JSON Feed 1.1. Fields here take the place of
// those of the same name in the embedded gorilla structs.

// feed is "Top-level". The embedded struct holds version, title, language,
// home_page_url, feed_url, description, icon, favicon.
type feed struct {
	*gfeeds.JSONFeed
	NextURL string   `json:"next_url,omitempty"` // older items
	Authors []author `json:"authors,omitempty"`
	Items   []item   `json:"items"` // present even when empty; encoded apart
}

// item is "Items". The embedded struct holds id, url, external_url, title,
// content_html, summary, image.
type item struct {
	*gfeeds.JSONItem
	ContentText   *string      `json:"content_text,omitempty"` // present where content_html is not
	DatePublished string       `json:"date_published,omitempty"`
	DateModified  string       `json:"date_modified,omitempty"`
	Authors       []author     `json:"authors,omitempty"`
	Tags          []string     `json:"tags,omitempty"`
	Language      string       `json:"language,omitempty"`
	Attachments   []attachment `json:"attachments,omitempty"`
	Extension     *extension   `json:"_feedmill,omitempty"`
}

// author is "Authors"; at least one member is present.
type author struct {
	Name   string `json:"name,omitempty"`
	URL    string `json:"url,omitempty"`
	Avatar string `json:"avatar,omitempty"`
}

// attachment is "Attachments".
type attachment struct {
	URL      string  `json:"url"`
	MIMEType string  `json:"mime_type"`
	Size     int64   `json:"size_in_bytes,omitempty"`
	Duration float64 `json:"duration_in_seconds,omitempty"`
}

// extension is "Extensions": what JSON Feed has no member for.
type extension struct {
	About    string    `json:"about"` // the page that explains the rest
	Provider *provider `json:"provider,omitempty"`
	Related  []related `json:"related,omitempty"`
}

type provider struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
	Icon string `json:"icon,omitempty"`
}

type related struct {
	URL       string `json:"url"`
	Title     string `json:"title,omitempty"`
	Summary   string `json:"summary,omitempty"`
	Published string `json:"date_published,omitempty"`
	Provider  string `json:"provider,omitempty"`
}
