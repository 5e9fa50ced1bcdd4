package article

import (
	"bytes"
	"context"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
	"unsafe"

	"feedmill/feeds"
)

// itemOf is an item that nothing keeps from being rendered.
func itemOf(a *Article) *feeds.Item {
	it, err := a.Item(context.Background())
	if err != nil {
		panic(err)
	}
	return it
}

// shelf is a Store in memory.
type shelf struct{ all [][]byte }

func (s *shelf) Payload(p Place) ([]byte, error) {
	if int(p) >= len(s.all) || s.all[p] == nil {
		return nil, errors.New("lost")
	}
	return s.all[p], nil
}

func (s *shelf) Put(b []byte) (Place, error) {
	s.all = append(s.all, bytes.Clone(b))
	return Place(len(s.all) - 1), nil
}

const everything = `---
title: All of it
date: 2024-01-02T03:04:05Z
updated: 2024-02-03
expiryDate: 2030-01-01
webUrl: https://example.org/all
originalUrl: https://elsewhere.example/all
ampWebUrl: https://example.org/amp
topics: [Go, Rope, "Üñï"]
category: News
type: video
provider: {name: P, domain: p.example, images: [{url: https://p.example/i.png}], authors: [{name: Ann, email: ann@example.org}]}
images: [{url: /a.png, width: 3, height: 4, title: A, attribution: C}]
featuredContent: <iframe src="https://www.youtube.com/embed/abc"></iframe>
enclosure: {url: /a.mp3, length: 7, duration: 60}
related: [{title: R, url: /r, excerpt: X, date: 2020-01-01, provider: Q}]
language: de
quality: 12.5
heat: -3
author: {name: B, email: not an address}
---
Some *text*.
`

// sources are articles of all kinds.
func sources(t testing.TB) map[string]string {
	seed, err := os.ReadFile("testdata/articles/seed.md")
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{"all.md": everything, "seed.md": string(seed), "bare.txt": "---\n---\n", "2020-01-02-x.html": "---\nid: urn:x:y\ndraft: true\n---\n<p>x"}
}

// TestBodyStore holds that an article is the same whether its payload and its metadata
// are in memory or not.
func TestBodyStore(t *testing.T) {
	p := NewParser(Options{SiteURL: "https://example.org/"})
	h := &BodyStore{Parser: p, Payloads: &shelf{}}
	metadata := h.MetadataReader()
	for path, src := range sources(t) {
		a, err := p.Parse(path, []byte(src))
		if err != nil {
			t.Fatal(err)
		}
		kept, err := h.Unload(a)
		if err != nil {
			t.Fatal(err)
		}
		kept = kept.Scored(&Article{Quality: kept.Quality * 1.2, Heat: kept.Heat * 1.2}) // which moves it in no ranking
		place, ok := h.Place(kept)
		back, err := metadata.Read(kept.AppendMetadata(nil), place)
		if err != nil || !ok {
			t.Fatal(err, ok)
		}
		if !reflect.DeepEqual(back, kept) {
			t.Errorf("%s comes back as %+v, was %+v", path, back, kept)
		}
		if want := itemOf(a); !reflect.DeepEqual(itemOf(kept), want) || !reflect.DeepEqual(itemOf(back), want) {
			t.Errorf("%s is rendered as %+v, was %+v", path, itemOf(back), want)
		}
	}
}

// TestArticleSize holds that an article stays in its size class: each costs as much.
func TestArticleSize(t *testing.T) {
	if n := unsafe.Sizeof(Article{}); n > 256 {
		t.Errorf("an article takes %d bytes", n)
	}
}

// TestLost reads a payload that is lost again, as long as its file holds the
// same, and names the file otherwise.
func TestLost(t *testing.T) {
	p := NewParser(Options{})
	store := &shelf{}
	file, reading := "---\ntitle: T\n---\nText.\n", error(nil)
	h := &BodyStore{Parser: p, Payloads: store, Read: func(string) ([]byte, error) { return []byte(file), reading }}
	a, err := h.Unload(parse(t, Options{}, "sub/a.md", file))
	if err != nil {
		t.Fatal(err)
	}
	want := itemOf(a)
	for _, bad := range [][]byte{nil, {}, {1, 2, 3}, store.all[0][:9]} {
		store.all[0] = bad
		if got := itemOf(a); !reflect.DeepEqual(got, want) {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	for file, reading = range map[string]error{"---\ntitle: T\n---\nAnother text.\n": nil, "none": nil, "": os.ErrNotExist} {
		if it, err := a.Item(t.Context()); err == nil || !strings.Contains(err.Error(), "sub/a.md") {
			t.Errorf("%q gives %+v: %v", file, it, err)
		}
	}
}

// FuzzMetadata makes an article or an error of any bytes, and never more of them
// than there are.
func FuzzMetadata(f *testing.F) {
	p := NewParser(Options{SiteURL: "https://example.org/"})
	h := &BodyStore{Parser: p, Payloads: &shelf{}}
	for path, src := range sources(f) {
		a, err := p.Parse(path, []byte(src))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(a.AppendMetadata(nil))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := h.MetadataReader().Read(b, 1)
		if err != nil {
			return
		}
		again, err := h.MetadataReader().Read(a.AppendMetadata(nil), 1)
		if err != nil || !bytes.Equal(again.AppendMetadata(nil), a.AppendMetadata(nil)) {
			t.Errorf("%+v comes back as %+v: %v", a, again, err)
		}
	})
}

// FuzzPayload is the same for payloads.
func FuzzPayload(f *testing.F) {
	p := NewParser(Options{SiteURL: "https://example.org/"})
	for path, src := range sources(f) {
		a, err := p.Parse(path, []byte(src))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(a.loaded().append(nil, asIs))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		one, err := p.unpack(b)
		if err != nil {
			return
		}
		if again, err := p.unpack(one.append(nil, asIs)); err != nil || !bytes.Equal(again.append(nil, asIs), one.append(nil, asIs)) {
			t.Errorf("%+v comes back as %+v: %v", one, again, err)
		}
	})
}
