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
func (c *content) excerpt() string {
	text := feeds.XMLText(strings.ToValidUTF8(strings.TrimSpace(c.lead), ""))
	if !c.more {
		text, _, _ = strings.Cut(text, "\n")
	}
	text = strings.Join(strings.Fields(text), " ")
	if len(text) <= excerptLength || c.more {
		return text
	}
	cut := strings.LastIndexByte(text[:excerptLength], ' ')
	if cut < 0 { // a script without spaces
		return strings.ToValidUTF8(text[:excerptLength], "") + "…"
	}
	return text[:cut] + "…"
}
