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

// BenchmarkOpen opens a ledger of 50,000 articles.
func BenchmarkOpen(b *testing.B) {
	file := filepath.Join(b.TempDir(), "ledger.db")
	l, err := Open(file)
	if err != nil {
		b.Fatal(err)
	}
	one := parse(b, "x.md", post("A title of some length", "webUrl: https://www.example.org/a/1\ntopics: [One topic, Another topic, Third topic]\ncategory: news\nprovider: P", "text"))
	seen := make([]Article, 50_000)
	for i := range seen {
		seen[i] = one
		seen[i].Path, seen[i].ID, seen[i].Link = fmt.Sprintf("2024/%02d/an-article-with-a-usual-name-%d.md", i%12+1, i), fmt.Sprint("urn:uuid:67b1bc55-4d5c-4d5e-8e6e-", i), fmt.Sprint("https://www.example.org/a/", i)
	}
	if _, err := l.Note(time.Now(), seen, nil); err != nil {
		b.Fatal(err)
	}
	if err := l.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		l, err := Open(file)
		if err != nil {
			b.Fatal(err)
		}
		l.abandon()
	}
}
