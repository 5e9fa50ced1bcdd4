package document

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

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

// TestBestIsThereAtOnce sends gzip until what is wanted better has been made.
func TestBestIsThereAtOnce(t *testing.T) {
	for _, want := range []Coding{Brotli, Zstd} {
		body := NewBody([]byte(strings.Repeat("one line of a feed, and another\n", 300)))
		c, first := body.Best(want)
		if c != Gzip {
			t.Errorf("at once there is %q", c)
		}
		made := body.In(want) // or waits for the background
		if c, got := body.Best(want); c != want || &got[0] != &made[0] {
			t.Errorf("then there is %q", c)
		}
		if _, again := body.Best(Gzip); &again[0] != &first[0] {
			t.Error("gzip was made twice")
		}
		if c, got := body.Best(Identity); c != Identity || &got[0] != &body.plain[0] {
			t.Errorf("%q for whom nothing else will do", c)
		}
	}
	if c, got := NewBody([]byte("few")).Best(Brotli); c != Identity || string(got) != "few" {
		t.Errorf("few bytes in %q", c)
	}
}

// TestBackground makes all that is asked for in the end, and holds no more than
// it may meanwhile.
func TestBackground(t *testing.T) {
	var all []*Body
	for i := range 3 * maxLater {
		b := NewBody([]byte(strings.Repeat(fmt.Sprint("line ", i, "\n"), 1000)))
		all = append(all, b)
		b.Best(Zstd)
		if n := len(later); n > maxLater {
			t.Errorf("%d bodies wait", n)
		}
	}
	for range 3 {
		for _, b := range all {
			b.Best(Zstd) // what was put off is asked for again
		}
		idle(t)
	}
	for i, b := range all {
		if c, _ := b.Best(Zstd); c != Zstd {
			t.Errorf("body %d comes in %q", i, c)
		}
	}
}

// idle waits until nothing is compressed in the background.
func idle(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); runtime.Gosched() {
		if len(later) == 0 {
			return
		}
	}
	t.Fatal("the background does not come to rest")
}
