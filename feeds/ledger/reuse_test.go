package ledger

import (
	"maps"
	"testing"
	"time"
)

// A path that is used again belongs to its new article: what becomes of the one
// that was there before takes nothing from it, and a restart nothing from either.

// same restarts and compares what holds for every article and what has gone.
func (p *play) same(what string) {
	p.t.Helper()
	before, gone := maps.Clone(p.facts), p.stones()
	p.restart()
	if !maps.Equal(before, p.facts) {
		p.t.Errorf("%s: a restart makes of %v\n%v", what, before, p.facts)
	}
	if got := p.stones(); !maps.Equal(gone, got) {
		p.t.Errorf("%s: gone before a restart %v, after %v", what, gone, got)
	}
}

func (p *play) stones() map[string]time.Time {
	all := map[string]time.Time{}
	for _, r := range p.l.Gone(time.Time{}) {
		all[r.ID] = r.Gone
	}
	return all
}

func TestPathReused(t *testing.T) {
	p := newPlay(t)
	first, second := post("First", "", "the first"), post("Second", "", "the second")
	p.round(map[string]string{"a.md": first})
	old := p.id("a.md")
	p.round(map[string]string{"a.md": ""})
	p.now = p.now.Add(2 * keepPlace)
	p.round(map[string]string{"a.md": second})
	p.want("another article is another one", p.id("a.md") != old)
	p.same("at the same path")
	p.round(map[string]string{"b.md": first})
	p.want("back elsewhere", p.id("b.md") == old)
	p.same("back elsewhere")
	p.round(map[string]string{"b.md": ""})
	p.round(map[string]string{"b.md": post("Third", "", "the third"), "c.md": first})
	p.same("moved on")
	p.round(map[string]string{"c.md": ""})
	p.now = p.now.Add(2 * keepPlace)
	p.round(map[string]string{"c.md": post("Fourth", "", "the fourth")})
	p.now = p.now.Add(keepGone + time.Hour)
	p.round(map[string]string{"d.md": post("Fifth", "", "the fifth")})
	p.same("after a year")
}

func TestPathOfHidden(t *testing.T) {
	p := newPlay(t)
	p.round(map[string]string{"a.md": post("A", "", "text of a"), "b.md": post("B", "", "text of b")})
	a := p.id("a.md")
	p.round(map[string]string{"a.md": post("Plan", "draft: true", "a plan"), "c.md": post("A", "", "text of a")})
	p.want("moved away from a draft", p.id("c.md") == a)
	p.same("moved away from a draft")
	p.round(map[string]string{"b.md": post("B", "draft: true", "text of b")})
	p.round(map[string]string{"d.md": post("B2", "", "text of d")})
	p.round(map[string]string{"d.md": ""})
	p.same("hidden")
	p.round(map[string]string{"e.md": post("X", "link: /x\nexpiryDate: 2024-06-02", "x"), "f.md": post("Y", "link: /x\nexpiryDate: 2024-06-02", "y")})
	p.now = p.now.Add(48 * time.Hour)
	p.round(maps.Clone(p.files))
	p.same("expired, with equal addresses")
}
