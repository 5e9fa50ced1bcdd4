package stats

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"

	"feedmill/feeds"
)

// todayFile is the content of stats.today: the open day.
type todayFile struct {
	Version int         `json:"version"`
	Date    date        `json:"date"` // days since 1970
	Key     []byte      `json:"key"`
	Answers int64       `json:"answers"`
	Feeds   []tallyFile `json:"feeds"`
}

type tallyFile struct {
	Key     feeds.Key        `json:"key"`
	Counts  []byte           `json:"counts"` // Figures as a record
	Single  map[string]int64 `json:"single,omitempty"`
	Stated  []statedFile     `json:"stated,omitempty"`
	Present map[string]bool  `json:"present,omitempty"`
	Level   uint8            `json:"level,omitempty"`
	Marks   []byte           `json:"marks,omitempty"` // clientRecords
}

// clientRecord is how a client is kept: in little-endian order, without padding.
type clientRecord struct {
	Hash uint64
	client
}

type statedFile struct {
	claimant
	N int64 `json:"n"`
}

// write replaces the file at path by one that holds the day.
func (d *day) write(path string) error {
	content, err := d.content()
	if err != nil {
		return err
	}
	return replace(path, content)
}

func compareKeys(a, b feeds.Key) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Slug, b.Slug))
}

func (t *tally) file(k feeds.Key) tallyFile {
	f := tallyFile{Key: k, Counts: t.Figures.record(), Single: t.single, Present: t.present, Level: t.level}
	for c, n := range t.stated {
		f.Stated = append(f.Stated, statedFile{c, n})
	}
	for hash, c := range t.clients {
		f.Marks, _ = binary.Append(f.Marks, binary.LittleEndian, clientRecord{hash, c}) // plain numbers: cannot fail
	}
	return f
}

// newSuffix ends the name of a file that is about to replace another.
const newSuffix = ".new"

// replace puts a file that only its owner can read in the place of path, or leaves
// path as it was.
func replace(path string, content []byte) error {
	f, err := os.OpenFile(path+newSuffix, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

var errToday = errors.New("not today's figures, or damaged")

// maxToday bounds the file of a day, in bytes. One with as many feeds, clients and
// claimants as are counted is smaller.
const maxToday = 64 << 20

// readDay reads what write wrote.
func readDay(path string) (*day, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) // to open a pipe can take for ever
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxToday {
		return nil, fmt.Errorf("%w: it is no regular file of at most %d MiB", errToday, maxToday>>20)
	}
	content := make([]byte, info.Size())
	if _, err := io.ReadFull(f, content); err != nil {
		return nil, fmt.Errorf("%w: %w", errToday, err)
	}
	return decodeDay(content)
}

func decodeDay(content []byte) (*day, error) {
	var file todayFile
	if err := json.Unmarshal(content, &file); err != nil {
		return nil, fmt.Errorf("%w: %w", errToday, err)
	}
	d := &day{date: file.Date, tallies: map[feeds.Key]*tally{}, answers: file.Answers}
	if file.Version != 1 || copy(d.key[:], file.Key) != len(d.key) || len(file.Key) != len(d.key) || len(file.Feeds) > maxFeeds {
		return nil, errToday
	}
	for i := range file.Feeds {
		t, err := file.Feeds[i].tally()
		if err != nil {
			return nil, err
		}
		d.tallies[file.Feeds[i].Key] = t
		d.clients += len(t.clients)
		d.claims += len(t.stated)
	}
	if d.clients > maxClients || d.claims > maxClaimants {
		return nil, errToday
	}
	return d, nil
}

func (f *tallyFile) tally() (*tally, error) {
	counts, err := decodeRecord(f.Counts)
	if err != nil || f.Level > 63 || int(f.Key.Kind) >= feeds.KindCount {
		return nil, errToday
	}
	t := &tally{Figures: counts, single: f.Single, present: f.Present}
	t.level = f.Level
	for _, s := range f.Stated {
		t.stated = added(t.stated, s.claimant, s.N)
	}
	for r := bytes.NewReader(f.Marks); r.Len() > 0; {
		var c clientRecord
		if err := binary.Read(r, binary.LittleEndian, &c); err != nil {
			return nil, fmt.Errorf("%w: %w", errToday, err)
		}
		t.clients = added(t.clients, c.Hash, c.client)
	}
	if len(t.clients) > maxFeedClients {
		return nil, errToday
	}
	return t, nil
}
