package ledger

import (
	"fmt"
	"testing"
	"time"

	"go.etcd.io/bbolt"
)

// crowd is n articles without a date.
func crowd(t *testing.T, n int) []Article {
	one, seen := parse(t, "x.md", post("A", "", "x")), make([]Article, n)
	for i := range seen {
		a := one
		a.ID = fmt.Sprint("urn:x:", i)
		a.Path, a.Link = fmt.Sprintf("%d.md", i), fmt.Sprint("https://example.org/", i)
		seen[i] = a
	}
	return seen
}

func transactions(l *Ledger) (n int) {
	l.db.View(func(tx *bbolt.Tx) error { n = tx.ID(); return nil })
	return n
}

// TestFirstInPortions: very many first articles are written in several
// transactions, and all the same come to what one would.
func TestFirstInPortions(t *testing.T) {
	p := newPlay(t)
	seen := crowd(t, 2*portion+1)
	before := transactions(p.l)
	facts, err := p.l.Note(p.now, seen, nil)
	if err != nil {
		t.Fatal(err)
	}
	p.want("in portions", transactions(p.l)-before == 3+3+1)
	p.l.Close()
	if err := Check(p.file); err != nil {
		t.Fatal(err)
	}
	p.open()
	n := 0
	for path, r := range p.l.Records() {
		n++
		p.want(path+" is known by its id", p.l.idUsed(r.ID))
	}
	p.want("all are known", n == len(seen))
	before = transactions(p.l)
	again, err := p.l.Note(p.now.Add(time.Hour), seen, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range facts {
		p.want(seen[i].Path+" is as it was", facts[i] == again[i])
	}
	p.want("nothing to write", transactions(p.l) == before)
}

// TestFirstCutShort: where a process ends within the first portions, nothing of
// them counts.
func TestFirstCutShort(t *testing.T) {
	p := newPlay(t)
	if _, err := p.l.Update(p.now, crowd(t, 3), nil); err != nil {
		t.Fatal(err)
	}
	if err := p.l.begin(); err != nil {
		t.Fatal(err)
	}
	p.want("there are records", !p.l.isEmptyFile(bucketLive, bucketIDs))
	p.l.Close()
	p.open()
	p.want("they do not count", p.l.isEmptyFile(bucketLive, bucketIDs))
	p.now = p.now.Add(time.Hour)
	facts, err := p.l.Note(p.now, crowd(t, 3), nil)
	if err != nil {
		t.Fatal(err)
	}
	p.want("it begins anew", facts[0].ID == "urn:x:0" && facts[0].FirstSeen.Equal(p.now.Add(-time.Second)))
	p.l.Close()
	p.open()
	p.want("and lasts", p.l.idUsed("urn:x:2") && len(recordsOf(p.l)) == 3)
}

// TestFirstFails: what a failed flush has left is written by the next.
func TestFirstFails(t *testing.T) {
	p := newPlay(t)
	if _, err := p.l.Update(p.now, crowd(t, 3), nil); err != nil {
		t.Fatal(err)
	}
	if err := p.l.begin(); err != nil { // and no more
		t.Fatal(err)
	}
	if err := p.l.Flush(); err != nil {
		t.Fatal(err)
	}
	p.l.Close()
	p.open()
	p.want("it counts", len(recordsOf(p.l)) == 3)
}
