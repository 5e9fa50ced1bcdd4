package document

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"feedmill/feeds"
)

// long is a document that grows with its title and is worth a coding.
func long(w io.Writer, f *feeds.Feed) error {
	_, err := io.WriteString(w, strings.Repeat(f.Title+"\n", 1000))
	return err
}

func oneOf(title *string, c *Cache, check func(feeds.Format, *feeds.Feed, *Document, error) (*Revision, error)) *Revision {
	assemble := func() *feeds.Feed { return &feeds.Feed{Title: *title, Updated: time.Unix(1e9, 0)} }
	return NewRevision(assemble, [...]Encoder{long, long, long}).Checked(c, Feeds, check)
}

// TestCodingsAreAccountedFor and go with their document, which comes back as it
// was.
func TestCodingsAreAccountedFor(t *testing.T) {
	title, c, checks := "abc", NewCache(1<<20), 0
	r := oneOf(&title, c, func(_ feeds.Format, _ *feeds.Feed, _ *Document, err error) (*Revision, error) {
		checks++
		return nil, err
	})
	first, err := r.Document(feeds.RSS)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := c.Size(), documentRoom+len(first.Body); got != want {
		t.Errorf("%d bytes are accounted for, want %d", got, want)
	}
	coded := len(first.Coded.In(Brotli)) + len(first.Coded.In(Gzip))
	if got, want := c.Size(), documentRoom+len(first.Body)+coded; got != want {
		t.Errorf("with codings %d bytes are accounted for, want %d", got, want)
	}
	r.Forget(feeds.RSS)
	if c.Size() != 0 {
		t.Errorf("%d bytes are left", c.Size())
	}
	again, err := r.Document(feeds.RSS)
	if err != nil || again == first || again.Tag != first.Tag || !bytes.Equal(again.Body, first.Body) || !again.LastModified.Equal(first.LastModified) {
		t.Errorf("made again it is %+v, %v, was %+v", again, err, first)
	}
	if checks != 1 {
		t.Errorf("checked %d times", checks)
	}
	first.Coded.In(Zstd) // by one who still holds it
	if got, want := c.Size(), documentRoom+len(again.Body); got != want {
		t.Errorf("%d bytes are accounted for, want %d", got, want)
	}
}

// TestMadeAgainAnother never gives two documents under one revision, and forgives
// an article that comes back.
func TestMadeAgainAnother(t *testing.T) {
	title, c := "abc", NewCache(1<<20)
	var problem error
	r := oneOf(&title, c, func(_ feeds.Format, _ *feeds.Feed, _ *Document, err error) (*Revision, error) {
		problem = err
		return nil, err
	})
	first, _ := r.Document(feeds.RSS)
	r.Forget(feeds.RSS)
	title = "abcd"
	if d, err := r.Document(feeds.RSS); d != nil || !errors.Is(err, errChanged) || problem == nil {
		t.Errorf("%v, %v, told %v", d, err, problem)
	}
	title = "abc"
	if d, err := r.Document(feeds.RSS); err != nil || d.Tag != first.Tag || problem != nil {
		t.Errorf("%v, %v, told %v", d, err, problem)
	}
}

// TestFailures tries what failed but once, unless an item could not be read.
func TestFailures(t *testing.T) {
	tries := 0
	r := NewRevision(func() *feeds.Feed { tries++; panic("oh") }, [...]Encoder{long, long, long})
	for range 3 {
		if d, err := r.Document(feeds.Atom); d != nil || err == nil || !strings.Contains(err.Error(), "oh") {
			t.Errorf("%v, %v", d, err)
		}
	}
	if tries != 1 {
		t.Errorf("tried %d times, want 1", tries)
	}
	gone := fmt.Errorf("read a.md: gone")
	f := &feeds.Feed{Title: "t", Missing: gone}
	r = NewRevision(func() *feeds.Feed { return f }, [...]Encoder{long, long, long})
	if _, err := r.Document(feeds.Atom); !errors.Is(err, gone) {
		t.Error(err)
	}
	if _, _, err := r.Since(feeds.Atom, nil); !errors.Is(err, gone) {
		t.Error(err)
	}
	f = &feeds.Feed{Title: "t"}
	if _, err := r.Document(feeds.Atom); err != nil {
		t.Error(err)
	}
}

// TestHead is assembled once.
func TestHead(t *testing.T) {
	n := 0
	r := NewRevision(func() *feeds.Feed { n++; return &feeds.Feed{Title: "t", Items: []*feeds.Item{{ID: "a"}}} }, [...]Encoder{long, long, long})
	if h := r.Head(); h.Title != "t" || r.Head().Title != "t" || n != 1 {
		t.Errorf("assembled %d times, %+v", n, h)
	}
}

// BenchmarkSteps are what a document of a large feed takes beside encoding.
func BenchmarkSteps(b *testing.B) {
	var text bytes.Buffer
	for i := 0; text.Len() < 300<<10; i++ {
		fmt.Fprintf(&text, "<item><title>Article %d</title><guid>urn:x:%d</guid><description>What it says, number %d of many & more</description></item>\n", i, i*7919, i*i)
	}
	for name, step := range map[string]func([]byte){
		"tag": func(p []byte) { TagOf(p) }, "gzip": func(p []byte) { gzipped(p) }, "br": func(p []byte) { brotlied(p) }, "zstd": func(p []byte) { zstded(p) },
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(text.Len()))
			b.ReportAllocs()
			for b.Loop() {
				step(text.Bytes())
			}
		})
	}
}
