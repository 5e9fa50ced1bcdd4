package feeds

import (
	"bytes"
	"compress/gzip"
	"io"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// Coding is a content coding (RFC 9110 §8.4.1).
type Coding uint8

// The codings. Identity is the bytes as they are.
const (
	Identity Coding = iota
	Brotli
	Zstd
	Gzip
)

// Codings lists every coding; those that a client likes equally well are
// preferred in this order. Brotli is smallest, zstd costs the least time.
var Codings = [...]Coding{Identity, Brotli, Zstd, Gzip}

var codingNames = [...]string{"", "br", "zstd", "gzip"}

// String is the coding's name in HTTP: "br"; empty for Identity.
func (c Coding) String() string { return codingNames[c] }

// fewBytes are not worth a coding: they fit into one packet with their headers.
const fewBytes = 1 << 10

// Body is bytes to be sent in any coding. Each coding is made once, by whoever
// asks first. It is immutable and safe for concurrent use.
type Body struct {
	plain []byte
	coded [len(Codings)]func() []byte
}

// NewBody keeps plain, which must not change any more.
func NewBody(plain []byte) *Body {
	b := &Body{plain: plain}
	for c, encode := range [...]func([]byte) []byte{Brotli: brotlied, Zstd: zstded, Gzip: gzipped} {
		if encode != nil {
			b.coded[c] = sync.OnceValue(func() []byte { return encode(plain) })
		}
	}
	return b
}

// Worth is the coding to send where c is preferred: Identity for a few bytes.
func (b *Body) Worth(c Coding) Coding {
	if len(b.plain) < fewBytes {
		return Identity
	}
	return c
}

// In returns the bytes in a coding; equal bodies give equal bytes.
func (b *Body) In(c Coding) []byte {
	if c == Identity {
		return b.plain
	}
	return b.coded[c]()
}

// brotlied uses a level at which a large feed takes a few milliseconds, because
// the first client waits for it.
func brotlied(plain []byte) []byte {
	return written(plain, func(w io.Writer) io.WriteCloser { return brotli.NewWriterLevel(w, 5) })
}

func gzipped(plain []byte) []byte {
	return written(plain, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
}

func written(plain []byte, encoder func(io.Writer) io.WriteCloser) []byte {
	var b bytes.Buffer
	w := encoder(&b)
	w.Write(plain) // a bytes.Buffer never fails
	w.Close()
	return b.Bytes()
}

// The window bounds the encoder's memory; clients undo 8 MiB at most (RFC 9659).
var zstdEncoder = sync.OnceValues(func() (*zstd.Encoder, error) {
	return zstd.NewWriter(nil, zstd.WithWindowSize(1<<20))
})

func zstded(plain []byte) []byte {
	e, err := zstdEncoder()
	if err != nil {
		panic(err) // an option is wrong
	}
	return e.EncodeAll(plain, nil)
}
