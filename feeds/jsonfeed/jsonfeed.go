// Package jsonfeed writes a feed as JSON Feed 1.1.
package jsonfeed

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"sync"

	"feedmill/feeds"
)

// Encode writes f as one JSON document that ends in a line feed. The document is
// valid whatever the items hold, and equal feeds give equal bytes. An error is
// w's own.
func Encode(w io.Writer, f *feeds.Feed) error {
	frame, err := indented(&frames, "", newFeed(f))
	if err == nil {
		err = write(w, frame, f)
	}
	if err != nil {
		return fmt.Errorf("write json feed: %w", err)
	}
	return nil
}

// write puts the items into frame, which ends in an empty list of them.
func write(w io.Writer, frame []byte, f *feeds.Feed) error {
	head, end := frame, "\n"
	if len(f.Items) > 0 {
		head, end = bytes.TrimSuffix(frame, []byte("]\n}")), "\n ]\n}\n"
	}
	if _, err := w.Write(head); err != nil {
		return err
	}
	between := "\n  "
	for _, it := range f.Items {
		if _, err := io.WriteString(w, between); err != nil {
			return err
		}
		if err := it.WriteFragment(w, feeds.JSON, func() ([]byte, error) { return indented(&items, "  ", newItem(f.Site, it)) }); err != nil {
			return err
		}
		between = ",\n  "
	}
	_, err := io.WriteString(w, end)
	return err
}

// encoder is one that is used again and again: its buffers are larger than most
// items.
type encoder struct {
	*json.Encoder
	to bytes.Buffer
}

var frames, items sync.Pool // of encoders, by their depth

// indented is v as it stands in a document at a depth of prefix.
func indented(pool *sync.Pool, prefix string, v any) ([]byte, error) {
	e, ok := pool.Get().(*encoder)
	if !ok {
		e = &encoder{}
		e.Encoder = json.NewEncoder(&e.to)
		e.SetEscapeHTML(false) // application/feed+json is never read as HTML
		e.SetIndent(prefix, " ")
	}
	e.to.Reset()
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	made := bytes.Clone(bytes.TrimSuffix(e.to.Bytes(), []byte("\n")))
	pool.Put(e)
	return made, nil
}
