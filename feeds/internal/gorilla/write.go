package gorilla

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"html"
	"io"
	"strings"
	"sync"

	gfeeds "github.com/gorilla/feeds"

	"feedmill/feeds"
	"feedmill/feeds/internal/uri"
)

// Write writes f as an XML document that names its style sheet and ends in a line
// feed: frame, and before its end, which begins with that of the element they
// stand in, f's items as encode gives them to encoding/xml.
func Write(w io.Writer, f *feeds.Feed, frame gfeeds.XmlFeed, end string, format feeds.Format, encode func(*feeds.Item) any) error {
	var b bytes.Buffer
	if err := gfeeds.WriteXML(frame, &b); err != nil {
		return err
	}
	head, ok := bytes.CutSuffix(b.Bytes(), []byte(end))
	if !ok {
		return fmt.Errorf("frame of %s does not end in %q", format, end)
	}
	if _, err := io.WriteString(w, xml.Header+stylesheet(f.Site)); err != nil {
		return err
	}
	if _, err := w.Write(bytes.TrimLeft(head[bytes.Index(head, []byte("?>"))+2:], "\n")); err != nil {
		return err
	}
	indent := strings.Repeat("  ", strings.Count(end, "\n"))
	for _, it := range f.Items {
		if _, err := io.WriteString(w, "\n"+indent); err != nil {
			return err
		}
		if err := it.WriteFragment(w, format, func() ([]byte, error) { return element(format, encode(it), indent) }); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, end+"\n")
	return err
}

// stylesheet lets a browser that shows the document itself make it readable
// (Associating Style Sheets with XML documents, §2).
func stylesheet(site *feeds.Site) string {
	return `<?xml-stylesheet type="text/css" href="` + html.EscapeString(uri.Escape(site.URL(feeds.StylesheetPath))) + "\"?>\n"
}

// encoder is one that is used again and again: its buffers are larger than most
// items.
type encoder struct {
	*xml.Encoder
	to bytes.Buffer
}

var encoders [len(feeds.Formats)]sync.Pool

// element is v as it stands behind indent, which is always the same in a format.
func element(format feeds.Format, v any, indent string) ([]byte, error) {
	e, ok := encoders[format].Get().(*encoder)
	if !ok {
		e = &encoder{}
		e.Encoder = xml.NewEncoder(&e.to)
		e.Indent(indent, "  ")
	}
	e.to.Reset()
	if err := e.Encode(v); err != nil {
		return nil, err // and the encoder is of no use any more
	}
	made := bytes.Clone(bytes.TrimSpace(e.to.Bytes())) // all but the first begin with a line feed
	encoders[format].Put(e)
	return made, nil
}
