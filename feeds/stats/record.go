package stats

import (
	"encoding/binary"
	"errors"
	"maps"
	"slices"
)

// record is figures as they are kept: a version, the numbers, then statuses,
// readers and what misuse by each cost, each list after its length.
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
	return appendNamed(appendNamed(b, f.Readers), f.MisusedBy)
}

func appendNamed(b []byte, by map[string]int64) []byte {
	b = binary.AppendUvarint(b, uint64(len(by)))
	for _, name := range slices.Sorted(maps.Keys(by)) {
		b = append(binary.AppendUvarint(b, uint64(len(name))), name...)
		b = binary.AppendUvarint(b, uint64(by[name]))
	}
	return b
}

// Records of the first version tell nothing of who misuses.
const (
	recordVersion      = 2
	firstRecordVersion = 1
)

var errRecord = errors.New("not a record of figures")

// figuresOf reads a record.
func figuresOf(record []byte) (f Figures, err error) {
	if len(record) == 0 || record[0] != recordVersion && record[0] != firstRecordVersion {
		return f, errRecord
	}
	p := parser{rest: record[1:]}
	for _, n := range f.numbers() {
		*n = p.number()
	}
	for range p.number() {
		if status := p.number(); !p.failed {
			increase(&f.Status, int(status), p.number())
		} else {
			break
		}
	}
	f.Readers = p.named()
	if record[0] != firstRecordVersion {
		f.MisusedBy = p.named()
	}
	if p.failed || len(p.rest) > 0 {
		return Figures{}, errRecord
	}
	for _, n := range f.Readers {
		f.Subscribers += n
	}
	return f, nil
}

// parser takes numbers and texts off a record. After a failure it gives zeros.
type parser struct {
	rest   []byte
	failed bool
}

func (p *parser) number() int64 {
	n, size := binary.Uvarint(p.rest)
	if size <= 0 || n > 1<<62 {
		p.failed, p.rest = true, nil
		return 0
	}
	p.rest = p.rest[size:]
	return int64(n)
}

func (p *parser) named() (by map[string]int64) {
	for range p.number() {
		name := p.text()
		n := p.number()
		if p.failed {
			break
		}
		increase(&by, name, n)
	}
	return by
}

func (p *parser) text() string {
	n := p.number()
	if n > int64(len(p.rest)) {
		p.failed, p.rest = true, nil
		return ""
	}
	text := string(p.rest[:n])
	p.rest = p.rest[n:]
	return text
}
