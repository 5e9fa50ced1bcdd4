package ledger

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"feedmill/feeds"
	"feedmill/feeds/article"
)

var someRecord = Record{
	ID: "urn:x:1", FirstSeen: time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC), Stated: time.Date(1, 1, 1, 0, 0, 1, 0, time.UTC), Link: "example.org/a",
	Digest: []byte("0123456789abcdef"), Content: []byte("fedcba9876543210"), Gone: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), Unpublished: true,
	Feeds: []feeds.Tag{{Kind: feeds.All}, {Kind: feeds.Topic, Name: "Größe"}, {Kind: feeds.Provider, Name: "P"}},
}

// FuzzRecord makes a record or an error of any bytes.
func FuzzRecord(f *testing.F) {
	plain, err := json.Marshal(someRecord)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(plain)
	f.Add(someRecord.append(nil))
	f.Fuzz(func(t *testing.T, v []byte) {
		r, err := decode([]byte("sub/a.md"), v)
		if err != nil {
			if !strings.Contains(err.Error(), "sub/a.md") {
				t.Error(err)
			}
			return
		}
		if v[0] == '{' {
			return // years that are no more than numbers
		}
		if again, err := decode(nil, r.append(nil)); err != nil || !bytes.Equal(again.append(nil), r.append(nil)) {
			t.Errorf("%+v comes back as %+v: %v", r, again, err)
		}
	})
}

func TestRecord(t *testing.T) {
	for _, r := range []Record{someRecord, {ID: "x", FirstSeen: someRecord.FirstSeen}} {
		plain, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range [][]byte{r.append(nil), plain} {
			if back, err := decode([]byte("a.md"), v); err != nil || !equal(back, r) {
				t.Errorf("%+v comes back as %+v: %v", r, back, err)
			}
		}
		whole := r.append(nil)
		for n := range whole {
			if _, err := decode([]byte("a.md"), whole[:n]); err == nil {
				t.Errorf("%d bytes of %d pass", n, len(whole))
			}
		}
	}
}

// TestTakeOver reads a ledger of version 1, and writes what changes in version 2.
func TestTakeOver(t *testing.T) {
	p := newPlay(t)
	p.round(map[string]string{"a.md": post("A", "", "x"), "b.md": post("B", "", "y")})
	p.round(map[string]string{"b.md": ""})
	before := recordsOf(p.l)
	if err := p.l.db.Update(func(tx *bbolt.Tx) error {
		for _, name := range [][]byte{bucketLive, bucketGone} {
			b := tx.Bucket(name)
			b.ForEach(func(k, v []byte) error {
				r, err := decode(k, v)
				if err != nil {
					return err
				}
				plain, _ := json.Marshal(r)
				return b.Put(k, plain)
			})
		}
		meta := tx.Bucket(bucketMeta)
		meta.Delete(keyInstance)
		meta.Delete(keyGeneration)
		return meta.Put([]byte("version"), []byte("1"))
	}); err != nil {
		t.Fatal(err)
	}
	a := p.facts["a.md"]
	p.restart()
	if after := recordsOf(p.l); !reflect.DeepEqual(after, before) || p.facts["a.md"] != a || len(p.l.Gone(time.Time{})) != 1 {
		t.Errorf("%+v, was %+v", after, before)
	}
	p.round(map[string]string{"a.md": post("A", "", "another")})
	p.l.db.View(func(tx *bbolt.Tx) error {
		if v := tx.Bucket(bucketLive).Get([]byte("a.md")); v[0] != packedRecord {
			t.Errorf("written as %q", v)
		}
		if v := tx.Bucket(bucketMeta).Get([]byte("version")); string(v) != version {
			t.Errorf("version %s", v)
		}
		return nil
	})
	p.l.Close()
	if err := Check(p.file); err != nil {
		t.Error(err)
	}
}

func recordsOf(l *Ledger) map[string]Record { return maps.Collect(l.Records()) }

// TestDamagedRecord is named when it is read, and is no reason to stop.
func TestDamagedRecord(t *testing.T) {
	p := newPlay(t)
	p.round(map[string]string{"a.md": post("A", "", "x"), "b.md": post("B", "", "y")})
	b := p.id("b.md")
	p.l.db.Update(func(tx *bbolt.Tx) error { return tx.Bucket(bucketLive).Put([]byte("a.md"), []byte{packedRecord, 200}) })
	facts, err := p.l.Note(p.now, []*article.Article{parse(t, "a.md", post("A", "", "x")), parse(t, "b.md", post("B", "", "z"))}, nil)
	if err == nil || !strings.Contains(err.Error(), "a.md") || facts[1].ID != b || facts[0].ID == "" {
		t.Errorf("%+v: %v", facts, err)
	}
	if _, err = p.l.Note(p.now, []*article.Article{parse(t, "a.md", post("A", "", "x"))}, nil); err != nil {
		t.Errorf("it is not written anew: %v", err)
	}
}

// TestWalk yields everything once, over many batches, while others use the ledger.
func TestWalk(t *testing.T) {
	p := newPlay(t)
	var seen []*article.Article
	for i := range 2*batch + 10 {
		seen = append(seen, parse(t, fmt.Sprintf("%d.md", i), post("X", "", fmt.Sprint(i))))
	}
	if _, err := p.l.Note(p.now, seen, nil); err != nil {
		t.Fatal(err)
	}
	var paths []string
	for path := range p.l.Paths() {
		p.l.Gone(p.now)
		paths = append(paths, path)
	}
	slices.Sort(paths)
	if n := len(slices.Compact(paths)); n != len(seen) || len(paths) != n {
		t.Errorf("%d paths, %d of them different, want %d", len(paths), n, len(seen))
	}
	if n := len(recordsOf(p.l)); n != len(seen) {
		t.Errorf("%d records, want %d", n, len(seen))
	}
}
