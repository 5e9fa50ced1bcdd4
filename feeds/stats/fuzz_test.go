package stats

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

func FuzzRecord(f *testing.F) {
	whole := wantElection.record()
	f.Add(whole)
	f.Add(whole[:len(whole)-1])
	f.Add([]byte{recordVersion})
	f.Add(firstRecord(&wantElection))
	f.Fuzz(func(t *testing.T, record []byte) {
		figures, err := decodeRecord(record)
		if err != nil {
			return
		}
		again, err := decodeRecord(figures.record())
		if err != nil || !reflect.DeepEqual(again, figures) {
			t.Errorf("%+v became %+v, %v", figures, again, err)
		}
	})
}

func FuzzDay(f *testing.F) {
	d := busyDay(20000)
	for k := range d.tallies {
		if k.Slug != "a-topic-of-many-7" {
			delete(d.tallies, k)
		}
	}
	path := filepath.Join(f.TempDir(), "stats.today")
	if err := d.write(path); err != nil {
		f.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(content)
	f.Fuzz(func(t *testing.T, content []byte) {
		d, err := decodeDay(content)
		if err != nil {
			return
		}
		for _, tally := range d.tallies {
			tally.figures()
		}
		h := history{memory: map[date]endedDay{}}
		h.put(d)
	})
}
