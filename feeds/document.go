package feeds

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"time"
)

// Encoder writes a feed in one format.
type Encoder func(w io.Writer, f *Feed) error

// Document is a feed's bytes in one format. The same feed gives the same bytes
// and tag on every machine.
type Document struct {
	Format       Format
	Body         []byte
	Tag          string    // opaque tag without quotes, derived from Body; a coding appends its own suffix
	LastModified time.Time // the feed's Modified or Updated, the later; zero where unknown
	MaxAge       time.Duration
	Coded        *Body // Body in every coding
}

// NewDocument encodes f.
func NewDocument(f *Feed, format Format, encode Encoder) (*Document, error) {
	var b bytes.Buffer
	if err := encode(&b, f); err != nil {
		return nil, fmt.Errorf("encode %s: %w", f.Key.DocumentPath(format), err)
	}
	body := b.Bytes()
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
