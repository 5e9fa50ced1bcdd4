package packed

import (
	"encoding/binary"
	"math"
	"slices"
	"testing"
	"time"
)

// TestRoundTrip reads what was appended, and fails for every record that is cut off.
func TestRoundTrip(t *testing.T) {
	times := []time.Time{{}, time.Unix(0, 0).UTC(), time.Unix(-1, 0).UTC(), time.Date(1, 1, 1, 0, 0, 1, 0, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)}
	numbers := []float64{0, 1.5, -3, math.Inf(1)}
	var b []byte
	for _, at := range times {
		b = AppendTime(b, at)
	}
	for _, f := range numbers {
		b = AppendFloat(b, f)
	}
	b = AppendBytes(AppendString(b, "naïve"), []byte{1, 2, 3})
	for n := range len(b) {
		r := NewReader(b[:n])
		read(t, r, len(times), len(numbers))
		if r.Err() == nil {
			t.Errorf("%d bytes of %d pass", n, len(b))
		}
	}
	r := NewReader(b)
	gotTimes, gotNumbers, s, raw := read(t, r, len(times), len(numbers))
	if r.Err() != nil || !slices.Equal(gotTimes, times) || !slices.Equal(gotNumbers, numbers) || s != "naïve" || !slices.Equal(raw, []byte{1, 2, 3}) {
		t.Errorf("%v %v %q %v: %v", gotTimes, gotNumbers, s, raw, r.Err())
	}
}

func read(t *testing.T, r *Reader, times, numbers int) (at []time.Time, f []float64, s string, raw []byte) {
	t.Helper()
	for range times {
		at = append(at, r.Time())
	}
	for range numbers {
		f = append(f, r.Float())
	}
	return at, f, r.String(), r.Bytes()
}

// TestHostile: a length that is too large allocates no memory.
func TestHostile(t *testing.T) {
	huge := binary.AppendUvarint(nil, math.MaxUint64)
	if n := testing.AllocsPerRun(10, func() {
		r := Reader{rest: huge}
		if r.Bytes() != nil || r.Count() != 0 || r.Err() == nil {
			t.Error("a length without bytes passes")
		}
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
