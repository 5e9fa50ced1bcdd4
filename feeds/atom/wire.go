package atom

import (
	"encoding/xml"

	gfeeds "github.com/gorilla/feeds"

	"feedmill/feeds/internal/atomlink"
	"feedmill/feeds/internal/chardata"
	"feedmill/feeds/internal/history"
	"feedmill/feeds/internal/mediarss"
)

// The sections quoted are those of RFC 4287. Fields here take the place of those
// of the same name in the embedded gorilla structs.

// feed is atom:feed (§4.1.1). The embedded struct holds xmlns, id, updated, icon
// and logo (§4.2.5, §4.2.6, §4.2.8, §4.2.15).
type feed struct {
	XMLName xml.Name `xml:"feed"`
	*gfeeds.AtomFeed
	Media     string          `xml:"xmlns:media,attr"`
	Tombstone string          `xml:"xmlns:at,attr,omitempty"`
	Language  string          `xml:"xml:lang,attr,omitempty"` // §2
	Title     text            `xml:"title"`                   // §4.2.14
	Subtitle  *text           `xml:"subtitle"`                // §4.2.12
	Links     []atomlink.Link `xml:"link"`                    // §4.2.7
	Author    *person         `xml:"author"`                  // §4.2.1
	Category  *category       `xml:"category"`                // §4.2.2
	Rights    *text           `xml:"rights"`                  // §4.2.10
	Generator chardata.Text   `xml:"generator"`               // §4.2.4
	history.History
	Deleted []deleted `xml:"at:deleted-entry"` // RFC 6721 §3

	// Entries stand after all metadata, for readers that stop there. They are
	// encoded apart; the field keeps the embedded struct's out.
	Entries []entry `xml:"entry"`
}

const tombstones = "http://purl.org/atompub/tombstones/1.0"

// deleted is at:deleted-entry (RFC 6721 §3).
type deleted struct {
	Ref  string `xml:"ref,attr"`  // §3.1
	When string `xml:"when,attr"` // §3.2
}

// entry is atom:entry (§4.1.2). The embedded struct holds id, updated and
// published (§4.2.6, §4.2.15, §4.2.9).
type entry struct {
	XMLName  xml.Name `xml:"entry"`
	Language string   `xml:"xml:lang,attr,omitempty"` // §2
	Title    text     `xml:"title"`                   // §4.2.14
	*gfeeds.AtomEntry
	Links      []atomlink.Link `xml:"link"`     // §4.2.7
	Authors    []person        `xml:"author"`   // §4.2.1
	Categories []category      `xml:"category"` // §4.2.2
	Summary    *text           `xml:"summary"`  // §4.2.13
	Content    *text           `xml:"content"`  // §4.1.3
	Source     *source         `xml:"source"`   // §4.2.11
	mediarss.Elements
}

// text is a text construct (§3.1), and content that is text or escaped HTML
// (§4.1.3.3).
type text struct {
	Type string `xml:"type,attr"`
	chardata.Text
}

// person is a person construct (§3.2).
type person struct {
	Name  chardata.Text `xml:"name"`            // §3.2.1
	URI   string        `xml:"uri,omitempty"`   // §3.2.2
	Email string        `xml:"email,omitempty"` // §3.2.3
}

// category is §4.2.2.
type category struct {
	Term   string `xml:"term,attr"`   // §4.2.2.1
	Scheme string `xml:"scheme,attr"` // §4.2.2.2
	Label  string `xml:"label,attr"`  // §4.2.2.3
}

// source is §4.2.11: the metadata of the feed an entry was copied from.
type source struct {
	ID      string          `xml:"id"`
	Title   text            `xml:"title"`
	Updated string          `xml:"updated"`
	Links   []atomlink.Link `xml:"link"`
	Icon    string          `xml:"icon,omitempty"`
}
