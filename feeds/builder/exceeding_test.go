package builder

import (
	"strings"
	"testing"

	"feedmill/watcher"
)

// TestExceeding names an article that is shown with less markup, with the line.
func TestExceeding(t *testing.T) {
	b, d, _ := counted(t, 0)
	if all := b.Exceeding(t.Context()); len(all) > 0 {
		t.Errorf("%v", all)
	}
	d.write("07.md", "---\ntitle: A\ndate: 2024-01-02\n---\nFirst.\n\n"+strings.Repeat("*a ", 9000)+"\n")
	if err := b.Apply(t.Context(), watcher.Changes{Paths: []string{"07.md"}}); err != nil {
		t.Fatal(err)
	}
	all := b.Exceeding(t.Context())
	if len(all) != 1 || all[0].Path != "07.md" || all[0].Line != 7 || !strings.Contains(all[0].Message, "too many marks") {
		t.Errorf("%v", all)
	}
}
