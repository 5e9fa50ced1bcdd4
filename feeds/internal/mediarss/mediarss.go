// Package mediarss makes the Media RSS 1.5.1 elements of an item: its images, its
// video and, in RSS, its files. They are the same in RSS and Atom.
package mediarss

import (
	"cmp"

	"feedmill/feeds"
	"feedmill/feeds/internal/chardata"
	"feedmill/feeds/internal/uri"
)

// Namespace is what the prefix "media" must be bound to.
const Namespace = "http://search.yahoo.com/mrss/"

// Elements are the Media RSS children of an item, to be embedded in its struct.
type Elements struct {
	Thumbnail *picture  `xml:"media:thumbnail"`
	Contents  []content `xml:"media:content"`
}

// picture is media:thumbnail. Width and height are zero where unknown.
type picture struct {
	URL    string `xml:"url,attr"`
	Width  int    `xml:"width,attr,omitempty"`
	Height int    `xml:"height,attr,omitempty"`
}

// content is media:content. It has a url or a media:player.
type content struct {
	URL      string  `xml:"url,attr,omitempty"`
	FileSize int64   `xml:"fileSize,attr,omitempty"` // bytes
	Type     string  `xml:"type,attr,omitempty"`
	Medium   string  `xml:"medium,attr,omitempty"`
	Duration float64 `xml:"duration,attr,omitempty"` // seconds
	Width    int     `xml:"width,attr,omitempty"`
	Height   int     `xml:"height,attr,omitempty"`

	Title     *chardata.Typed `xml:"media:title"`
	Thumbnail *picture        `xml:"media:thumbnail"`
	Credit    *chardata.Text  `xml:"media:credit"`
	Player    *player         `xml:"media:player"`
}

// player is media:player.
type player struct {
	URL string `xml:"url,attr"`
}

// NewElements returns the elements for an item's images, of which the first is the
// thumbnail too, and for its video.
func NewElements(it *feeds.Item) Elements {
	var e Elements
	for _, m := range it.Images {
		c := content{
			URL: uri.Escape(m.URL), Medium: "image", Width: max(m.Width, 0), Height: max(m.Height, 0),
			Title: plain(m.Title), Credit: chardata.Optional(m.Credit),
		}
		if e.Thumbnail == nil {
			e.Thumbnail = &picture{c.URL, c.Width, c.Height}
		}
		e.Contents = append(e.Contents, c)
	}
	if it.Video != nil {
		e.Contents = append(e.Contents, content{
			Medium: "video", Title: plain(it.Title), Thumbnail: e.Thumbnail,
			Player: &player{uri.Escape(cmp.Or(it.Video.PlayerURL, it.Video.PageURL))},
		})
	}
	return e
}

func plain(s string) *chardata.Typed { return chardata.OptionalTyped("plain", s) }

// Group is media:group: the files of one item.
type Group struct {
	Contents []content `xml:"media:content"`
}

// NewGroup returns the group of an item with several files, for RSS, in which an item
// has only one enclosure. For other items it returns nil.
func NewGroup(it *feeds.Item) *Group {
	if len(it.Enclosures) < 2 {
		return nil
	}
	g := new(Group)
	for _, e := range it.Enclosures {
		g.Contents = append(g.Contents, content{
			URL: uri.Escape(e.URL), FileSize: max(e.Length, 0), Type: feeds.XMLText(e.Type), Duration: max(e.Duration.Seconds(), 0),
		})
	}
	return g
}
