package builder

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// ledgerCopy keeps or puts back the ledger of a house that is stopped.
func (h *house) ledgerCopy(put bool) {
	h.t.Helper()
	h.stop()
	h.stop = func() {}
	from, to := filepath.Join(h.state, "ledger.db"), filepath.Join(h.state, "ledger.backup")
	if put {
		from, to = to, from
	}
	b, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, b, 0o666)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	if put { // and not that of what was put back
		os.Remove(filepath.Join(h.state, "ledger.db.copy"))
	}
}

// loseLedger removes the ledger, with whatever lies beside it that could replace it.
func (h *house) loseLedger() {
	h.t.Helper()
	h.stop()
	h.stop = func() {}
	files, err := filepath.Glob(filepath.Join(h.state, "ledger*"))
	if err != nil || len(files) == 0 {
		h.t.Fatalf("no ledger: %v", err)
	}
	for _, file := range files {
		if err := os.Remove(file); err != nil {
			h.t.Fatal(err)
		}
	}
}

// moveAll renames files, and edits some of them in the same moment.
func moveAll(d *disk, n int) {
	for i := range n {
		from := fmt.Sprintf("%d.md", i)
		d.write("moved/"+from, d.files[from])
		d.remove(from)
	}
}

// TestLedgerLost deletes the ledger: as long as the cache is there, articles keep their
// ids and dates, also those that were renamed or have no date, and all that is published
// stays to the byte.
func TestLedgerLost(t *testing.T) {
	h := stocked(t, nil)
	h.restart()
	h.now = h.now.Add(24 * time.Hour)
	moveAll(h.disk, 40)
	h.restart()
	h.disk.write("moved/3.md", strings.Replace(h.disk.files["moved/3.md"], "text", "another text", 1))
	scan(t, h.Builder)
	want := h.shown()
	for range 2 {
		h.loseLedger()
		h.now = h.now.Add(time.Hour)
		if n := h.restart(); n != 1 {
			t.Errorf("%d files read, want the broken one", n)
		}
		expectHeld(t, h.Builder, "")
		h.same("without the ledger", want)
	}
	if n := h.restart(); n != 1 {
		t.Errorf("then %d files read", n)
	}
	h.same("then", want)

	// Renamed while nothing ran, and the ledger lost: they are known again.
	h.loseLedger()
	id := h.Builder.catalog.Get("moved/5.md").ID()
	h.disk.write("elsewhere/5.md", h.disk.files["moved/5.md"])
	h.disk.remove("moved/5.md")
	h.restart()
	if a := h.Builder.catalog.Get("elsewhere/5.md"); a == nil || a.ID() != id {
		t.Errorf("renamed while the ledger was lost: %v, want id %s", a, id)
	}
}

// TestLedgerLostGone removes many articles and the ledger: that the guard notices.
func TestLedgerLostGone(t *testing.T) {
	h := stocked(t, nil)
	h.restart()
	want := h.shown()
	h.loseLedger()
	remove(h.disk, 0, 60)
	for range 2 {
		h.restart()
		expectHeld(t, h.Builder, "of the 62 known articles of all feeds, 60 would vanish")
		h.same("held", want)
	}
}

// TestLedgerOlder puts an older copy of the ledger back: what readers have seen since
// holds, whether it is new, renamed, changed or gone.
func TestLedgerOlder(t *testing.T) {
	h := stocked(t, nil)
	h.restart()
	h.ledgerCopy(false)
	h.restart()
	h.now = h.now.Add(24 * time.Hour)
	moveAll(h.disk, 40)
	h.disk.write("new.md", "---\ntitle: New and undated\ntopics: [t1]\n---\nText.\n")
	h.disk.write("50.md", numberedPosts(50, "t0", "changed since the copy"))
	remove(h.disk, 51, 53)
	scan(t, h.Builder)
	h.now = h.now.Add(time.Hour)
	h.disk.write("moved/7.md", numberedPosts(7, "t0", "changed after it was moved"))
	scan(t, h.Builder)
	want := h.shown()
	h.ledgerCopy(true)
	h.now = h.now.Add(time.Hour)
	if n := h.restart(); n != 1 {
		t.Errorf("%d files read, want the broken one", n)
	}
	expectHeld(t, h.Builder, "")
	got := h.shown()
	for path := range want { // when articles left is only known to the second of the last round
		if strings.HasSuffix(path, "atom.xml") {
			want[path], got[path] = withoutTombstones(want[path]), withoutTombstones(got[path])
		}
		if got[path] != want[path] {
			t.Errorf("%s is\n%s\nwant\n%s", path, got[path], want[path])
		}
	}
}

// TestLedgerOlderKnowsMore puts an older copy of the ledger back that knows many articles
// which readers have seen leave: that they are not there is no news to hold.
func TestLedgerOlderKnowsMore(t *testing.T) {
	h := stocked(t, nil)
	h.restart()
	h.ledgerCopy(false)
	h.restart()
	for from := 0; from < 45; from += 15 { // less at a time than the guard holds
		h.now = h.now.Add(24 * time.Hour)
		remove(h.disk, from, from+15)
		scan(t, h.Builder)
		expectHeld(t, h.Builder, "")
	}
	want := len(h.shown())
	h.ledgerCopy(true)
	h.restart()
	expectHeld(t, h.Builder, "")
	if got := len(h.shown()); got != want {
		t.Errorf("%d documents, want %d", got, want)
	}
}

// TestLedgerDiverged puts a ledger back that has less writes than the cache and knows
// articles that the cache does not, as that of a second machine may: articles that lie
// where it says keep its ids, also those that were edited.
func TestLedgerDiverged(t *testing.T) {
	h := stocked(t, nil)
	h.restart()
	moveAll(h.disk, 10)
	scan(t, h.Builder)
	ids := map[string]string{}
	for i := range 10 {
		path := fmt.Sprintf("moved/%d.md", i)
		ids[path] = h.Builder.catalog.Get(path).ID()
	}
	moved := maps.Clone(h.disk.files)
	h.ledgerCopy(false)
	h.restart()
	for i := range 10 {
		h.disk.remove(fmt.Sprintf("moved/%d.md", i))
	}
	scan(t, h.Builder)
	h.disk.write("new.md", numberedPosts(100, "t0", "text"))
	scan(t, h.Builder)
	h.ledgerCopy(true)
	for path := range ids {
		h.disk.write(path, strings.Replace(moved[path], "text", "edited", 1))
	}
	h.now = h.now.Add(72 * time.Hour)
	h.restart()
	expectHeld(t, h.Builder, "")
	for path, id := range ids {
		if a := h.Builder.catalog.Get(path); a == nil || a.ID() != id {
			t.Errorf("%s: %v, want the id %s", path, a, id)
		}
	}
}

// withoutTombstones is an Atom document without its tag and deleted entries.
func withoutTombstones(document string) string {
	_, document, _ = strings.Cut(document, "\n")
	var out strings.Builder
	for i, part := range strings.Split(document, "<at:deleted-entry") {
		if i > 0 {
			_, part, _ = strings.Cut(part, "</at:deleted-entry>")
		}
		out.WriteString(part)
	}
	return strings.Join(strings.Fields(out.String()), " ")
}

// TestLedgerForeign puts another ledger in place, in which the articles have other ids:
// the guard holds that back, and what it lets pass has the ids of the ledger.
func TestLedgerForeign(t *testing.T) {
	other := newHouse(t, nil)
	fill(other.disk, 0, 60, "text")
	moveFrom := func(h *house, dir string) {
		for i := range 60 {
			from := fmt.Sprintf("%d.md", i)
			h.disk.write(dir+from, h.disk.files[from])
			h.disk.remove(from)
		}
	}
	moveFrom(other, "before/")
	other.restart()
	for i := range 60 {
		path := fmt.Sprintf("%d.md", i)
		other.disk.write(path, other.disk.files["before/"+path])
		other.disk.remove("before/" + path)
	}
	other.restart()
	foreign := other.Builder.catalog.Get("0.md").ID()
	other.ledgerCopy(false)

	h := newHouse(t, nil)
	fill(h.disk, 0, 60, "text")
	h.restart()
	want, own := h.shown(), h.Builder.catalog.Get("0.md").ID()
	if own == foreign {
		t.Fatal("both houses give the same ids")
	}
	h.loseLedger()
	b, err := os.ReadFile(filepath.Join(other.state, "ledger.backup"))
	if err == nil {
		err = os.WriteFile(filepath.Join(h.state, "ledger.db"), b, 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		h.restart()
		expectHeld(t, h.Builder, "of the 60 known articles of all feeds, 60 would have another id")
		h.same("held", want)
	}
	h.Accept(AcceptAny)
	scan(t, h.Builder)
	expectHeld(t, h.Builder, "")
	if id := h.Builder.catalog.Get("0.md").ID(); id != foreign {
		t.Errorf("accepted: id %s, want %s", id, foreign)
	}
}

// TestRecall begins with a ledger and a cache that know nothing, and documents that do.
func TestRecall(t *testing.T) {
	d := newDisk()
	d.write("renamed.md", "---\ntitle: Renamed\nurl: https://example.org/a/\n---\nText.\n")
	d.write("other.md", "---\ntitle: Other\nurl: https://example.org/b/\n---\nText.\n")
	d.write("own.md", "---\ntitle: Own\nid: urn:x:own\nurl: https://example.org/c/\n---\nText.\n")
	at := time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)
	asked := 0
	b := testBuilder(d, nil, func(o *Options) {
		o.Former = func() map[string]Former {
			asked++
			return map[string]Former{
				"https://example.org/a/": {ID: "urn:x:former", Published: at, Updated: at.Add(time.Hour)}, "https://example.org/c/": {ID: "urn:x:another", Published: at},
			}
		}
	})
	scan(t, b)
	d.write("late.md", "---\ntitle: Late\nurl: https://example.org/a/\n---\nOther text.\n")
	scan(t, b)
	if a := b.catalog.Get("renamed.md"); a.ID() != "urn:x:former" || !a.Published.Equal(at) || !a.Changed().Equal(at.Add(time.Hour)) {
		t.Errorf("%s, published %s, changed %s", a.ID(), a.Published, a.Changed())
	}
	if a := b.catalog.Get("own.md"); a.ID() != "urn:x:own" {
		t.Errorf("%s in place of the id that the file states", a.ID())
	}
	if a := b.catalog.Get("late.md"); a.ID() == "urn:x:former" || asked != 1 {
		t.Errorf("%s, documents read %d times", a.ID(), asked)
	}
}
