package body

import (
	"strings"

	"feedmill/feeds"
)

// excerptSize is how much of the text an excerpt can be taken from, in bytes.
const excerptSize = 2000

// write adds text that an excerpt can be taken from: what stands outside of
// headings and before the excerpt marker.
func (w *walker) write(s string) {
	if room := excerptSize - w.text.Len(); !w.more && !w.heading && room > 0 {
		w.text.WriteString(s[:min(len(s), room)])
	}
}

// excerptLength is the most that an excerpt without a marker has, in bytes.
const excerptLength = 320

// excerpt returns the text before the marker <!--more-->, else the beginning of
// its first paragraph.
func (c *content) excerpt() string { return excerpt(c.lead, c.more) }

// excerpt makes an excerpt of the beginning of a text, of which a line is a paragraph;
// all of it if that is all that stands before the marker.
func excerpt(text string, whole bool) string {
	text = text[:min(len(text), excerptSize)]
	text = feeds.XMLText(strings.ToValidUTF8(strings.TrimSpace(text), ""))
	if !whole {
		text, _, _ = strings.Cut(text, "\n")
	}
	text = strings.Join(strings.Fields(text), " ")
	if len(text) <= excerptLength || whole {
		return text
	}
	cut := strings.LastIndexByte(text[:excerptLength], ' ')
	if cut < 0 { // a script without spaces
		return strings.ToValidUTF8(text[:excerptLength], "") + "…"
	}
	return text[:cut] + "…"
}
