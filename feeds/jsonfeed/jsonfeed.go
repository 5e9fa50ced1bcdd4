// Package jsonfeed encodes a feed as JSON Feed 1.1.
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
// valid whatever f holds, and equal feeds give equal bytes. Errors are those of w.
func Encode(w io.Writer, f *feeds.Feed) error {
	frame, err := marshal(&feedEncoders, "", newFeed(f))
	if err == nil {
		err = write(w, frame, f)
	}
	if err != nil {
		return fmt.Errorf("write json feed: %w", err)
	}
	return nil
}

// write writes frame, which is the document with an empty list of items at its end,
// and f's items in that list.
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
		if err := it.WriteFragment(w, feeds.JSON, func() ([]byte, error) { return marshal(&itemEncoders, "  ", newItem(f.Site, it)) }); err != nil {
			return err
		}
		between = ",\n  "
	}
	_, err := io.WriteString(w, end)
	return err
}

// encoder is used for many items, because its buffers are larger than most items.
type encoder struct {
	*json.Encoder
	to bytes.Buffer
}

var feedEncoders, itemEncoders sync.Pool

// marshal encodes v. Lines but the first begin with prefix, which must be the same
// for all calls with one pool.
func marshal(pool *sync.Pool, prefix string, v any) ([]byte, error) {
	e, ok := pool.Get().(*encoder)
	if !ok {
		e = &encoder{}
		e.Encoder = json.NewEncoder(&e.to)
		e.SetEscapeHTML(false) // application/feed+json is never shown as HTML
		e.SetIndent(prefix, " ")
	}
	e.to.Reset()
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	encoded := bytes.Clone(bytes.TrimSuffix(e.to.Bytes(), []byte("\n")))
	pool.Put(e)
	return encoded, nil
}
