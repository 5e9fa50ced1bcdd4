package document

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"sync"
	"sync/atomic"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
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

// Body is bytes to be sent in any coding. Each coding is made once, when somebody
// asks for it. It is immutable and safe for concurrent use.
type Body struct {
	plain []byte
	coded [len(Codings)]coded
	grown func(bytes int) // told of each coding; nil for nobody

	making context.Context // nothing is made after it has ended, see [Revision.Until]; nil: it never does
}

// coded is a body in one coding.
type coded struct {
	bytes  atomic.Pointer[[]byte] // nil: not made yet
	making sync.Mutex
	queued atomic.Bool
}

// NewBody keeps plain, which must not change any more.
func NewBody(plain []byte) *Body { return &Body{plain: plain} }

// OnGrown has f called with the size of each coding once that is made. It must be
// called before others have the body.
func (b *Body) OnGrown(f func(bytes int)) { b.grown = f }

// Worth is the coding to send where c is preferred: Identity for a few bytes.
func (b *Body) Worth(c Coding) Coding {
	if len(b.plain) < fewBytes {
		return Identity
	}
	return c
}

// Made returns the bytes in a coding if that is made, as Identity always is.
func (b *Body) Made(c Coding) (bytes []byte, ok bool) {
	if c == Identity {
		return b.plain, true
	}
	if made := b.coded[c].bytes.Load(); made != nil {
		return *made, true
	}
	return nil, false
}

// In returns the bytes in a coding; equal bodies give equal bytes. The first
// caller makes them, and others wait for that. It is nil if that is interrupted (see
// [Revision.Until]), when nobody is there any more to take an answer.
func (b *Body) In(c Coding) []byte {
	if made, ok := b.Made(c); ok {
		return made
	}
	e := &b.coded[c]
	e.making.Lock()
	defer e.making.Unlock()
	if made := e.bytes.Load(); made != nil {
		return *made
	}
	made, err := encodings[c](b.making, b.plain)
	if err != nil {
		return nil
	}
	e.bytes.Store(&made)
	if b.grown != nil {
		b.grown(len(made))
	}
	return made
}

// Best returns what can be sent at once to a client that would like want best:
// want where it is made, else Gzip, which takes little time, while want is made in
// the background. A client that takes no Gzip is to get Identity then. Identity
// is all that there is of a few bytes. It takes no lock where all is made.
func (b *Body) Best(want Coding) (Coding, []byte) {
	want = b.Worth(want)
	if made, ok := b.Made(want); ok {
		return want, made
	}
	if want != Gzip && !b.coded[want].queued.Swap(true) {
		b.makeLater(want)
	}
	return Gzip, b.In(Gzip)
}

// maxLater bounds the bodies that are held in memory to be compressed later.
const maxLater = 64

var (
	later       = make(chan struct{}, maxLater) // holds one for each of them
	compressing sync.Mutex                      // held for one at a time, so that a single core at most does this
)

// makeLater has a coding made that no request waits for. Where too many are to be
// made, it is not; the next request for it tries again.
func (b *Body) makeLater(c Coding) {
	select {
	case later <- struct{}{}:
	default:
		b.coded[c].queued.Store(false)
		return
	}
	go func() {
		compressing.Lock()
		b.In(c)
		compressing.Unlock()
		<-later
	}()
}

var encodings = [len(Codings)]func(making context.Context, plain []byte) ([]byte, error){Brotli: brotlied, Zstd: zstded, Gzip: gzipped}

// The levels are those behind which more time gains little on real feeds. Of the
// 70 KB of a mean one, gzip makes 11.4 % in 0.3 ms, for which somebody waits;
// brotli 9.1 % in 1.3 ms and zstd 10.0 % in 0.9 ms, for which nobody does.
const (
	gzipLevel   = 6
	brotliLevel = 6
	zstdLevel   = zstd.SpeedBetterCompression
)

// resetter is an encoder that can be used again, which spares making its tables.
type resetter interface {
	io.WriteCloser
	Reset(to io.Writer)
}

var (
	gzipWriters   = sync.Pool{New: func() any { return must(gzip.NewWriterLevel(nil, gzipLevel)) }}
	brotliWriters = sync.Pool{New: func() any { return brotli.NewWriterLevel(nil, brotliLevel) }}
	// The window bounds the encoder's memory; clients undo 8 MiB at most (RFC 9659).
	zstdEncoder = sync.OnceValue(func() *zstd.Encoder {
		return must(zstd.NewWriter(nil, zstd.WithEncoderLevel(zstdLevel), zstd.WithWindowSize(1<<20), zstd.WithEncoderConcurrency(1)))
	})
)

// must is for options that are constants.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func brotlied(making context.Context, plain []byte) ([]byte, error) {
	return written(making, plain, &brotliWriters)
}

func gzipped(making context.Context, plain []byte) ([]byte, error) {
	return written(making, plain, &gzipWriters)
}

// zstded can't be interrupted: it makes hundreds of megabytes a second.
func zstded(_ context.Context, plain []byte) ([]byte, error) {
	return bytes.Clone(zstdEncoder().EncodeAll(plain, make([]byte, 0, len(plain)/4))), nil
}

func written(making context.Context, plain []byte, writers *sync.Pool) ([]byte, error) {
	w := writers.Get().(resetter)
	defer writers.Put(w)
	out := &output{*bytes.NewBuffer(make([]byte, 0, len(plain)/4)), making}
	w.Reset(out)
	_, err := w.Write(plain)
	if err = cmp.Or(err, w.Close()); err != nil {
		return nil, err
	}
	return bytes.Clone(out.Bytes()), nil // without room to grow, because it is kept
}

// output takes what an encoder writes until making has ended: then the encoder fails with
// its next block.
type output struct {
	bytes.Buffer
	making context.Context // nil: it never ends
}

func (o *output) Write(p []byte) (int, error) {
	if err := ended(o.making); err != nil {
		return 0, err
	}
	return o.Buffer.Write(p)
}
