package builder

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"feedmill/feeds"
)

// tombstonesAt is the ids that the Atom document of a feed calls removed.
func (p *past) tombstonesAt(path string) []string {
	p.Helper()
	_, body := p.get(path + "atom.xml")
	l := p.read(feeds.Atom, body)
	for _, id := range l.deleted {
		if slices.Contains(l.ids, id) {
			p.Errorf("%s calls %s removed and shows it", path, id)
		}
	}
	return l.deleted
}

func TestTombstones(t *testing.T) {
	p := newPast(t, 20, feeds.Limits{Items: 10})
	day := 24 * time.Hour
	id := func(path string) string { return p.b.catalog.Get(path).ID() }
	expect := func(what, path string, want ...string) {
		t.Helper()
		if got := p.tombstonesAt(path); !slices.Equal(got, want) {
			t.Errorf("%s: %s calls %v removed, want %v", what, path, got, want)
		}
		fresh := testBuilder(p.d, func() time.Time { return p.now }, func(o *Options) { *o = p.b.opt })
		agree(t, p.b, fresh)
	}
	write := func(path, content string) {
		p.now = p.now.Add(time.Minute)
		if p.d.write(path, content); content == "" {
			p.d.remove(path)
		}
		p.apply(path)
	}
	one, far, old := id("0003.md"), id("0017.md"), p.d.files["0003.md"]
	write("0003.md", "")
	expect("a removal", "/", one)
	expect("a removal", "/topics/t3/", one)
	expect("a removal", "/topics/t4/")
	write("0017.md", post("T17", p.now.Add(-9000*time.Hour), "draft: true\ntopics: [t3]"))
	expect("unpublishing beyond the window", "/topics/t3/", far, one)
	write("moved.md", old)
	expect("coming back elsewhere", "/topics/t3/", far)

	write("soon.md", post("Soon", p.now.Add(48*time.Hour), "topics: [t4]"))
	write("soon.md", "")
	expect("what was never shown", "/topics/t4/")
	write("later.md", post("Later", p.now.Add(2*time.Hour), "topics: [t4]\nexpiryDate: "+p.now.Add(4*time.Hour).Format(time.RFC3339)))
	write("late.md", post("Late", p.now.Add(2*time.Hour), "topics: [t5]"))
	later, late := id("later.md"), id("late.md")
	p.now = p.now.Add(3 * time.Hour)
	p.apply("later.md")
	expect("while shown", "/topics/t4/")
	write("late.md", "")
	expect("what appeared without a change", "/topics/t5/", late)
	p.now = p.now.Add(3 * time.Hour)
	p.apply("0001.md")
	expect("expired", "/topics/t4/", later)
	write("0011.md", post("T11", p.now.Add(5*time.Hour), "topics: [t4]"))
	expect("put off", "/topics/t4/", id("0011.md"), later)
	p.now = p.now.Add(6 * time.Hour)
	p.apply("0001.md")
	expect("back at its time", "/topics/t4/", later)

	six := id("0006.md")
	write("0006.md", post("T6", p.now.Add(-9000*time.Hour), "topics: [new, T6]"))
	expect("another spelling", "/topics/t6/")
	write("0006.md", post("T6", p.now.Add(-9000*time.Hour), "topics: [new]"))
	expect("a topic taken off", "/topics/t6/", six)
	expect("a topic taken off", "/topics/new/")
	write("0006.md", post("T6", p.now.Add(-9000*time.Hour), "topics: [t6, other]"))
	expect("a topic given back, another taken off", "/topics/t6/")
	write("0006.md", "")
	expect("a removal after that", "/topics/t6/", six)
	write("0006.md", post("T6", p.now.Add(-9000*time.Hour), "topics: [t6]"))
	expect("and back with less", "/topics/t6/")

	next := p.b.next()
	if next.Before(p.now.Add(28*day)) || next.After(p.now.Add(31*day)) || next.Hour() != 0 {
		t.Errorf("at %s the next turn is at %s", p.now, next)
	}
	p.now = next
	p.apply("0001.md")
	expect("after 30 days", "/")
	expect("after 30 days", "/topics/t4/")
}

// TestEnded: a feed that has lost its last article tells so, under its name and
// over restarts, while it has a tombstone, and is over then.
func TestEnded(t *testing.T) {
	p := newPast(t, 3, feeds.Limits{Items: 10})
	write := func(path, content string) {
		p.now = p.now.Add(time.Minute)
		if p.d.write(path, content); content == "" {
			p.d.remove(path)
		}
		p.apply(path)
		agree(t, p.b, testBuilder(p.d, func() time.Time { return p.now }, func(o *Options) { *o = p.b.opt }))
	}
	expect := func(slug, want string) {
		t.Helper()
		got := "none"
		if l := p.b.Snapshot().Listing(feeds.Key{Kind: feeds.Topic, Slug: slug}); l != nil {
			got = fmt.Sprintf("%s %d %v %d", l.Name, l.Count, l.Ended, len(p.tombstonesAt(l.Key.Path())))
		}
		if got != want {
			t.Errorf("%s is %q, want %q", slug, got, want)
		}
	}
	about := func(topic string) string { return post("One", p.now.Add(-time.Hour), "topics: ["+topic+"]") }
	write("one.md", about("Electoin"))
	expect("electoin", "Electoin 1 false 0")
	write("one.md", about("Election"))
	expect("electoin", "Electoin 0 true 1")
	write("two.md", about("electoin"))
	expect("electoin", "electoin 1 false 1")
	write("two.md", "")
	expect("electoin", "electoin 0 true 2")
	write("one.md", "")
	expect("election", "Election 0 true 1")
	write("one.md", about("Election"))
	expect("election", "Election 1 false 0")
	p.now = p.now.Add(29 * 24 * time.Hour)
	write("other.md", about("Other"))
	expect("electoin", "electoin 0 true 2")
	p.now = p.b.next()
	p.apply("other.md")
	expect("electoin", "none")
}

// TestManyTombstones bounds their number and leaves room for articles.
func TestManyTombstones(t *testing.T) {
	for _, c := range []struct{ bytes, want int }{{0, mostTombstones}, {512 << 10, mostTombstones}, {16 << 10, 8}} {
		p := newPast(t, 300, feeds.Limits{Items: 10, MaxBytes: c.bytes})
		for path := range p.d.files {
			if path > "0100.md" {
				p.d.remove(path)
			}
		}
		p.apply("")
		if n := len(p.tombstonesAt("/")); n != c.want {
			t.Errorf("%d tombstones in %d bytes, want %d", n, c.bytes, c.want)
		}
		if _, body := p.get("/atom.xml"); c.bytes > 0 && len(body) > c.bytes {
			t.Errorf("%d bytes of %d", len(body), c.bytes)
		}
	}
}

// TestOverwritten names an article whose file another one was moved over, and the
// guard counts it.
func TestOverwritten(t *testing.T) {
	d := newDisk()
	fill(d, 0, 60, "text")
	b := guarded(t, d, func(o *Options) { o.Tombstones = 30 * 24 * time.Hour })
	lost := b.catalog.Get("1.md").ID()
	move := func(from, to int) {
		d.write(fmt.Sprintf("%d.md", to), d.files[fmt.Sprintf("%d.md", from)])
		d.remove(fmt.Sprintf("%d.md", from))
	}
	move(0, 1)
	scan(t, b)
	if stones := b.Snapshot().Listing(feeds.Key{}).Feed().Tombstones; len(stones) != 1 || stones[0].ID != lost {
		t.Errorf("%s was overwritten; the feed names %v", lost, stones)
	}
	for i := range 21 {
		move(2+i, 30+i)
	}
	scan(t, b)
	expectHeld(t, b, "of the 60 known articles of all feeds, 22 would vanish")
}
