package articlecache

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// damages are ways in which disks and hasty copies change a file. older is a copy of an
// earlier state of it.
var damages = []func(r *rand.Rand, b, older []byte) []byte{
	func(r *rand.Rand, b, _ []byte) []byte { // flipped bits
		for range 1 + r.IntN(3) {
			b[r.IntN(len(b))] ^= 1 << r.IntN(8)
		}
		return b
	},
	func(r *rand.Rand, b, _ []byte) []byte { return b[:r.IntN(len(b))] },
	func(r *rand.Rand, b, _ []byte) []byte { // a zeroed page
		clear(pageOf(b, r.IntN(pages(b))))
		return b
	},
	func(r *rand.Rand, b, _ []byte) []byte { // two pages in each other's places
		x, y := pageOf(b, r.IntN(pages(b))), pageOf(b, r.IntN(pages(b)))
		n := min(len(x), len(y))
		for i := range n {
			x[i], y[i] = y[i], x[i]
		}
		return b
	},
	func(r *rand.Rand, b, older []byte) []byte { // a page of an older copy
		n := r.IntN(pages(older))
		copy(pageOf(b, min(n, pages(b)-1)), pageOf(older, n))
		return b
	},
	func(r *rand.Rand, b, _ []byte) []byte { // bytes that mean nothing
		at := r.IntN(len(b))
		for i := range b[at:min(len(b), at+200)] {
			b[at+i] = byte(r.Uint32())
		}
		return b
	},
}

const testPage = 512 // smaller than that of a disk, so that there are many

func pages(b []byte) int { return max(1, (len(b)+testPage-1)/testPage) }

func pageOf(b []byte, n int) []byte { return b[n*testPage : min(len(b), (n+1)*testPage)] }

// TestRandomDamage damages both files in 1,000 ways: whatever comes back of an article
// is a version of it that was committed, and no text is another one's.
func TestRandomDamage(t *testing.T) {
	dir := t.TempDir()
	s := openStock(t, dir, Fingerprint{})
	versions := map[string]bool{} // path and title to the text
	write := func(round int) {
		files := map[string]string{}
		for i := range 12 {
			path, text := fmt.Sprintf("%d.md", i), fmt.Sprintf("%03d %03d %s", i, round, strings.Repeat("x", 480-44)) // texts fill whole pages
			files[path] = post(fmt.Sprint("T", round), "date: 2024-01-01", text)
			versions[fmt.Sprint(path, " T", round, " <p>", text, "</p>\n")] = true
		}
		s.round(files)
	}
	read := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join(dir, name))
		s.check(err)
		return b
	}
	write(0)
	older := map[string][]byte{logFile: read(logFile), textsFile: read(textsFile)}
	for round := 1; round < 4; round++ {
		write(round)
	}
	l, whole := s.l, map[string][]byte{logFile: read(logFile), textsFile: read(textsFile)}
	s.c.Close()
	r := rand.New(rand.NewPCG(1, 2))
	lost, kept := 0, 0
	for i := range 1000 {
		damaged := t.TempDir()
		name := []string{logFile, textsFile}[i%2]
		for other, b := range whole {
			b = bytes.Clone(b)
			if other == name {
				b = damages[r.IntN(len(damages))](r, b, older[name])
			}
			s.check(os.WriteFile(filepath.Join(damaged, other), b, 0o666))
		}
		c, err := Open(damaged, l)
		s.check(err)
		s.store.Payloads = nil
		for _, e := range c.Use(s.store, Fingerprint{}).Restore().Entries {
			if e.Article == nil {
				continue
			}
			it, err := e.Article.Item(t.Context())
			if err != nil {
				lost++
				continue
			}
			if kept++; !versions[fmt.Sprint(e.Path, " ", it.Title, " ", it.HTML)] {
				t.Fatalf("damage %d of %s: %s comes back as %q, %q", i, name, e.Path, it.Title, it.HTML)
			}
		}
		c.Close()
	}
	if lost < 100 || kept < 5000 {
		t.Errorf("%d texts lost, %d kept", lost, kept)
	}
}
