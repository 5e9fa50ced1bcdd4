package feedtest_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"feedmill/feeds"
	"feedmill/feeds/document"
	"feedmill/feeds/internal/feedtest"
)

// FuzzDocument makes documents of hostile items that feeds share, and of ones that
// they do not: equal bytes, and well-formed.
func FuzzDocument(f *testing.F) {
	feedtest.Seed(f)
	f.Fuzz(func(t *testing.T, text, address string, number int64) {
		plain, shared := feedtest.Hostile(text, address, number), feedtest.Hostile(text, address, number)
		plain.Items = append(plain.Items, plain.Items[0], &feeds.Item{Title: text})
		plain.History = feeds.History{Period: text, Prev: text, Next: text}
		plain.Tombstones = []feeds.Tombstone{{ID: address, When: plain.Updated}}
		shared.History, shared.Tombstones, shared.Items = plain.History, plain.Tombstones, nil
		for _, it := range plain.Items {
			shared.Items = append(shared.Items, (&document.Shared{Grown: func(int) {}}).Of(it))
		}
		for _, format := range feeds.Formats {
			want := encoded(t, plain, format)
			for range 2 { // made, and taken from memory
				if got := encoded(t, shared, format); !bytes.Equal(got, want) {
					t.Fatalf("of shared items %s, of others %s", got, want)
				}
			}
			if format != feeds.JSON {
				feedtest.WellFormed(t, want)
			} else if !json.Valid(want) {
				t.Fatalf("no JSON: %s", want)
			}
		}
	})
}

func encoded(t *testing.T, f *feeds.Feed, format feeds.Format) []byte {
	t.Helper()
	d, err := document.NewDocument(f, format, encoders[format])
	if err != nil {
		t.Fatal(err)
	}
	return d.Body
}
