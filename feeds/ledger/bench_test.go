package ledger

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"
)

// BenchmarkFirst takes in 20,000 new articles at once and writes them.
func BenchmarkFirst(b *testing.B) {
	var seen []Article
	for i := range 20_000 {
		seen = append(seen, parse(b, fmt.Sprintf("2024/%02d/an-article-with-a-usual-name-%d.md", i%12+1, i), post("A title of some length", fmt.Sprintf("webUrl: https://www.example.org/a/%d\ntopics: [One topic %d, Another topic %d, Third topic %d]\ncategory: news\nprovider: P", i, i%67, i%66, i%65), fmt.Sprint(i))))
	}
	for b.Loop() {
		b.StopTimer()
		l, err := Open(filepath.Join(b.TempDir(), "ledger.db"))
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if _, err := l.Note(time.Now(), seen, nil); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		l.Close()
		b.StartTimer()
	}
}
