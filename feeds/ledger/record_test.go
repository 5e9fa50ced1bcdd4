package ledger

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"feedmill/feeds"
)

var someRecord = Record{
	ID: "urn:x:1", FirstSeen: time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC), Stated: time.Date(1, 1, 1, 0, 0, 1, 0, time.UTC), Link: "example.org/a",
	Digest: feeds.Digest([]byte("0123456789abcdef")), Content: feeds.Digest([]byte("fedcba9876543210")), Gone: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), Unpublished: true,
	Feeds: []feeds.Tag{{Kind: feeds.All}, {Kind: feeds.Topic, Name: "Größe"}, {Kind: feeds.Provider, Name: "P"}},
}

// inJSON is a record of format 1.
func inJSON(t testing.TB, r Record) []byte {
	t.Helper()
	b, err := json.Marshal(struct {
		Record
		Digest  []byte `json:"digest"`
		Content []byte `json:"content"`
	}{r, r.Digest[:], r.Content[:]})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// FuzzRecord makes a record or an error of any bytes.
func FuzzRecord(f *testing.F) {
	f.Add(inJSON(f, someRecord))
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
		old := r
		old.old = true
		for _, c := range []struct {
			v    []byte
			want Record
		}{{r.append(nil), r}, {old.append(nil), old}, {inJSON(t, r), old}} {
			if back, err := decode([]byte("a.md"), c.v); err != nil || !equal(back, c.want) {
				t.Errorf("%+v comes back as %+v: %v", c.want, back, err)
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

// TestTakeOver reads ledgers of formats 1 and 2, and writes the present one. What is gone
// is known again when it comes back, although it was never written anew.
func TestTakeOver(t *testing.T) {
	for _, format := range []string{"1", "2"} {
		p := newPlay(t)
		files := map[string]string{"a.md": post("A", "", "x"), "b.md": post("B", "", "y"), "c.md": post("C", "", "z")}
		p.round(files)
		b := p.id("b.md")
		p.round(map[string]string{"b.md": "", "c.md": ""})
		before := recordsOf(p.l)
		p.l.SetDate("/", Date{feeds.Digest{1}, p.now})
		p.l.SetDate("held", Date{At: p.now})
		p.check(p.l.FlushDates())
		at := p.l.Date("/").At
		a := p.facts["a.md"]
		p.l.Close()
		writeOld(t, p.file, format, func(k string, r Record) []byte {
			seen := parse(t, k, files[k])
			r.Digest, r.Content, r.old = seen.OldDigest, seen.OldContent, true
			if format == "1" {
				return inJSON(t, r)
			}
			return r.append(nil)
		})
		if format == "2" {
			l, err := OpenReadOnly(p.file)
			p.check(err)
			facts, err := l.Update(p.now, []Article{parse(t, "a.md", files["a.md"])}, nil)
			if err != nil || facts[0] != a || !l.WantsOldDigests() || l.Date("/") != (Date{At: at}) {
				t.Errorf("read only: %+v, %v", facts, err)
			}
			l.Close()
		}
		p.open()
		p.restart()
		if after := recordsOf(p.l); !reflect.DeepEqual(after, before) || p.facts["a.md"] != a || len(p.l.Gone(time.Time{})) != 2 {
			t.Errorf("format %s: %+v, was %+v", format, after, before)
		}
		if p.l.Date("/") != (Date{At: at}) || p.l.Date("held") != (Date{At: at}) {
			t.Errorf("format %s: dates are %v and %v", format, p.l.Date("/"), p.l.Date("held"))
		}
		p.l.db.View(func(tx *bbolt.Tx) error {
			if v := tx.Bucket(bucketLive).Get([]byte("a.md")); v[0] != packedRecord {
				t.Errorf("written as %q", v)
			}
			if v := tx.Bucket(bucketMeta).Get([]byte("version")); string(v) != version {
				t.Errorf("version %s", v)
			}
			return nil
		})
		p.now = p.now.Add(2 * keepPlace)
		p.round(map[string]string{"moved/b.md": files["b.md"]})
		p.want("back at another path", p.id("moved/b.md") == b)
		if !p.l.WantsOldDigests() {
			t.Error("old digests are wanted while what is gone has them")
		}
		p.round(map[string]string{"a.md": post("A", "", "another"), "moved/c.md": files["c.md"]})
		p.want("an edit shows", p.facts["a.md"].Updated.Equal(p.now))
		p.restart()
		if p.l.WantsOldDigests() {
			t.Error("old digests are wanted for ever")
		}
		p.l.Close()
		p.check(Check(p.file))
	}
}

// writeOld writes a ledger anew in the form of an older format, with what record makes
// of the records of articles.
func writeOld(t *testing.T, file, format string, record func(path string, r Record) []byte) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	all := collect(bytes.NewReader(b), int64(len(b)))
	os.Remove(file)
	os.Remove(file + copySuffix)
	db, err := bbolt.Open(file, 0o666, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		for i, part := range all.reached {
			b, err := tx.CreateBucket(parts[i])
			for k, v := range part {
				v = v[:len(v)-sealSize]
				if r, bad := decode([]byte(k), v); i <= partOf(bucketGone) && bad == nil {
					v = record(k, r)
				}
				err = errors.Join(err, b.Put([]byte(k), v))
			}
			if err != nil {
				return err
			}
		}
		meta, err := tx.CreateBucket(bucketMeta)
		if format != "1" {
			err = errors.Join(err, meta.Put([]byte("instance"), all.sum.instance[:]), meta.Put([]byte("generation"), binary.BigEndian.AppendUint64(nil, all.sum.generation)))
		}
		return errors.Join(err, tx.DeleteBucket(bucketLost), meta.Put(keyVersion, []byte(format)))
	})
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

func (p *play) check(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func recordsOf(l *Ledger) map[string]Record { return maps.Collect(l.Records()) }

// TestDamagedRecord is found when it is read, and comes back from what the file had
// before.
func TestDamagedRecord(t *testing.T) {
	p := newPlay(t)
	p.round(map[string]string{"a.md": post("A", "", "x"), "b.md": post("B", "", "y")})
	a, b := p.id("a.md"), p.id("b.md")
	p.l.db.Update(func(tx *bbolt.Tx) error { return tx.Bucket(bucketLive).Put([]byte("a.md"), []byte{packedRecord, 200}) })
	facts, err := p.l.Note(p.now, []Article{parse(t, "a.md", post("A", "", "x")), parse(t, "b.md", post("B", "", "z"))}, nil)
	if err != nil || facts[1].ID != b || facts[0].ID != a {
		t.Errorf("%+v: %v", facts, err)
	}
	if aside, _ := filepath.Glob(p.file + ".damaged-*"); len(aside) != 1 {
		t.Errorf("put aside: %v", aside)
	}
	if err := Check(p.file); !errors.Is(err, ErrBusy) {
		t.Errorf("after it was mended: %v", err)
	}
}

// TestWalk yields everything once, over many batches, while others use the ledger.
func TestWalk(t *testing.T) {
	p := newPlay(t)
	var seen []Article
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
