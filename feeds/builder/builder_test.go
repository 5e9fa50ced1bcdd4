package builder

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"feedmill/feeds"
	"feedmill/feeds/article"
	"feedmill/feeds/catalog"
	"feedmill/feeds/document"
	"feedmill/feeds/internal/feedtest"
	"feedmill/watcher"
)

var update = feedtest.Update

// disk is a folder in memory. It counts how many files were read.
type disk struct {
	mu    sync.Mutex
	files map[string]string
	stamp map[string]watcher.Stamp
	clock int64
	reads int
	lost  map[string]bool // folders that cannot be read
}

func newDisk() *disk {
	return &disk{files: map[string]string{}, stamp: map[string]watcher.Stamp{}, lost: map[string]bool{}}
}

func (d *disk) write(path, content string) {
	d.clock++
	d.files[path] = content
	d.stamp[path] = watcher.Stamp{Size: int64(len(content)), ModTime: d.clock}
}

func (d *disk) remove(path string) {
	delete(d.files, path)
	delete(d.stamp, path)
}

func (d *disk) Files(context.Context) iter.Seq2[watcher.File, error] {
	return func(yield func(watcher.File, error) bool) {
		for dir := range d.lost {
			if !yield(watcher.File{Path: dir}, fs.ErrPermission) {
				return
			}
		}
		for _, path := range slices.Sorted(maps.Keys(d.files)) {
			if !slices.ContainsFunc(slices.Collect(maps.Keys(d.lost)), func(dir string) bool { return strings.HasPrefix(path, dir+"/") }) && !yield(watcher.File{Path: path, Stamp: d.stamp[path]}, nil) {
				return
			}
		}
	}
}

func (d *disk) Stat(path string) (watcher.File, error) {
	if _, ok := d.files[path]; !ok {
		return watcher.File{}, fs.ErrNotExist
	}
	return watcher.File{Path: path, Stamp: d.stamp[path]}, nil
}

func (d *disk) ReadFile(path string, buf []byte, limit int64) ([]byte, watcher.Stamp, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.reads++
	if int64(len(d.files[path])) > limit {
		return nil, d.stamp[path], watcher.ErrTooLarge
	}
	return append(buf[:0], d.files[path]...), d.stamp[path], nil
}

func testBuilder(src Source, now func() time.Time, change func(*Options)) *Builder {
	opt := Options{
		Site:   feeds.Site{Title: "Site", BaseURL: "https://feeds.example/", HomeURL: "https://example.org/"},
		SiteID: "example.org", Now: now,
		Patience: time.Minute,
	}
	if change != nil {
		change(&opt)
	}
	opt.Parser = article.NewParser(article.Options{SiteID: opt.SiteID, SiteURL: opt.Site.HomeURL, TopicName: catalog.TopicNames(opt.Topics)})
	return New(src, opt)
}

// TestCases plays txtar files. A section N/path writes a file at step N; N/rm
// lists removed ones, N/at sets the clock, N/scan asks for a rescan instead of
// naming paths, and N/want is the state after the step: every feed with its
// titles, how many feeds changed, how many files were read.
func TestCases(t *testing.T) {
	cases, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(cases) == 0 {
		t.Fatalf("no cases in testdata: %v", err)
	}
	for _, file := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { play(t, file) })
	}
}

func play(t *testing.T, file string) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	steps := map[string][]int{}
	var order []string
	for i, f := range archive.Files {
		n, _, _ := strings.Cut(f.Name, "/")
		if steps[n] == nil {
			order = append(order, n)
		}
		steps[n] = append(steps[n], i)
	}
	now := time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC)
	d := newDisk()
	b := testBuilder(d, func() time.Time { return now }, func(o *Options) {
		if strings.Contains(string(archive.Comment), "topic: C++") {
			o.Topics = []feeds.KnownTopic{{Name: "C++", Slug: "cpp", Aliases: []string{"cplusplus"}, Parent: "Code"}, {Name: "Code", Description: "All code"}}
		}
		if strings.Contains(string(archive.Comment), "max age: 30d") {
			o.Limits = func(feeds.Kind, string) feeds.Limits { return feeds.Limits{Items: 50, MaxAge: 30 * 24 * time.Hour} }
		}
		if strings.Contains(string(archive.Comment), "guard: 2, 30 %") {
			o.Guard = feeds.Guard{Items: 2, Percent: 30}
		}
		if strings.Contains(string(archive.Comment), "items: 2") {
			o.Limits = func(feeds.Kind, string) feeds.Limits { return feeds.Limits{Items: 2} }
		}
	})
	before := map[feeds.Key]*document.Revision{}
	for i, n := range order {
		c := watcher.Changes{Rescan: i == 0}
		want := -1
		for _, j := range steps[n] {
			name := strings.TrimPrefix(archive.Files[j].Name, n+"/")
			data := string(archive.Files[j].Data)
			switch name {
			case "want":
				want = j
			case "rm":
				for path := range strings.FieldsSeq(data) {
					d.remove(path)
					c.Paths = append(c.Paths, path)
				}
			case "at":
				if now, err = time.Parse(time.RFC3339, strings.TrimSpace(data)); err != nil {
					t.Fatal(err)
				}
			case "scan":
				c.Rescan = true
			case "accept":
				b.Accept(b.Held().Fingerprint)
				c.Rescan = true
			case "restart":
				b = New(d, b.opt)
				c.Rescan = true
			case "lost":
				clear(d.lost)
				for dir := range strings.FieldsSeq(data) {
					d.lost[dir] = true
				}
			default:
				d.write(name, data)
				c.Paths = append(c.Paths, name)
			}
		}
		if want < 0 {
			t.Fatalf("step %s says not what it wants", n)
		}
		d.reads = 0
		if err := b.Apply(t.Context(), c); err != nil {
			t.Fatalf("step %s: %v", n, err)
		}
		got := state(b, before) + fmt.Sprintf("read %d\n", d.reads)
		if *update {
			archive.Files[want].Data = []byte(got)
		} else if got != string(archive.Files[want].Data) {
			t.Errorf("step %s\n--- got\n%s--- want\n%s", n, got, archive.Files[want].Data)
		}
		fresh := testBuilder(d, func() time.Time { return now }, func(o *Options) { *o = b.opt })
		if !strings.Contains(string(archive.Comment), "remembers") {
			agree(t, b, fresh)
		}
	}
	if *update {
		if err := writeFile(file, txtar.Format(archive)); err != nil {
			t.Fatal(err)
		}
	}
}

// state prints every feed and marks those whose revision is not the one in
// before, which it brings up to date.
func state(b *Builder, before map[feeds.Key]*document.Revision) string {
	var out strings.Builder
	if h := b.Held(); h != nil {
		fmt.Fprintf(&out, "held: %s\n", h)
	}
	if b.Snapshot() == nil {
		return out.String() + "not ready\n"
	}
	now := map[feeds.Key]*document.Revision{}
	for _, l := range b.Snapshot().Listings {
		now[l.Key] = l.Revision
		mark := " "
		if before[l.Key] != l.Revision {
			mark = "*"
		}
		var titles []string
		for _, it := range l.Feed().Items {
			titles = append(titles, it.Title)
		}
		fmt.Fprintf(&out, "%s %s %q %d: %s\n", mark, l.Key.Path(), l.Name, l.Count, strings.Join(titles, " | "))
	}
	r := b.Report()
	for _, l := range r.Left {
		fmt.Fprintf(&out, "left %s: %s\n", l.Path, l.Reason)
	}
	for _, p := range r.Problems {
		fmt.Fprintf(&out, "problem %s\n", p)
	}
	clear(before)
	maps.Copy(before, now)
	return out.String()
}

// agree compares every document of b with those of a builder that starts now.
func agree(t *testing.T, b, fresh *Builder) {
	t.Helper()
	if err := fresh.Apply(t.Context(), watcher.Changes{Rescan: true}); err != nil {
		t.Fatal(err)
	}
	got, want := documents(t, b), documents(t, fresh)
	for path := range want {
		if got[path] == nil || !bytes.Equal(got[path], want[path]) {
			t.Errorf("%s is not what a fresh start gives:\n%s\n---\n%s", path, got[path], want[path])
		}
	}
	for path := range got {
		if want[path] == nil {
			t.Errorf("%s would not exist after a fresh start", path)
		}
	}
}

func documents(t *testing.T, b *Builder) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	for _, l := range b.Snapshot().Listings {
		for _, f := range feeds.Formats {
			d, err := l.Document(f)
			if err != nil {
				t.Fatal(err)
			}
			all[l.Key.DocumentPath(f)] = d.Body
		}
	}
	return all
}

func writeFile(name string, data []byte) error { return os.WriteFile(name, data, 0o666) }

func textLogger(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }
