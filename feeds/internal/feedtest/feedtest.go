// Package feedtest holds what the tests of the format packages share: feeds that
// use everything a feed can hold, and golden files.
package feedtest

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"feedmill/feeds"
	"feedmill/feeds/document"
)

var update = flag.Bool("update", false, "write golden files instead of comparing with them")

// Golden compares got with the file of that name in testdata.
func Golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (run with -update and look at the difference); got:\n%s", path, got)
	}
}

// Bytes encodes f twice and fails unless both give the same.
func Bytes(t testing.TB, encode document.Encoder, f *feeds.Feed) []byte {
	t.Helper()
	var first, second bytes.Buffer
	for _, b := range []*bytes.Buffer{&first, &second} {
		if err := encode(b, f); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Fatal("one feed encoded twice gives different bytes")
	}
	return first.Bytes()
}
