// Package mediarss writes an item's pictures and moving pictures as Media RSS
// 1.5.1, in the same way for RSS and Atom.
package mediarss

import (
	"feedmill/feeds"
	"feedmill/feeds/internal/chardata"
	"feedmill/feeds/internal/uri"
)

// Namespace is what the prefix "media" must be bound to.
const Namespace = "http://search.yahoo.com/mrss/"

// Elements are the Media RSS children of an item, to be embedded in it.
type Elements struct {
	Thumbnail *picture  `xml:"media:thumbnail"`
	Contents  []content `xml:"media:content"`
}

// picture is media:thumbnail. Width and height are left out where unknown.
type picture struct {
	URL    string `xml:"url,attr"`
	Width  int    `xml:"width,attr,omitempty"`
	Height int    `xml:"height,attr,omitempty"`
}

// content is media:content. One without a url must have a player.
type content struct {
	URL      string  `xml:"url,attr,omitempty"`
	FileSize int64   `xml:"fileSize,attr,omitempty"` // bytes
	Type     string  `xml:"type,attr,omitempty"`
	Medium   string  `xml:"medium,attr,omitempty"`
	Duration float64 `xml:"duration,attr,omitempty"` // seconds
	Width    int     `xml:"width,attr,omitempty"`
	Height   int     `xml:"height,attr,omitempty"`

	Title     *title         `xml:"media:title"`
	Thumbnail *picture       `xml:"media:thumbnail"`
	Credit    *chardata.Text `xml:"media:credit"`
	Player    *player        `xml:"media:player"`
}

type title struct {
	Type string `xml:"type,attr"`
	chardata.Text
}

type player struct {
	URL string `xml:"url,attr"`
}

// Of describes an item's images, the first also as its thumbnail, and its video.
func Of(it *feeds.Item) Elements {
	var e Elements
	for _, m := range it.Images {
		if e.Thumbnail == nil {
			e.Thumbnail = thumbnail(m)
		}
		e.Contents = append(e.Contents, content{
			URL: uri.Escape(m.URL), Medium: "image", Width: positive(m.Width), Height: positive(m.Height),
			Title: plain(m.Title), Credit: chardata.Optional(m.Credit),
		})
	}
	if it.Video != nil {
		e.Contents = append(e.Contents, video(it, e.Thumbnail))
	}
	return e
}

func video(it *feeds.Item, thumbnail *picture) content {
	address := it.Video.PlayerURL
	if address == "" {
		address = it.Video.PageURL
	}
	return content{
		Medium: "video", Title: plain(it.Title), Thumbnail: thumbnail,
		Player: &player{uri.Escape(address)},
	}
}

func thumbnail(m feeds.Image) *picture {
	return &picture{uri.Escape(m.URL), positive(m.Width), positive(m.Height)}
}

func plain(s string) *title {
	if t := chardata.New(s); t.XML != "" {
		return &title{"plain", t}
	}
	return nil
}

func positive(n int) int { return max(n, 0) }

// Group holds the renditions of one item, as the specification's media:group.
type Group struct {
	Contents []content `xml:"media:content"`
}

// GroupOf lists an item's files where there are several, for RSS, which has
// room for one enclosure only; otherwise it is nil.
func GroupOf(it *feeds.Item) *Group {
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
