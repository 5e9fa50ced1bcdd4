package article

import (
	"strings"
	"testing"

	"feedmill/feeds"
)

// examples are two values of each field, by its first name, that make another
// article. One more row in fields needs one more here.
var examples = map[string][2]string{
	"title":             {"A", "B"},
	"excerpt":           {"A", "B"},
	"publishedDateTime": {"2020-01-01", "2020-01-02"},
	"publishDate":       {"2022-01-01", "2022-01-02"},
	"updatedDateTime":   {"2022-01-01", "2022-01-02"},
	"expiryDate":        {"2022-01-01", "2022-01-02"},
	"webUrl":            {"https://e.org/a", "https://e.org/b"},
	"permalink":         {"/a/", "/b/"},
	"slug":              {"a", "b"},
	"originalUrl":       {"https://e.org/a", "https://e.org/b"},
	"ampWebUrl":         {"https://e.org/a", "https://e.org/b"},
	"cdnAmpWebUrl":      {"https://e.org/a", "https://e.org/b"},
	"topics":            {"[a]", "[a, b]"},
	"tags":              {"[a]", "[a, b]"},
	"category":          {"a", "b"},
	"categories":        {"[a]", "[a, b]"},
	"type":              {"a", "b"},
	"authors":           {"[Ann]", "[Ann, Bo]"},
	"author":            {"Ann", "Bo"},
	"provider":          {"P", "Q"},
	"images":            {"[https://e.org/a.png]", "[https://e.org/b.png]"},
	"image":             {"https://e.org/a.png", "https://e.org/b.png"},
	"featuredContent":   {"<b>a</b>", "<b>b</b>"},
	"related":           {"[https://e.org/a]", "[https://e.org/b]"},
	"enclosure":         {"https://e.org/a.mp3", "https://e.org/b.mp3"},
	"id":                {"urn:x:a", "urn:x:b"},
	"language":          {"en", "de"},
	"published":         {"true", "false"},
	"removed":           {"true", "false"},
	"draft":             {"true", "false"},
	"headless":          {"true", "false"},
	"build":             {"{render: never}", "{render: always}"},
	"_build":            {"{render: never}", "{render: always}"},
	"quality":           {"1", "2"},
	"heat":              {"1", "2"},
}

// TestFields holds each row of fields to the digest: another value makes another
// one if subscribers can see it, under each of the names.
func TestFields(t *testing.T) {
	opt := Options{SiteURL: "https://e.org/", Hugo: true, Folders: []feeds.Folder{{Link: "/:slug/"}}}
	for _, f := range fields {
		names := strings.Fields(f.names)
		values, ok := examples[names[0]]
		if !ok {
			t.Errorf("no example of the field %q", names[0])
		}
		for _, key := range names {
			a := parse(t, opt, "a.md", yamlFile(key+": "+values[0]))
			b := parse(t, opt, "a.md", yamlFile(key+": "+values[1]))
			if got := visibility(a.Digest != b.Digest); got != f.shown {
				t.Errorf("%s: another value makes another digest: %v", key, got)
			}
			if (a.Quality != b.Quality || a.Heat != b.Heat) == bool(f.shown) {
				t.Errorf("%s: visible is %v", key, f.shown)
			}
		}
	}
	if len(examples) != len(fields) {
		t.Errorf("%d examples of %d fields", len(examples), len(fields))
	}
}
