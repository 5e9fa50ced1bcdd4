package jsonfeed

import (
	"encoding/json"
	"testing"

	"feedmill/feeds"
	"feedmill/feeds/internal/feedtest"
)

func TestGolden(t *testing.T) {
	feedtest.Golden(t, "everything.json", feedtest.Bytes(t, Encode, feedtest.Everything()))
	feedtest.Golden(t, "empty.json", feedtest.Bytes(t, Encode, feedtest.Empty()))
	feedtest.Golden(t, "archive.json", feedtest.Bytes(t, Encode, feedtest.Archive()))
	feedtest.Golden(t, "complete.json", feedtest.Bytes(t, Encode, feedtest.Complete()))
}

func read(t *testing.T, f *feeds.Feed) map[string]any {
	t.Helper()
	doc := feedtest.Bytes(t, Encode, f)
	var d map[string]any
	if err := json.Unmarshal(doc, &d); err != nil {
		t.Fatalf("%v in\n%s", err, doc)
	}
	return d
}

func FuzzEncode(f *testing.F) {
	feedtest.Seed(f)
	f.Fuzz(func(t *testing.T, text, address string, number int64) {
		d := read(t, feedtest.Hostile(text, address, number))
		items := d["items"].([]any)
		if len(items) != 1 {
			t.Fatalf("%d items", len(items))
		}
		it := items[0].(map[string]any)
		related := it["_feedmill"].(map[string]any)["related"].([]any)[0].(map[string]any)
		for what, got := range map[string]any{
			"feed title": d["title"], "title": it["title"], "summary": it["summary"], "content_html": it["content_html"],
			"tags": it["tags"].([]any)[0], "language": it["language"], "related title": related["title"],
		} {
			got, _ := got.(string) // left out when empty
			if want := feeds.XMLText(text); got != want {
				t.Errorf("%s %q, want %q", what, got, want)
			}
		}
	})
}

func TestContentIsAlwaysPresent(t *testing.T) {
	for _, c := range []struct {
		item       feeds.Item
		html, text any
	}{
		{feeds.Item{Title: "T", Summary: "S", HTML: "<p>H"}, "<p>H", nil},
		{feeds.Item{Title: "T", Summary: "S"}, nil, "S"},
		{feeds.Item{Title: "T"}, nil, "T"},
		{feeds.Item{}, nil, ""},
	} {
		f := feedtest.Empty()
		f.Items = []*feeds.Item{&c.item}
		it := read(t, f)["items"].([]any)[0].(map[string]any)
		if it["content_html"] != c.html || it["content_text"] != c.text {
			t.Errorf("%+v: content_html %v, content_text %v, want %v and %v", c.item, it["content_html"], it["content_text"], c.html, c.text)
		}
	}
}

func BenchmarkEncode(b *testing.B) { feedtest.Benchmark(b, Encode) }
