// Package feedtest has what the tests of the format packages share: feeds in which
// every field is used, and golden files.
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

// Update says that golden files are to be written. It is the flag -update, which a test
// package that imports this one must not define again.
var Update = flag.Bool("update", false, "write golden files instead of comparing with them")

// Golden fails the test unless got equals the file called name in testdata.
func Golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *Update {
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

// Bytes encodes f twice and fails the test unless the documents are equal.
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
