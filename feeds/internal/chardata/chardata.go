// Package chardata encodes the text of XML elements as the RSS Advisory Board's
// profile recommends ("Character Data"): & and < as hexadecimal references, which
// readers that decode once and readers that decode twice both show correctly.
package chardata

import (
	"strings"

	"feedmill/feeds"
)

// Text is the encoded text of an element. A nil *Text omits the element.
type Text struct {
	XML string `xml:",innerxml"`
}

// New encodes s, without the characters that XML forbids.
func New(s string) Text { return Text{escape.Replace(feeds.XMLText(s))} }

// Optional is New, but nil for text that is empty.
func Optional(s string) *Text {
	if t := New(s); t.XML != "" {
		return &t
	}
	return nil
}

// Typed is the encoded text of an element that says in an attribute what it is: plain
// text, or HTML.
type Typed struct {
	Type string `xml:"type,attr"`
	Text
}

// OptionalTyped is s as text of a type, or nil if it is empty.
func OptionalTyped(kind, s string) *Typed {
	if t := New(s); t.XML != "" {
		return &Typed{kind, t}
	}
	return nil
}

// Readers would get a line feed for a bare carriage return (XML 1.0 §2.11).
var escape = strings.NewReplacer("&", "&#x26;", "<", "&#x3C;", ">", "&#x3E;", "\r", "&#xD;")

// CDATA encodes markup as a CDATA section, which is shorter and takes less time than
// references. Readers get line feeds for carriage returns.
func CDATA(s string) Text {
	return Text{"<![CDATA[" + strings.ReplaceAll(feeds.XMLText(s), "]]>", "]]]]><![CDATA[>") + "]]>"}
}
