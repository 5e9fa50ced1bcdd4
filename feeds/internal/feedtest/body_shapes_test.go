package feedtest

import "testing"

// TestBodyShapes holds that there are many, each of its own name and about as large as
// was asked for.
func TestBodyShapes(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range BodyShapes() {
		if seen[s.Name+s.Ext] {
			t.Errorf("%s: twice", s.Name)
		}
		seen[s.Name+s.Ext] = true
		const size = 32 << 10
		if n := len(s.Make(size)); n < size*3/4 || n > size*5/4 {
			t.Errorf("%s: %d bytes for %d", s.Name, n, size)
		}
	}
	if len(seen) < 40 {
		t.Errorf("%d shapes", len(seen))
	}
}
