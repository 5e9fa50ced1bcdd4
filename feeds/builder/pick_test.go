package builder

import (
	"fmt"
	"strings"
	"testing"

	"feedmill/feeds/mix"
	"feedmill/watcher"
)

// A search for words in titles reads so many bytes of them at most, however long
// they are: those of the newest articles.
func TestTitlesThatAreSearchedAreBounded(t *testing.T) {
	d := newDisk()
	long := strings.Repeat("long ", 800)
	for i := range maxRead/len(long) + 2 {
		d.write(fmt.Sprintf("%d.md", i), fmt.Sprintf("---\ntitle: %s%d\ndate: 2024-02-01\n---\n", long, i))
	}
	d.write("new.md", "---\ntitle: Needle, new\ndate: 2024-03-01\n---\n")
	d.write("old.md", "---\ntitle: Needle, old\ndate: 2024-01-01\n---\n")
	b := testBuilder(d, nil, nil)
	if err := b.Apply(t.Context(), watcher.Changes{Rescan: true}); err != nil {
		t.Fatal(err)
	}
	if n := b.compose(&mix.Mix{Title: []string{"needle"}}).Count; n != 1 {
		t.Errorf("%d articles are found, want that before the long titles alone", n)
	}
	if n := b.compose(&mix.Mix{Count: 200}).Count; n != 200 {
		t.Errorf("without a search, %d articles", n)
	}
}
