package ledger

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestLeft remembers which feeds an article has left, over restarts and while it
// moves, until it comes back to them.
func TestLeft(t *testing.T) {
	p := newPlay(t)
	about := func(topics string) string { return "---\ntitle: T\nid: urn:x:1\ntopics: [" + topics + "]\n---\nText\n" }
	expect := func(want string) {
		t.Helper()
		for range 2 {
			var got []string
			for _, id := range slices.Compact(slices.Sorted(slices.Values(p.l.RemovedIDs(time.Time{})))) {
				_, left := p.l.RemovalsOf(id)
				for _, d := range left {
					got = append(got, fmt.Sprint(id, " left ", d.Feed.Name))
					if d.When.IsZero() || d.When.After(p.now) {
						t.Errorf("%s left at %s, it is %s", id, d.When, p.now)
					}
				}
			}
			if s := strings.Join(got, ", "); s != want {
				t.Errorf("%q, want %q", s, want)
			}
			p.restart()
		}
	}
	step := func(path, src string) {
		p.round(map[string]string{path: src})
	}
	step("a.md", about("A, B"))
	expect("")
	step("a.md", about("b, A"))
	expect("")
	step("a.md", about("B, C"))
	expect("urn:x:1 left A")
	p.round(map[string]string{"a.md": "", "b.md": about("C")})
	expect("urn:x:1 left A, urn:x:1 left B")
	step("b.md", about("A, C"))
	expect("urn:x:1 left B")
	_, before, _ := p.l.RemovalsSince(0)
	step("b.md", about("A, C"))
	if ids, _, ok := p.l.RemovalsSince(before); len(ids) > 0 || !ok {
		t.Errorf("removals without any change: %q", ids)
	}
	step("b.md", strings.Replace(about("A"), "id:", "draft: true\nid:", 1))
	expect("urn:x:1 left B")
	step("b.md", about("A"))
	expect("urn:x:1 left B, urn:x:1 left C")
	p.now = p.now.Add(2 * keepGone)
	step("c.md", about("")) // takes note of the time
	if all := p.l.RemovedIDs(p.now.Add(-keepGone)); len(all) > 0 {
		t.Errorf("still %v", all)
	}
}
