package feeds

import (
	"slices"
	"strings"
	"testing"
)

// TestKinds holds the table of kinds together: names are told apart, and kinds are
// found by theirs.
func TestKinds(t *testing.T) {
	for i := range kinds {
		k := Kind(i)
		if got, ok := ParseKind(k.String()); ok != slices.Contains(Kinds, k) || ok && got != k {
			t.Errorf("%q is kind %d (%v), want %d", k, got, ok, k)
		}
		if named := k != All && k != Composed; named != (k.Label() != "") || named != (k.Heading() != "") || (k != All) != (k.Plural() != "") {
			t.Errorf("%q lacks a name, or has one too many: %q, %q, %q", k, k.Plural(), k.Label(), k.Heading())
		}
		if k != All && k != Composed && !strings.Contains(k.Newest("N%", "S"), " N% ") {
			t.Errorf("%q: feeds are described as %q", k, k.Newest("N%", "S"))
		}
	}
	if _, ok := ParseKind("topics"); ok || len(Kinds) != KindCount-1 || Kinds[0] != All {
		t.Errorf("%d of %d kinds: %v", len(Kinds), KindCount, Kinds)
	}
	if want := []Kind{Type, Category, Provider}; !slices.Equal(Facets[:3], want) || len(Facets) != len(Kinds)-2 {
		t.Errorf("facets %v, want %v first and all others", Facets, want)
	}
}
