package feeds

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

func TestCodingsComeBack(t *testing.T) {
	plain := []byte(strings.Repeat("one line of a feed, and another\n", 300))
	decoders := map[Coding]func(io.Reader) (io.Reader, error){
		Identity: func(r io.Reader) (io.Reader, error) { return r, nil },
		Brotli:   func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil },
		Zstd:     func(r io.Reader) (io.Reader, error) { return zstd.NewReader(r, zstd.WithDecoderMaxWindow(8<<20)) },
		Gzip:     func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
	}
	body, again := NewBody(plain), NewBody(plain)
	for _, c := range Codings {
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if !bytes.Equal(body.In(c), again.In(c)) {
					t.Errorf("%s differs between two bodies", c)
				}
			})
		}
		wg.Wait()
		r, err := decoders[c](bytes.NewReader(body.In(c)))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%s gives %d bytes, %v", c, len(got), err)
		}
		if c != Identity && len(body.In(c)) > len(plain)/10 {
			t.Errorf("%s: %d of %d bytes", c, len(body.In(c)), len(plain))
		}
	}
}

func TestFewBytesAreNotCoded(t *testing.T) {
	if c := NewBody(make([]byte, fewBytes-1)).Worth(Brotli); c != Identity {
		t.Errorf("few bytes in %q", c)
	}
	if c := NewBody(make([]byte, fewBytes)).Worth(Brotli); c != Brotli {
		t.Errorf("more bytes in %q", c)
	}
}
