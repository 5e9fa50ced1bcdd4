package stats

import (
	"encoding/binary"
	"errors"
	"maps"
	"math"
	"slices"

	"feedmill/feeds/internal/packed"
)

const (
	recordVersion = 2
	// Records of the first version lack MisusedBy.
	firstRecordVersion = 1
)

// record encodes figures for a file: the version, the numbers, then Status,
// Readers and MisusedBy, each with its length before it. Subscribers are left
// out: they are the sum of Readers.
func (f *Figures) record() []byte {
	b := []byte{recordVersion}
	for _, n := range f.numbers() {
		b = binary.AppendUvarint(b, uint64(*n))
	}
	b = binary.AppendUvarint(b, uint64(len(f.Status)))
	for _, status := range slices.Sorted(maps.Keys(f.Status)) {
		b = binary.AppendUvarint(b, uint64(status))
		b = binary.AppendUvarint(b, uint64(f.Status[status]))
	}
	return appendByName(appendByName(b, f.Readers), f.MisusedBy)
}

func appendByName(b []byte, by map[string]int64) []byte {
	b = binary.AppendUvarint(b, uint64(len(by)))
	for _, name := range slices.Sorted(maps.Keys(by)) {
		b = packed.AppendString(b, name)
		b = binary.AppendUvarint(b, uint64(by[name]))
	}
	return b
}

var errRecord = errors.New("not a record of figures")

// decodeRecord reads what record wrote, in this or an earlier version.
func decodeRecord(record []byte) (f Figures, err error) {
	if len(record) == 0 || record[0] != recordVersion && record[0] != firstRecordVersion {
		return f, errRecord
	}
	r := packed.NewReader(record[1:])
	for _, n := range f.numbers() {
		*n = readNumber(r)
	}
	for range r.Count() {
		status := readNumber(r)
		increase(&f.Status, int(status), readNumber(r))
	}
	f.Readers = readByName(r)
	if record[0] != firstRecordVersion {
		f.MisusedBy = readByName(r)
	}
	if r.Err() != nil {
		return Figures{}, errRecord
	}
	for _, n := range f.Readers {
		f.Subscribers += n
	}
	return f, nil
}

func readNumber(r *packed.Reader) int64 {
	n := r.Uvarint()
	if n > math.MaxInt64/2 { // no count; the sum of two must not overflow
		r.Fail()
		return 0
	}
	return int64(n)
}

func readByName(r *packed.Reader) (by map[string]int64) {
	for range r.Count() {
		name := r.String()
		increase(&by, name, readNumber(r))
	}
	return by
}
