package article

import (
	"slices"
	"strings"
	"testing"
	"unsafe"

	"feedmill/feeds"
)

// TestTags: tags keep their order, are one in memory where they are equal, and do
// not hold on to the text they were read from.
func TestTags(t *testing.T) {
	text := strings.Repeat("a long file ", 1000) + "Tide"
	list := []feeds.Tag{{Kind: feeds.Topic, Name: text[len(text)-4:]}, {Kind: feeds.Category, Name: "Tide"}}
	tags := TagsOf(list...)
	if got := tags.List(feeds.Tag{Kind: feeds.All}); !slices.Equal(got, append([]feeds.Tag{{Kind: feeds.All}}, list...)) {
		t.Errorf("%v of %v", got, list)
	}
	if again := TagsOf(feeds.Tag{Kind: feeds.Topic, Name: "Tide"}); again[0] != tags[0] || tags[0] == tags[1] {
		t.Error("equal tags are two, or others one")
	}
	if unsafe.StringData(tags[0].Value().Name) == unsafe.StringData(list[0].Name) {
		t.Error("a tag keeps its file in memory")
	}
	if TagsOf() != nil || TagsOf().List() != nil {
		t.Error("none are some")
	}
	if n := int(unsafe.Sizeof(tags[0])); n > 8 {
		t.Errorf("a tag takes %d bytes of an article", n)
	}
	if n := testing.AllocsPerRun(100, func() { TagsOf(list...) }); n > 1 {
		t.Errorf("%v allocations for tags that are known", n)
	}
}
