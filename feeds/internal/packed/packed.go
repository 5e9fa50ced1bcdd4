// Package packed encodes and decodes the binary records in the state folder: numbers
// as varints, everything else after its length. Versions and checksums are left to
// the callers.
package packed

import (
	"encoding/binary"
	"errors"
	"math"
	"time"
)

// ErrMalformed means that bytes are not the expected record.
var ErrMalformed = errors.New("malformed record")

// AppendString appends a string.
func AppendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// AppendBytes appends bytes.
func AppendBytes(b, s []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// AppendTime appends a time in whole seconds; the zero time takes one byte.
func AppendTime(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(b, 0)
	}
	s := t.Unix()
	return binary.AppendUvarint(b, uint64(s<<1^s>>63)+1)
}

// AppendFloat appends a floating-point number; zero takes one byte.
func AppendFloat(b []byte, f float64) []byte {
	if f == 0 {
		return append(b, 0)
	}
	return binary.BigEndian.AppendUint64(append(b, 1), math.Float64bits(f))
}

// Reader reads a record in the order in which it was written. After malformed bytes
// all methods return zero values, and Err an error.
type Reader struct {
	rest []byte
	bad  bool
}

// NewReader returns a Reader of b. What the Reader returns may refer to b.
func NewReader(b []byte) *Reader { return &Reader{rest: b} }

// Err returns ErrMalformed if anything was malformed or bytes are left, else nil.
func (r *Reader) Err() error {
	if r.bad || len(r.rest) > 0 {
		return ErrMalformed
	}
	return nil
}

// Failed reports whether anything has been malformed.
func (r *Reader) Failed() bool { return r.bad }

// Fail makes the Reader treat the record as malformed.
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

// Int reads a number that is not a length and fits into an int32.
func (r *Reader) Int() int {
	n := r.Uvarint()
	if n > math.MaxInt32 {
		r.Fail()
		return 0
	}
	return int(n)
}

// Count reads the number of the elements that follow. Each of them must take at least
// one byte, so that a number larger than that of the bytes left is malformed.
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

// Time reads a time, in UTC.
func (r *Reader) Time() time.Time {
	n := r.Uvarint()
	if n == 0 {
		return time.Time{}
	}
	n--
	return time.Unix(int64(n>>1)^-int64(n&1), 0).UTC()
}

// Float reads a floating-point number.
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
