package atom

import (
	"encoding/xml"

	gfeeds "github.com/gorilla/feeds"

	"feedmill/feeds/internal/atomext"
	"feedmill/feeds/internal/chardata"
	"feedmill/feeds/internal/mediarss"
)

// Sections are those of RFC 4287 unless another RFC is named. A field here replaces
// the field of an embedded gorilla struct that has the same element.

// feed is atom:feed (§4.1.1). The embedded struct has xmlns, id (§4.2.6), updated
// (§4.2.15), icon (§4.2.5) and logo (§4.2.8).
type feed struct {
	XMLName xml.Name `xml:"feed"`
	*gfeeds.AtomFeed
	Media     string         `xml:"xmlns:media,attr"`        // Media RSS 1.5.1
	Tombstone string         `xml:"xmlns:at,attr,omitempty"` // RFC 6721; empty without tombstones
	Language  string         `xml:"xml:lang,attr,omitempty"` // §2
	Title     text           `xml:"title"`                   // §4.2.14
	Subtitle  *text          `xml:"subtitle"`                // §4.2.12
	Links     []atomext.Link `xml:"link"`                    // §4.2.7
	Author    *person        `xml:"author"`                  // §4.2.1
	Category  *category      `xml:"category"`                // §4.2.2
	Rights    *text          `xml:"rights"`                  // §4.2.10
	Generator chardata.Text  `xml:"generator"`               // §4.2.4
	atomext.History
	Deleted []deleted `xml:"at:deleted-entry"` // RFC 6721 §3

	// Entries come after all metadata, because some readers ignore metadata after
	// an entry. They are encoded one by one; this field is empty and hides the
	// embedded one.
	Entries []entry `xml:"entry"`
}

const tombstones = "http://purl.org/atompub/tombstones/1.0"

// deleted is at:deleted-entry (RFC 6721 §3).
type deleted struct {
	Ref  string `xml:"ref,attr"`  // the entry's id
	When string `xml:"when,attr"` // when the entry was removed
}

// entry is atom:entry (§4.1.2). The embedded struct has id (§4.2.6), updated
// (§4.2.15) and published (§4.2.9).
type entry struct {
	XMLName  xml.Name `xml:"entry"`
	Language string   `xml:"xml:lang,attr,omitempty"` // §2
	Title    text     `xml:"title"`                   // §4.2.14
	*gfeeds.AtomEntry
	Links      []atomext.Link `xml:"link"`     // §4.2.7
	Authors    []person       `xml:"author"`   // §4.2.1
	Categories []category     `xml:"category"` // §4.2.2
	Summary    *text          `xml:"summary"`  // §4.2.13
	Content    *text          `xml:"content"`  // §4.1.3
	Source     *source        `xml:"source"`   // §4.2.11
	mediarss.Elements
}

// text is a text construct (§3.1), or content that is text or escaped HTML
// (§4.1.3.3).
type text = chardata.Typed

// person is a person construct (§3.2).
type person struct {
	Name  chardata.Text `xml:"name"`            // §3.2.1
	URI   string        `xml:"uri,omitempty"`   // §3.2.2
	Email string        `xml:"email,omitempty"` // §3.2.3
}

// category is atom:category (§4.2.2).
type category struct {
	Term   string `xml:"term,attr"`   // §4.2.2.1
	Scheme string `xml:"scheme,attr"` // §4.2.2.2
	Label  string `xml:"label,attr"`  // §4.2.2.3
}

// source is atom:source (§4.2.11): metadata of the feed that an entry was copied from.
type source struct {
	ID      string         `xml:"id"`             // §4.2.6
	Title   text           `xml:"title"`          // §4.2.14
	Updated string         `xml:"updated"`        // §4.2.15
	Links   []atomext.Link `xml:"link"`           // §4.2.7
	Icon    string         `xml:"icon,omitempty"` // §4.2.5
}
