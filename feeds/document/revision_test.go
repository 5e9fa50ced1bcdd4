package document

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
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
// TestInterrupted ends making in the midst of a document: nobody is asked whether it is
// good, and nothing is kept of it.
func TestInterrupted(t *testing.T) {
	stop := errors.New("the program ends")
	making, end := context.WithCancelCause(t.Context())
	pieces, until, checks, c := 0, 3, 0, NewCache(1<<20)
	slow := func(w io.Writer, f *feeds.Feed) error {
		for range 1000 {
			if pieces++; pieces == until {
				end(stop)
			}
			if _, err := io.WriteString(w, f.Title); err != nil {
				return err
			}
		}
		return nil
	}
	check := func(_ feeds.Format, _ *feeds.Feed, _ *Document, err error) (*Revision, error) {
		checks++
		return nil, err
	}
	r := NewRevision(func() *feeds.Feed { return &feeds.Feed{Title: "t"} }, [...]Encoder{slow, slow, slow}).Checked(c, Feeds, check)
	if d, err := r.Until(making).Document(feeds.RSS); !errors.Is(err, stop) || d != nil || pieces != until {
		t.Errorf("%v, %v after %d pieces, want %v after %d", d, err, pieces, stop, until)
	}
	if checks != 0 || c.Size() != 0 {
		t.Errorf("asked %d times, %d bytes kept", checks, c.Size())
	}

	making, end = context.WithCancelCause(t.Context())
	r = r.Until(making)
	until = 0
	first, err := r.Document(feeds.RSS)
	if err != nil || checks != 1 {
		t.Fatalf("asked %d times, %v", checks, err)
	}
	r.Forget(feeds.RSS)
	end(stop)
	if d, err := r.Document(feeds.RSS); !errors.Is(err, stop) || d != nil || checks != 1 {
		t.Errorf("made again: %v, %v, asked %d times", d, err, checks)
	}
	if body := first.Coded.In(Gzip); body != nil {
		t.Errorf("%d bytes in gzip", len(body))
	}
	if c.Size() != 0 {
		t.Errorf("%d bytes are kept", c.Size())
	}
}

// TestInterruptedCodings ends making while a body is compressed: the encoder stops with its
// next block, and is good for another body.
func TestInterruptedCodings(t *testing.T) {
	plain := make([]byte, 8<<20)
	rand.NewChaCha8([32]byte{}).Read(plain)
	for _, c := range []Coding{Gzip, Brotli} {
		making := &countdown{Context: t.Context(), left: 2}
		body := &Body{plain: plain, making: making}
		if made := body.In(c); made != nil || making.left != 0 {
			t.Errorf("%s: %d bytes, %d blocks are left", c, len(made), making.left)
		}
		if _, ok := body.Made(c); ok {
			t.Errorf("%s is kept", c)
		}
		if again := NewBody(plain).In(c); !bytes.Equal(again, NewBody(plain).In(c)) {
			t.Errorf("%s is another afterwards", c)
		}
	}
}

// countdown is a context that ends when it has been asked so many times.
type countdown struct {
	context.Context
	left int
}

func (c *countdown) Err() error {
	if c.left == 0 {
		return context.Canceled
	}
	c.left--
	return nil
}

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
		"tag": func(p []byte) { TagOf(p) }, "gzip": func(p []byte) { gzipped(b.Context(), p) }, "br": func(p []byte) { brotlied(b.Context(), p) }, "zstd": func(p []byte) { zstded(b.Context(), p) },
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
