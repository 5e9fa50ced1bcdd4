package stats

import (
	"encoding/binary"
	"errors"
	"maps"
	"slices"
)

// record is figures as they are kept: a version, the numbers, then statuses and
// readers, each list after its length.
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
	b = binary.AppendUvarint(b, uint64(len(f.Readers)))
	for _, name := range slices.Sorted(maps.Keys(f.Readers)) {
		b = append(binary.AppendUvarint(b, uint64(len(name))), name...)
		b = binary.AppendUvarint(b, uint64(f.Readers[name]))
	}
	return b
}

const recordVersion = 1

var errRecord = errors.New("not a record of figures")

// figuresOf reads a record.
func figuresOf(record []byte) (f Figures, err error) {
	if len(record) == 0 || record[0] != recordVersion {
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
	for range p.number() {
		name := p.text()
		n := p.number()
		if p.failed {
			break
		}
		increase(&f.Readers, name, n)
		f.Subscribers += n
	}
	if p.failed || len(p.rest) > 0 {
		return Figures{}, errRecord
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
