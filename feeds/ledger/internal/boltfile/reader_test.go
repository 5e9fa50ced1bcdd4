package boltfile

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"
)

// sample is a file with a large bucket, a small one and free pages.
func sample(t testing.TB) []byte {
	t.Helper()
	file := filepath.Join(t.TempDir(), "a.db")
	db, err := bbolt.Open(file, 0o666, &bbolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	for round := range 3 {
		err := db.Update(func(tx *bbolt.Tx) error {
			small, err := tx.CreateBucketIfNotExists([]byte("small"))
			if err != nil {
				return err
			}
			large, err := tx.CreateBucketIfNotExists([]byte("large"))
			if err != nil {
				return err
			}
			for i := range 1000 {
				if err := large.Put(fmt.Appendf(nil, "%04d", i), fmt.Append(nil, round, i)); err != nil {
					return err
				}
			}
			large.Put([]byte("long"), make([]byte, 9000))
			return small.Put([]byte("one"), []byte("1"))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func open(t testing.TB, b []byte) (*Reader, map[string]string) {
	t.Helper()
	r, err := NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, nil
	}
	all := map[string]string{}
	r.Found = func(bucket, k, v []byte) { all[string(bucket)+"/"+string(k)] = string(v) }
	return r, all
}

// TestReader reads what bbolt has written.
func TestReader(t *testing.T) {
	r, all := open(t, sample(t))
	r.ReadAll()
	if len(r.Errs) > 0 || len(all) != 1002 || all["large/0999"] != "2 999" || len(all["large/long"]) != 9000 || all["small/one"] != "1" || !r.Sure {
		t.Errorf("%d records, %v", len(all), r.Errs)
	}
	r, all = open(t, sample(t))
	r.Only = "small"
	if r.ReadAll(); len(all) != 1 || len(r.Errs) > 0 {
		t.Errorf("of one bucket %v, %v", all, r.Errs)
	}
}

// TestCycle: pages that lead to each other are read once.
func TestCycle(t *testing.T) {
	b := sample(t)
	size := os.Getpagesize()
	for from := 2 * size; from+size <= len(b); from += size {
		page := b[from : from+size]
		if native.Uint16(page[8:]) != flagBranch {
			continue
		}
		for i := range int(native.Uint16(page[10:])) {
			native.PutUint64(page[pageHead+i*elementSize+8:], uint64(from/size)) // to itself
		}
	}
	r, all := open(t, b)
	r.ReadAll()
	if len(r.Errs) == 0 || len(all) > 10 {
		t.Errorf("%d records, %v", len(all), r.Errs)
	}
	if r.ReadOrphans(false); len(all) < 900 {
		t.Errorf("%d records without their branches", len(all))
	}
}

// FuzzReader reads any bytes to an end.
func FuzzReader(f *testing.F) {
	b := sample(f)
	f.Add(b[:12*os.Getpagesize()])
	f.Add(b[:100])
	f.Fuzz(func(t *testing.T, b []byte) {
		r, _ := open(t, b)
		if r == nil {
			return
		}
		r.ReadAll()
		r.ReadOrphans(false)
		r.ReadOrphans(true)
	})
}
