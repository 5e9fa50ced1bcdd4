package builder

import (
	"context"
	"fmt"
	"io/fs"
	"iter"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/ledger"
	"feedmill/watcher"
)

const usual = "20 items, 30 %"

func guarded(t *testing.T, d Source, change func(*Options)) *Builder {
	t.Helper()
	b := testBuilder(d, nil, func(o *Options) {
		o.Guard = feeds.Guard{Items: 20, Percent: 30}
		if change != nil {
			change(o)
		}
	})
	scan(t, b)
	return b
}

func scan(t *testing.T, b *Builder) {
	t.Helper()
	if err := b.Apply(t.Context(), watcher.Changes{Rescan: true}); err != nil {
		t.Fatal(err)
	}
}

func numberedPosts(i int, topic, text string) string {
	return fmt.Sprintf("---\ntitle: T%d\ndate: 2024-01-%02d\ntopics: [%s]\n---\n%s %d\n", i, i%28+1, topic, text, i)
}

// fill writes articles from..to, a quarter of a hundred of them about one topic.
func fill(d *disk, from, to int, text string) {
	for i := from; i < to; i++ {
		d.write(fmt.Sprintf("%d.md", i), numberedPosts(i, fmt.Sprintf("t%d", i/25), text))
	}
}

// TestGuardArrivals lets an import write its files twice, but not everything else.
func TestGuardArrivals(t *testing.T) {
	now := time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC)
	d := newDisk()
	fill(d, 0, 10, "old")
	b := guarded(t, d, func(o *Options) { o.Now = func() time.Time { return now } })
	fill(d, 10, 110, "half")
	scan(t, b)
	fill(d, 10, 110, "whole")
	if scan(t, b); b.Held() != nil {
		t.Errorf("an import is held: %v", b.Held())
	}
	now = now.Add(recentTime)
	fill(d, 10, 110, "another")
	if scan(t, b); b.Held() == nil {
		t.Error("a change of everything passes once the import is over")
	}
}

// TestGuard holds what harms more than 20 and more than 30 % of a feed.
func TestGuard(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(d *disk)
		held   string // empty: passes
	}{
		{"nothing", func(*disk) {}, ""},
		{"20 of everything", func(d *disk) { remove(d, 0, 20) }, ""},
		{"60 of 200, 7 or 8 of each topic", func(d *disk) {
			for i := range 60 {
				d.remove(fmt.Sprintf("%d.md", i*10/3))
			}
		}, ""},
		{"61 of 200", func(d *disk) {
			for i := range 61 {
				d.remove(fmt.Sprintf("%d.md", i*13/4))
			}
		}, "of the 200 known articles of all feeds, 61 would vanish"},
		{"all", func(d *disk) { remove(d, 0, 200) }, "of the 200 known articles of all feeds, 200 would vanish"},
		{"one topic of many, all but four", func(d *disk) { remove(d, 25, 46) }, "of the 25 known articles of topic t1, 21 would vanish"},
		{"two topics, the one hit harder is named", func(d *disk) { remove(d, 25, 46); remove(d, 50, 73) }, "of the 25 known articles of topic t2, 23 would vanish"},
		{"mass edit", func(d *disk) { fill(d, 0, 100, "another text") }, "of the 200 known articles of all feeds, 100 would change"},
		{"bookkeeping everywhere", func(d *disk) {
			for p, c := range d.files {
				d.write(p, strings.Replace(c, "title:", "heat: 7\ntitle:", 1))
			}
		}, ""},
		{"5,000 new ones", func(d *disk) { fill(d, 200, 5200, "new") }, ""},
		{"all renamed", func(d *disk) {
			remove(d, 0, 200)
			for i := range 200 {
				d.write(fmt.Sprintf("moved/%d.md", i), numberedPosts(i, fmt.Sprintf("t%d", i/25), "text"))
			}
		}, ""},
		{"all renamed and rewritten", func(d *disk) {
			remove(d, 0, 200)
			for i := range 200 {
				d.write(fmt.Sprintf("moved/%d.md", i), numberedPosts(i, fmt.Sprintf("t%d", i/25), "another text"))
			}
		}, "of the 200 known articles of all feeds, 200 would vanish"},
		{"all drafts", func(d *disk) {
			for p, c := range d.files {
				d.write(p, strings.Replace(c, "title:", "draft: true\ntitle:", 1))
			}
		}, "of the 200 known articles of all feeds, 200 would vanish"},
		{"all of tomorrow", func(d *disk) {
			for p, c := range d.files {
				d.write(p, strings.Replace(c, "date: 2024", "date: 2999", 1))
			}
		}, "of the 200 known articles of all feeds, 200 would vanish"},
		{"other ids", func(d *disk) {
			for i := range 80 {
				d.write(fmt.Sprintf("%d.md", i), strings.Replace(numberedPosts(i, fmt.Sprintf("t%d", i/25), "text"), "title:", fmt.Sprintf("id: urn:x:%d\ntitle:", i), 1))
			}
		}, "of the 200 known articles of all feeds, 80 would have another id"},
		{"a little of each", func(d *disk) {
			remove(d, 0, 30)
			fill(d, 30, 60, "another text")
			d.write("60.md", strings.Replace(numberedPosts(60, "t2", "text"), "title:", "id: urn:x:60\ntitle:", 1))
		}, "of the 200 known articles of all feeds, 30 would vanish, 30 would change, 1 would have another id"},
		{"all broken keep their last good version", func(d *disk) {
			for p := range d.files {
				d.write(p, "")
			}
		}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDisk()
			fill(d, 0, 200, "text")
			b := guarded(t, d, nil)
			before := b.Snapshot()
			c.change(d)
			scan(t, b)
			expectHeld(t, b, c.held)
			if c.held != "" && b.Snapshot() != before {
				t.Error("the feeds have changed all the same")
			}
			if strings.Contains(c.name, "broken") {
				return // what was good is known to the process alone
			}
			// kill -9: the next process judges what is on disk in the same way
			again := guarded(t, d, func(o *Options) { o.Ledger = b.opt.Ledger })
			expectHeld(t, again, c.held)
			if ready := again.Snapshot() != nil; ready != (c.held == "") {
				t.Errorf("after a restart ready is %v", ready)
			}
		})
	}
}

func remove(d *disk, from, to int) {
	for i := from; i < to; i++ {
		d.remove(fmt.Sprintf("%d.md", i))
	}
}

func expectHeld(t *testing.T, b *Builder, want string) {
	t.Helper()
	got := ""
	if h := b.Held(); h != nil {
		got = h.String()
	}
	if got != want {
		t.Errorf("with %s held: %q, want %q", usual, got, want)
	}
}

// TestGuardBrokenAtStart counts articles that no longer can be read, and are
// not in memory, among those that vanish.
func TestGuardBrokenAtStart(t *testing.T) {
	d := newDisk()
	fill(d, 0, 40, "text")
	b := guarded(t, d, func(o *Options) { o.Ledger = ledger.Memory(); o.Cache = newCache(t, o.Ledger) })
	for i := range 30 {
		d.write(fmt.Sprintf("%d.md", i), "---\ntitle: [\n---\n")
	}
	expectHeld(t, guarded(t, d, func(o *Options) { o.Ledger = b.opt.Ledger }), "of the 40 known articles of all feeds, 30 would vanish")
	scan(t, b)
	expectHeld(t, b, "")
	expectHeld(t, guarded(t, d, func(o *Options) { o.Ledger, o.Cache = b.opt.Ledger, b.opt.Cache }), "")
}

// TestGuardOff holds nothing at 100 percent, and nothing where nothing is known.
func TestGuardOff(t *testing.T) {
	for _, g := range []feeds.Guard{{}, {Items: 20, Percent: 100}} {
		d := newDisk()
		fill(d, 0, 100, "text")
		b := guarded(t, d, func(o *Options) { o.Guard = g })
		remove(d, 0, 100)
		scan(t, b)
		expectHeld(t, b, "")
		if got := titles(b); got != "" {
			t.Errorf("%v keeps %s", g, got)
		}
	}
}

// TestAccept lets pass the change set that was held and no other.
func TestAccept(t *testing.T) {
	d := newDisk()
	fill(d, 0, 50, "text")
	var log strings.Builder
	var told []string
	b := guarded(t, d, func(o *Options) {
		o.Logger = textLogger(&log)
		o.OnHeld = func(h *feeds.Hold) {
			if h == nil {
				told = append(told, "nothing")
				return
			}
			told = append(told, fmt.Sprint(h.Hit()))
		}
	})
	remove(d, 0, 30)
	scan(t, b)
	seen := b.Held()
	scan(t, b)
	if again := b.Held(); again.Fingerprint != seen.Fingerprint || !again.Since.Equal(seen.Since) {
		t.Errorf("another look makes %+v of %+v", again, seen)
	}
	remove(d, 30, 50)
	b.Accept(seen.Fingerprint)
	scan(t, b)
	expectHeld(t, b, "of the 50 known articles of all feeds, 50 would vanish")
	if !strings.Contains(log.String(), "not accepted") {
		t.Error("nobody is told that it is another change set")
	}
	b.Accept(b.Held().Fingerprint)
	scan(t, b)
	expectHeld(t, b, "")
	if got := titles(b); got != "" {
		t.Errorf("accepted, and still there: %s", got)
	}
	if got := strings.Join(told, " "); got != "30 50 nothing" {
		t.Errorf("told of %q", got)
	}
	if n := strings.Count(log.String(), "held: "); n != 1 {
		t.Errorf("logged %d times:\n%s", n, log.String())
	}
	fill(d, 0, 50, "text")
	scan(t, b)
	remove(d, 0, 50)
	scan(t, b)
	expectHeld(t, b, "of the 50 known articles of all feeds, 50 would vanish")
}

// TestAcceptAny passes once, whatever comes.
func TestAcceptAny(t *testing.T) {
	d := newDisk()
	fill(d, 0, 50, "text")
	first := guarded(t, d, nil)
	remove(d, 0, 30)
	b := testBuilder(d, nil, func(o *Options) { o.Guard, o.Ledger = first.opt.Guard, first.opt.Ledger })
	b.Accept(AcceptAny)
	scan(t, b)
	expectHeld(t, b, "")
	fill(d, 0, 50, "another text")
	scan(t, b)
	remove(d, 0, 50)
	scan(t, b)
	expectHeld(t, b, "of the 50 known articles of all feeds, 50 would vanish")
}

// unmounted is a folder whose root has gone.
type unmounted struct{ *disk }

func (unmounted) Files(context.Context) iter.Seq2[watcher.File, error] {
	return func(yield func(watcher.File, error) bool) { yield(watcher.File{Path: "."}, fs.ErrNotExist) }
}

// TestUnmounted neither publishes nor forgets anything when the root is gone.
func TestUnmounted(t *testing.T) {
	d := newDisk()
	fill(d, 0, 30, "text")
	b := guarded(t, d, nil)
	before := b.Snapshot()
	b.src = unmounted{d}
	if err := b.Apply(t.Context(), watcher.Changes{Rescan: true}); err == nil || b.Snapshot() != before {
		t.Errorf("a lost root gives %v", err)
	}
	b.src = d
	scan(t, b)
	if b.Snapshot() != before {
		t.Error("its return changes feeds")
	}
}

// TestHeldTime shows a scheduled article at its second while something is held,
// and takes the held change up by itself once it is sane.
func TestHeldTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk()
		for i := range 3 {
			d.write(fmt.Sprintf("%d.md", i), fmt.Sprintf("---\ntitle: T%d\ndate: 1999-01-0%d\n---\n", i, i+1))
		}
		d.write("soon.md", "---\ntitle: Soon\ndate: "+time.Now().Add(time.Hour).UTC().Format(time.RFC3339)+"\n---\n")
		b := testBuilder(d, nil, func(o *Options) { o.Guard, o.Ledger = feeds.Guard{Items: 1, Percent: 30}, ledger.Memory() })
		in := make(chan watcher.Changes)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- b.Run(ctx, in) }()
		expect := func(want string) {
			t.Helper()
			synctest.Wait()
			if got := titles(b); got != want {
				t.Errorf("at %s the feed holds %q, want %q", time.Now(), got, want)
			}
		}
		in <- watcher.Changes{Rescan: true}
		expect("T2 T1 T0")
		remove(d, 0, 3)
		in <- watcher.Changes{Paths: []string{"0.md", "1.md", "2.md"}}
		expect("T2 T1 T0")
		since := b.Held().Since
		time.Sleep(time.Hour)
		expect("Soon T2 T1 T0")
		if !b.Held().Since.Equal(since) {
			t.Error("held since another time")
		}
		d.write("1.md", "---\ntitle: T1\ndate: 1999-01-02\n---\n")
		d.write("2.md", "---\ntitle: T2\ndate: 1999-01-03\n---\n")
		in <- watcher.Changes{Paths: []string{"1.md"}}
		expect("Soon T2 T1")
		remove(d, 1, 3)
		in <- watcher.Changes{Paths: []string{"1.md", "2.md"}}
		expect("Soon T2 T1")
		b.Accept(b.Held().Fingerprint)
		expect("Soon")
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}
