package builder

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/document"
	"feedmill/watcher"
)

// change is one line of the corpus's history.
type change struct {
	Batch, Op, Path, Content string
	Time                     int64
}

func corpusHistory(t testing.TB) []change {
	f, err := os.Open("../../../shared/corpus/history.ndjson.gz")
	if err != nil {
		t.Skip("skipped: the corpus of real articles is not beside the project")
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var all []change
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var c change
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// TestReplay plays changes one by one: what a reader cannot see changes no
// document, tag or date, and all else exactly the feeds that it belongs to. Which
// those are says a model that shares no code with ours. The end is what a fresh
// start gives.
func TestReplay(t *testing.T) {
	t.Run("ours", func(t *testing.T) {
		if n := replay(t, ourHistory(), 1); n != (counts{writes: 21, bookkeeping: 8, visible: 13}) {
			t.Errorf("%+v", n)
		}
	})
	t.Run("corpus", func(t *testing.T) {
		n := replay(t, corpusHistory(t), 500)
		if n.writes != 8197 || n.bookkeeping < 7600 || n.visible > 403+178+1 {
			t.Errorf("%+v: at most the 403 new articles, 178 visible rewrites and 1 removal should touch a feed", n)
		}
	})
}

// counts is what a replay has come by.
type counts struct {
	writes, bookkeeping int
	visible             int // changes, removals among them, of which a feed tells
}

// replay looks at the bytes around one bookkeeping write of so many.
func replay(t *testing.T, all []change, of int) (n counts) {
	d := newDisk()
	var now time.Time
	clock := func() time.Time { return now }
	usual := testBuilder(d, clock, nil)
	roomy := testBuilder(d, clock, func(o *Options) { // its feeds show all of their articles
		o.Limits = func(feeds.Kind, string) feeds.Limits { return feeds.Limits{Items: 1 << 20} }
	})
	apply := func(b *Builder, c watcher.Changes) {
		if err := b.Apply(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	apply(usual, watcher.Changes{Rescan: true})
	apply(roomy, watcher.Changes{Rescan: true})
	seen := map[string]sight{}
	for i, c := range all {
		now = time.Unix(c.Time, 0)
		before, after := seen[c.Path], sight{}
		if c.Op == "remove" {
			d.remove(c.Path)
		} else {
			d.write(c.Path, c.Content)
			after = look(t, c.Content)
			n.writes++
		}
		seen[c.Path] = after
		var tags map[string]string
		if c.Op == "write" && before.text == after.text {
			if n.bookkeeping++; n.bookkeeping%of == 0 {
				tags = tagsOf(t, usual)
			}
		}
		want := before.differs(after)
		old := [...]*document.Snapshot{usual.Snapshot(), roomy.Snapshot()}
		apply(usual, watcher.Changes{Paths: []string{c.Path}})
		apply(roomy, watcher.Changes{Paths: []string{c.Path}})
		if got := touched(old[1], roomy.Snapshot()); !slices.Equal(got, want) {
			t.Errorf("change %d, of %s, changes the feeds %q, not %q", i, c.Path, got, want)
		}
		got := touched(old[0], usual.Snapshot()) // not those whose articles are all newer
		if len(got) > 0 {
			n.visible++
		}
		if slices.ContainsFunc(got, func(name string) bool { return !slices.Contains(want, name) }) {
			t.Errorf("change %d, of %s, changes the feeds %q, and %q at most", i, c.Path, got, want)
		}
		if tags != nil && !maps.Equal(tags, tagsOf(t, usual)) {
			t.Errorf("change %d, of %s, is bookkeeping and changes documents", i, c.Path)
		}
	}
	t.Logf("%+v", n)
	now = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	apply(usual, watcher.Changes{})
	agree(t, usual, testBuilder(d, clock, func(o *Options) { o.Ledger = usual.opt.Ledger }))
	if bad := usual.badDocuments(); len(bad) > 0 {
		t.Errorf("documents that are not good: %v", bad)
	}
	return n
}

// TestReplayGuarded plays the same changes as they came, push by push. The guard
// holds what its rule names and nothing else: three deliberate rewrites, of
// sizes of pictures, of a topic and of addresses.
func TestReplayGuarded(t *testing.T) {
	d := newDisk()
	var now time.Time
	b := testBuilder(d, func() time.Time { return now }, func(o *Options) { o.Guard = feeds.Guard{Items: 20, Percent: 30} })
	if err := b.Apply(t.Context(), watcher.Changes{Rescan: true}); err != nil {
		t.Fatal(err)
	}
	var held []string
	pushes := 0
	all := corpusHistory(t)
	for i := 0; i < len(all); pushes++ {
		batch, c := all[i].Batch, watcher.Changes{}
		for ; i < len(all) && all[i].Batch == batch; i++ {
			now = time.Unix(all[i].Time, 0)
			if all[i].Op == "remove" {
				d.remove(all[i].Path)
			} else {
				d.write(all[i].Path, all[i].Content)
			}
			c.Paths = append(c.Paths, all[i].Path)
		}
		for range 2 { // what the first round holds is accepted, and passes in the second
			if err := b.Apply(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			h := b.Held()
			if h == nil {
				break
			}
			held = append(held, h.String())
			b.Accept(h.Fingerprint)
		}
	}
	want := []string{
		"of the 96 known articles of all feeds, 42 would change",
		"of the 45 known articles of provider Microsoft Learn, 30 would change",
		"of the 34 known articles of type course, 34 would change",
	}
	if !slices.Equal(held, want) || pushes != 2821 {
		t.Errorf("of %d pushes are held:\n%s", pushes, strings.Join(held, "\n"))
	}
}
