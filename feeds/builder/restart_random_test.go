package builder

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/document"
	"feedmill/feeds/ledger"
	"feedmill/watcher"
)

// TestRandomRestarts writes, moves, copies and removes a handful of articles that
// expire, hide, and take ids from each other. After every round a builder that
// begins anew with the ledger shows what the running one does, to the byte.
func TestRandomRestarts(t *testing.T) {
	for _, seed := range []uint64{0, 7, 9, 12, 33} {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			g := &gambler{T: t, Rand: rand.New(rand.NewPCG(seed, 9)), disk: newDisk(), now: time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC)}
			g.file = filepath.Join(t.TempDir(), "ledger.db")
			running := g.open(g.file)
			for range 40 {
				g.now = g.now.Add(time.Duration(g.IntN(40)) * time.Hour)
				c := watcher.Changes{Paths: g.round(), Rescan: g.IntN(3) == 0}
				if err := running.Apply(t.Context(), c); err != nil {
					t.Fatal(err)
				}
				if g.compare(running); t.Failed() {
					t.Fatalf("after\n%s", strings.Join(g.log, "\n"))
				}
			}
		})
	}
}

// gambler is a folder and what happens to it.
type gambler struct {
	*testing.T
	*rand.Rand
	disk *disk
	now  time.Time
	file string // the ledger
	log  []string
}

func (g *gambler) open(file string) *Builder {
	l, err := ledger.Open(file)
	if err != nil {
		g.Fatal(err)
	}
	g.Cleanup(func() { l.Close() })
	b := testBuilder(g.disk, func() time.Time { return g.now }, func(o *Options) {
		o.Ledger, o.Tombstones = l, 30*24*time.Hour
		o.Limits = func(feeds.Kind, string) feeds.Limits { return feeds.Limits{Items: 4, MaxBytes: 512 << 10} }
	})
	scan(g.T, b)
	return b
}

// round changes a few files and returns their paths.
func (g *gambler) round() []string {
	touched := map[string]bool{}
	for range 1 + g.IntN(4) {
		p, q := fmt.Sprintf("%d.md", g.IntN(7)), fmt.Sprintf("%d.md", g.IntN(7))
		x, y := g.disk.files[p], g.disk.files[q]
		touched[p], touched[q] = true, true
		switch what := g.IntN(6); {
		case what < 3:
			g.disk.write(p, g.article())
			g.log = append(g.log, fmt.Sprintf("write %s %q", p, g.disk.files[p]))
		case what == 3 && x != "" && p != q: // over another file, perhaps in exchange
			g.disk.write(q, x)
			if g.disk.remove(p); y != "" && g.IntN(2) == 0 {
				g.disk.write(p, y)
			}
			g.log = append(g.log, fmt.Sprintf("move %s %s", p, q))
		case what == 4:
			g.disk.remove(p)
			g.log = append(g.log, "remove "+p)
		case what == 5 && x != "":
			g.disk.write(q, x)
			g.log = append(g.log, fmt.Sprintf("copy %s %s", p, q))
		}
	}
	return slices.Collect(maps.Keys(touched))
}

func (g *gambler) article() string {
	var front strings.Builder
	day := func(from, to int) string {
		return g.now.AddDate(0, 0, from+g.IntN(to-from)).Add(time.Duration(g.IntN(3600)) * time.Second).Format(time.RFC3339)
	}
	add := func(one int, line string) {
		if g.IntN(one) == 0 {
			fmt.Fprintln(&front, line)
		}
	}
	if g.IntN(4) > 0 {
		fmt.Fprintln(&front, "date: "+day(-296, 4))
	}
	add(4, fmt.Sprintf("id: urn:x:%d", g.IntN(3)))
	add(5, "draft: true")
	add(5, "lastmod: "+day(-5, 5))
	add(5, "expiryDate: "+day(-3, 7))
	add(4, fmt.Sprintf("link: /l%d", g.IntN(3)))
	return fmt.Sprintf("---\ntitle: T%d\n%stopics: [t%d]\n---\nbody %d\n", g.IntN(9), front.String(), g.IntN(3), g.IntN(4))
}

// compare holds a running builder against one that begins with a copy of its
// ledger.
func (g *gambler) compare(running *Builder) {
	shown := map[string]bool{}
	for a := range running.catalog.Feeds()[0].Articles().All() { // of everything
		if shown[a.ID()] {
			g.Errorf("two articles are shown under %s", a.ID())
		}
		shown[a.ID()] = true
	}
	for _, s := range running.Snapshot().Listing(feeds.Key{}).Feed().Tombstones {
		if shown[s.ID] {
			g.Errorf("%s is shown, and has a tombstone", s.ID)
		}
	}
	data, err := os.ReadFile(g.file)
	if err != nil {
		g.Fatal(err)
	}
	copied := filepath.Join(g.TempDir(), "ledger.db")
	if err := os.WriteFile(copied, data, 0o666); err != nil {
		g.Fatal(err)
	}
	fresh := g.open(copied)
	is, was := everyDocument(g.T, fresh), everyDocument(g.T, running)
	for path := range is {
		if is[path] != was[path] {
			g.Errorf("%s was\n%s\nand after a restart\n%s", path, was[path], is[path])
			return
		}
	}
	if len(is) != len(was) {
		g.Errorf("%d documents, and %d after a restart", len(was), len(is))
	}
}

// everyDocument is the bytes of all feeds and of their archives in Atom.
func everyDocument(t *testing.T, b *Builder) map[string]string {
	all := map[string]string{}
	note := func(path string, d *document.Document, err error) {
		if err != nil {
			t.Fatal(err)
		}
		all[path] = string(d.Body)
	}
	for _, l := range b.Snapshot().Listings {
		for _, f := range feeds.Formats {
			d, err := l.Document(f)
			note(l.Key.DocumentPath(f), d, err)
		}
		for a := range l.Periods() {
			d, err := a.Document(feeds.Atom)
			note(l.Key.ArchivePath(a.Name, feeds.Atom), d, err)
		}
	}
	return all
}
