// Package packed writes and reads the small binary records of the state folder:
// numbers as varints, everything else with its length before it. It knows no
// versions and no checksums; those are its callers' concern.
package packed

import (
	"encoding/binary"
	"errors"
	"math"
	"time"
)

// ErrMalformed says that bytes are not the record they should be.
var ErrMalformed = errors.New("malformed record")

// AppendString adds a string.
func AppendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// AppendBytes adds bytes.
func AppendBytes(b, s []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// AppendTime adds a moment in whole seconds; the zero time takes one byte.
func AppendTime(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(b, 0)
	}
	s := t.Unix()
	return binary.AppendUvarint(b, uint64(s<<1^s>>63)+1)
}

// AppendFloat adds a number; zero takes one byte.
func AppendFloat(b []byte, f float64) []byte {
	if f == 0 {
		return append(b, 0)
	}
	return binary.BigEndian.AppendUint64(append(b, 1), math.Float64bits(f))
}

// Reader reads a record in the order in which it was written. After anything
// malformed all that it returns is zero, and Err tells.
type Reader struct {
	rest []byte
	bad  bool
}

// NewReader reads b, to which what it returns may refer.
func NewReader(b []byte) *Reader { return &Reader{rest: b} }

// Err is ErrMalformed unless all was well so far and nothing is left.
func (r *Reader) Err() error {
	if r.bad || len(r.rest) > 0 {
		return ErrMalformed
	}
	return nil
}

// Failed reports whether anything was malformed so far.
func (r *Reader) Failed() bool { return r.bad }

// Fail makes the record malformed.
func (r *Reader) Fail() { r.rest, r.bad = nil, true }

// Uvarint reads a number.
func (r *Reader) Uvarint() uint64 {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 {
		r.Fail()
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

// Int reads a number that is no length and fits an int32.
func (r *Reader) Int() int {
	n := r.Uvarint()
	if n > math.MaxInt32 {
		r.Fail()
		return 0
	}
	return int(n)
}

// Count reads the number of elements that follow. Each takes at least one byte,
// so that no count is larger than what is left.
func (r *Reader) Count() int {
	n := r.Uvarint()
	if n > uint64(len(r.rest)) {
		r.Fail()
		return 0
	}
	return int(n)
}

// Fixed reads n bytes, of which the result is a part of the record.
func (r *Reader) Fixed(n int) []byte {
	if n < 0 || n > len(r.rest) {
		r.Fail()
		return nil
	}
	b := r.rest[:n:n]
	r.rest = r.rest[n:]
	return b
}

// Bytes reads bytes with their length; the result is a part of the record.
func (r *Reader) Bytes() []byte { return r.Fixed(r.Count()) }

// String reads a string.
func (r *Reader) String() string { return string(r.Bytes()) }

// Time reads a moment, in UTC.
func (r *Reader) Time() time.Time {
	n := r.Uvarint()
	if n == 0 {
		return time.Time{}
	}
	n--
	return time.Unix(int64(n>>1)^-int64(n&1), 0).UTC()
}

// Float reads a number.
func (r *Reader) Float() float64 {
	if mark := r.Fixed(1); len(mark) == 0 || mark[0] == 0 {
		return 0
	}
	b := r.Fixed(8)
	if b == nil {
		return 0
	}
	return math.Float64frombits(binary.BigEndian.Uint64(b))
}
