package builder

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// overwritePages fills each page of the ledger that has some text with nonsense, and
// removes the copy.
func (h *house) overwritePages(text string) {
	h.t.Helper()
	h.stop()
	h.stop = func() {}
	file, size := filepath.Join(h.state, "ledger.db"), os.Getpagesize()
	b, err := os.ReadFile(file)
	if err != nil {
		h.t.Fatal(err)
	}
	for from := 2 * size; from+size <= len(b); from += size {
		if page := b[from : from+size]; bytes.Contains(page, []byte(text)) {
			copy(page, bytes.Repeat([]byte{0xaa}, size))
		}
	}
	if err := os.WriteFile(file, b, 0o666); err != nil {
		h.t.Fatal(err)
	}
	if err := os.Remove(file + ".copy"); err != nil {
		h.t.Fatal(err)
	}
}

// ids are the ids of all articles in feeds, by path.
func (h *house) ids() map[string]string {
	all := map[string]string{}
	for path := range h.disk.files {
		if a := h.Builder.catalog.Get(path); a != nil && h.Builder.catalog.Absent(path) == "" {
			all[path] = a.ID()
		}
	}
	return all
}

// TestCutOffWhileOpen cuts the ledger off while it is open, and its copy is gone: all that is
// published keeps its ids, and what is new is new.
func TestCutOffWhileOpen(t *testing.T) {
	h := stocked(t, nil)
	h.restart()
	h.now = h.now.Add(24 * time.Hour)
	moveAll(h.disk, 40)
	scan(t, h.Builder)
	ids := h.ids()
	if err := os.Truncate(filepath.Join(h.state, "ledger.db"), int64(2*os.Getpagesize())); err != nil {
		t.Fatal(err)
	}
	h.disk.write("new.md", "---\ntitle: New\n---\nNew.\n")
	h.disk.write("again/9.md", h.disk.files["moved/9.md"])
	h.disk.remove("moved/9.md")
	scan(t, h.Builder)
	ids["again/9.md"] = ids["moved/9.md"]
	delete(ids, "moved/9.md")
	for range 2 {
		got := h.ids()
		for path, id := range ids {
			if got[path] != id {
				t.Errorf("%s has the id %q, had %q", path, got[path], id)
			}
		}
		if got["new.md"] == "" {
			t.Error("a new article is held")
		}
		h.stop()
		h.stop = func() {}
		h.forget()
		h.restart()
	}
}

// TestRecordsLost destroys records of the ledger, and the cache: an article that is not
// known any more is held and named until that is accepted, and no other has another id.
// As long as the cache is there, nothing is lost.
func TestRecordsLost(t *testing.T) {
	h := stocked(t, nil)
	h.restart()
	h.now = h.now.Add(24 * time.Hour)
	moveAll(h.disk, 40)
	h.restart()
	want, ids := h.shown(), h.ids()
	h.overwritePages("moved/7.md")
	h.restart()
	h.same("with the cache", want)

	h.overwritePages("moved/7.md")
	h.forget()
	h.restart()
	var problems strings.Builder
	for _, p := range h.Report().Problems {
		problems.WriteString(p.Error() + "\n")
	}
	held := 0
	for path, id := range ids {
		switch got := h.ids()[path]; {
		case got == "" && strings.Contains(problems.String(), path+": held: "):
			held++
		case got != id:
			t.Errorf("%s has the id %q, had %q; problems:\n%s", path, got, id, problems.String())
		}
	}
	if held == 0 {
		t.Error("none is held")
	}
	h.disk.write("moved/7.md", strings.Replace(h.disk.files["moved/7.md"], "title:", "id: urn:x:7\ntitle:", 1))
	scan(t, h.Builder)
	if got := h.ids()["moved/7.md"]; got != "urn:x:7" {
		t.Errorf("an article that states its id has %q", got)
	}
	h.restart()
	h.Builder.Accept(AcceptAny)
	scan(t, h.Builder)
	if n := len(h.ids()); n != len(ids) {
		t.Errorf("%d of %d articles are shown after all was accepted", n, len(ids))
	}
}

// TestAcceptLost accepts, while the builder runs, the articles that are held because their
// records are lost: they are shown, also after a restart, and nothing is to be accepted
// any more. Another approval does nothing.
func TestAcceptLost(t *testing.T) {
	h := stocked(t, nil)
	h.restart()
	h.now = h.now.Add(24 * time.Hour)
	moveAll(h.disk, 40)
	h.restart()
	ids := h.ids()
	if a := h.Builder.Acceptable(); a != nil {
		t.Fatalf("to be accepted of a sound ledger: %v", a)
	}
	h.overwritePages("moved/7.md")
	h.forget()
	h.restart()
	held := h.Builder.Acceptable()
	if held == nil || held.Lost != len(ids)-len(h.ids()) || held.Lost == 0 {
		t.Fatalf("to be accepted: %+v; %d of %d articles are shown", held, len(h.ids()), len(ids))
	}
	h.Builder.Accept("another")
	scan(t, h.Builder)
	if n := len(h.ids()); n != len(ids)-held.Lost {
		t.Errorf("another approval shows %d articles", n)
	}
	h.Builder.hold.lost.Store(nil) // as in the first round of a process
	h.Builder.Accept(held.Fingerprint)
	scan(t, h.Builder)
	scan(t, h.Builder)
	for range 2 {
		if n := len(h.ids()); n != len(ids) || h.Builder.Acceptable() != nil {
			t.Errorf("accepted: %d of %d articles are shown, %v is to be accepted", n, len(ids), h.Builder.Acceptable())
		}
		h.restart()
	}
}
