package builder

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"feedmill/feeds"
	"feedmill/watcher"
)

// change is one line of the corpus's history.
type change struct {
	Batch, Op, Path, Content string
	Time                     int64
}

func history(t testing.TB) []change {
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

// TestReplay plays nine months of real changes, write by write: what a reader
// cannot see touches no feed, and the end is what a fresh start gives.
func TestReplay(t *testing.T) {
	d := newDisk()
	var now time.Time
	b := testBuilder(d, func() time.Time { return now }, nil)
	if err := b.Apply(t.Context(), watcher.Changes{Rescan: true}); err != nil {
		t.Fatal(err)
	}
	writes, visible, bookkeeping := 0, 0, 0
	before := b.revisions()
	last := map[string]string{} // what a reader can see of each file
	for _, c := range history(t) {
		now = time.Unix(c.Time, 0)
		if c.Op == "remove" {
			d.remove(c.Path)
		} else {
			d.write(c.Path, c.Content)
			writes++
		}
		if err := b.Apply(t.Context(), watcher.Changes{Paths: []string{c.Path}}); err != nil {
			t.Fatal(err)
		}
		after := b.revisions()
		touched := changed(before, after)
		if touched {
			visible++
		}
		seen := show(t, c.Content)
		if c.Op == "write" && last[c.Path] == seen {
			bookkeeping++
			if touched {
				t.Errorf("%s at %d changes nothing that a reader sees, but a feed", c.Path, c.Time)
			}
		}
		last[c.Path], before = seen, after
	}
	t.Logf("%d writes, of them %d bookkeeping; %d changes touched a feed", writes, bookkeeping, visible)
	if writes != 8197 || bookkeeping < 7600 || visible > 403+178+1 {
		t.Errorf("%d of %d writes touched a feed: at most the 403 new articles, 178 visible rewrites and 1 removal should", visible, writes)
	}
	now = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	if err := b.Apply(t.Context(), watcher.Changes{}); err != nil {
		t.Fatal(err)
	}
	agree(t, b, testBuilder(d, func() time.Time { return now }, func(o *Options) { o.Ledger = b.opt.Ledger }))
	if bad := b.unfit(); len(bad) > 0 {
		t.Errorf("documents that are not good: %v", bad)
	}
}

// show prints what a reader can see of a file, without any code of ours.
func show(t *testing.T, content string) string {
	_, rest, _ := strings.Cut(strings.ReplaceAll(content, "\r\n", "\n"), "---\n")
	front, body, _ := strings.Cut(rest, "\n---")
	all := map[string]any{}
	if err := yaml.Unmarshal([]byte(front), &all); err != nil {
		t.Fatal(err)
	}
	for key := range all {
		if !slices.Contains([]string{
			"title", "name", "excerpt", "publishedDateTime", "updatedDateTime", "originalUrl", "webUrl", "ampWebUrl", "cdnAmpWebUrl", "type", "category",
			"topics", "images", "provider", "related", "featuredContent", "published", "removed",
		}, key) {
			delete(all, key)
		}
	}
	if images, ok := all["images"].([]any); ok {
		for _, i := range images {
			delete(i.(map[string]any), "isCached")
		}
	}
	text, err := yaml.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return string(text) + strings.TrimSpace(body)
}

func (b *Builder) revisions() map[feeds.Key]*feeds.Revision {
	all := map[feeds.Key]*feeds.Revision{}
	for _, l := range b.Snapshot().Listings {
		all[l.Key] = l.Revision
	}
	return all
}

func changed(a, b map[feeds.Key]*feeds.Revision) bool {
	if len(a) != len(b) {
		return true
	}
	for k, r := range a {
		if b[k] != r {
			return true
		}
	}
	return false
}

// TestReplayGuarded plays the same changes as they came, push by push. The guard
// holds what its rule names and nothing else: three deliberate rewrites, of
// sizes of pictures, of a topic and of addresses.
func TestReplayGuarded(t *testing.T) {
	d := newDisk()
	var now time.Time
	b := testBuilder(d, func() time.Time { return now }, func(o *Options) { o.Guard = Guard{Items: 20, Percent: 30} })
	if err := b.Apply(t.Context(), watcher.Changes{Rescan: true}); err != nil {
		t.Fatal(err)
	}
	var held []string
	pushes := 0
	all := history(t)
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
