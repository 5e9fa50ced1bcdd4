package feedtest

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"feedmill/feeds/document"
)

// Benchmark encodes a feed of fifty articles with about 4 KB of HTML each.
func Benchmark(b *testing.B, encode document.Encoder) {
	f := Everything()
	f.Items = nil
	for i := range 50 {
		it := article()
		it.ID = fmt.Sprintf("https://www.example.com/%d", i)
		it.Updated = it.Updated.Add(-time.Duration(i) * time.Hour)
		it.HTML = strings.Repeat(it.HTML, 25)
		f.Items = append(f.Items, it)
	}
	b.SetBytes(int64(len(Bytes(b, encode, f))))
	b.ReportAllocs()
	for b.Loop() {
		if err := encode(io.Discard, f); err != nil {
			b.Fatal(err)
		}
	}
}
