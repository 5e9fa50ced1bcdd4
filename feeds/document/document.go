// Package document is what is rendered of feeds, and kept.
//
// A [Document] is a feed's bytes in one format. A [Revision] makes a feed's
// documents when somebody first asks, of [Fragment]s that it shares with all feeds
// that hold the same items, and a [Snapshot] holds the current revision of every
// feed. A [Cache] bounds what is kept of all that; a [Body] is bytes in every
// content coding.
//
// Everything here is immutable once published and therefore safe for concurrent
// use. The package does no I/O, reads no clock, and starts no goroutine but those
// that compress in the background (see [Body.Best]), which end by themselves.
package document

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"time"

	"feedmill/feeds"
)

// Encoder writes a feed in one format.
type Encoder func(w io.Writer, f *feeds.Feed) error

// Document is a feed's bytes in one format. The same feed gives the same bytes
// and tag on every machine.
type Document struct {
	Format       feeds.Format
	Body         []byte
	Tag          string    // opaque tag without quotes, derived from Body; a coding appends its own suffix
	LastModified time.Time // the feed's Modified or Updated, the later; zero where unknown
	MaxAge       time.Duration
	Coded        *Body // Body in every coding
}

// NewDocument encodes f.
func NewDocument(f *feeds.Feed, format feeds.Format, encode Encoder) (*Document, error) {
	return newDocument(f, format, encode, nil)
}

// newDocument is NewDocument until making has ended, see [Revision.Until].
func newDocument(f *feeds.Feed, format feeds.Format, encode Encoder, making context.Context) (*Document, error) {
	err := f.Missing
	d := draft{making: making}
	if err == nil {
		err = encode(&d, f)
	}
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", f.Key.DocumentPath(format), err)
	}
	body := d.bytes()
	modified := f.Modified
	if modified.Before(f.Updated) {
		modified = f.Updated
	}
	return &Document{
		Format: format, Body: body, Tag: TagOf(body),
		LastModified: modified, MaxAge: f.TTL,
		Coded: NewBody(body),
	}, nil
}

// TagOf is an entity tag (without quotes) for body: equal bytes, equal tag.
func TagOf(body []byte) string {
	sum := sha256.Sum256(body)
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}
