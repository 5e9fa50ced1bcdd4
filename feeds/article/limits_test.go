package article

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"feedmill/feeds"
)

// elements writes lines of a YAML list with the numbers from 0 to n-1.
func elements(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "- "+format+"\n", i)
	}
	return b.String()
}

// TestLimitsOfLists holds that each list has an end, that what repeats does not count,
// and that a list as long as is allowed is not complained of.
func TestLimitsOfLists(t *testing.T) {
	for _, c := range []struct {
		key, element string
		count        func(*feeds.Item) int
	}{
		{"images", "https://example.com/%d.png", func(it *feeds.Item) int { return len(it.Images) }},
		{"images", "{src: /%d.png, alt: x}", func(it *feeds.Item) int { return len(it.Images) }},
		{"enclosures", "/%d.mp3", func(it *feeds.Item) int { return len(it.Enclosures) }},
		{"related", "/%d", func(it *feeds.Item) int { return len(it.Related) }},
		{"authors", "Ann %d", func(it *feeds.Item) int { return len(it.Authors) }},
		{"author", "{name: Ann %d}", func(it *feeds.Item) int { return len(it.Authors) }},
	} {
		t.Run(c.key+" "+c.element, func(t *testing.T) {
			opt := Options{SiteURL: "https://example.org/"}
			a := parse(t, opt, "a.md", yamlFile(c.key+":\n"+elements(c.element, maxEntries)+elements(c.element, 10)))
			if got := c.count(itemOf(a)); got != maxEntries || len(a.Warnings()) > 0 {
				t.Errorf("%d of %d, with %v", got, maxEntries, a.Warnings())
			}
			b := parse(t, opt, "a.md", yamlFile(c.key+":\n"+elements(c.element, maxEntries+100)))
			want := fmt.Sprintf("a.md:%d:3: %s[1000]: more than 1000 entries: this one and those after it are left out", maxEntries+3, c.key)
			if got := c.count(itemOf(b)); got != maxEntries || len(b.Warnings()) != 1 || b.Warnings()[0].Error() != want {
				t.Errorf("%d of %d, with %v", got, maxEntries, b.Warnings())
			}
			if a.Digest != b.Digest {
				t.Error("another digest for what is left out")
			}
		})
	}
}

// TestLimitsOfFeeds holds that an article is in a limited number of feeds of each kind.
func TestLimitsOfFeeds(t *testing.T) {
	topics := make([]string, maxFeeds+50)
	for i := range topics {
		topics[i] = fmt.Sprint("t", i)
	}
	for front, want := range map[string]string{
		"topics:\n" + elements("t%d", maxFeeds) + elements("t%d", maxFeeds) + "type: video":       "",
		"topics:\n" + elements("t%d", maxFeeds+50) + "type: video":                                `a.md:253:3: topics[250]: more than 250 feeds of one kind: "t250" and those after it are left out`,
		"topics: " + strings.Join(topics, ", ") + "\ntype: video":                                 `a.md:2:9: topics: more than 250 feeds of one kind: "t250" and those after it are left out`,
		"tags: [a]\ntopics:\n" + elements("t%d", maxFeeds-1) + "- t5\n- b\n- c\ntype: video":      `a.md:255:3: topics[251]: more than 250 feeds of one kind: "c" and those after it are left out`,
		"topics:\n" + elements("t%d", maxFeeds) + "type: video\ntags: [" + topics[3] + ", T4, x]": `a.md:254:16: tags[2]: more than 250 feeds of one kind: "x" and those after it are left out`,
	} {
		a := parse(t, Options{}, "a.md", yamlFile(front))
		member := a.Member.List()
		if n := len(member); n != maxFeeds+1 || member[n-1].Kind != feeds.Type {
			t.Errorf("%.40q: in %d feeds", front, n)
		}
		var got []string
		for _, p := range a.Warnings() {
			got = append(got, p.Error())
		}
		if strings.Join(got, "\n") != want {
			t.Errorf("%.40q: %v\nwant %v", front, got, want)
		}
	}
	deep := strings.Repeat("d/", 3) + "_posts/a.md"
	for i := range maxFeeds + 50 {
		deep = fmt.Sprintf("%d/", i) + deep
	}
	a := parse(t, Options{Folders: []feeds.Folder{{Dir: "_posts", Anywhere: true}}}, deep, yamlFile("title: x"))
	if len(a.Member) > maxFeeds {
		t.Errorf("in %d feeds by its folders", len(a.Member))
	}
}

// TestLimitsOfTexts holds what becomes of values that are too long.
func TestLimitsOfTexts(t *testing.T) {
	x := func(n int) string { return strings.Repeat("x", n) }
	for _, c := range []struct {
		name, front string
		want        string // the warning without its place; empty for none
		check       func(a *Article, it *feeds.Item) bool
	}{
		{"title", "title: " + x(maxLine), "", func(_ *Article, it *feeds.Item) bool { return it.Title == x(maxLine) }},
		{"long title", "title: " + x(maxLine+1), "title: longer than 4 KiB: cut",
			func(_ *Article, it *feeds.Item) bool { return it.Title == x(maxLine-3)+"…" }},
		{"long title of characters", "title: " + strings.Repeat("é", maxLine), "title: longer than 4 KiB: cut",
			func(_ *Article, it *feeds.Item) bool { return it.Title == strings.Repeat("é", (maxLine-3)/2)+"…" }},
		{"long heading", "---\n---\n# " + x(maxLine+1), "", func(_ *Article, it *feeds.Item) bool { return it.Title == x(500) }},
		{"summary", "excerpt: " + x(40_000), "", func(_ *Article, it *feeds.Item) bool { return it.Summary == x(40_000) }},
		{"topic", "topics: " + x(maxName), "", func(a *Article, _ *feeds.Item) bool { return a.Member.List()[0].Name == x(maxName) }},
		{"long topic", "topics: [a, " + x(maxName+1) + ", b]", "topics[1]: a name longer than 1 KiB: ignored",
			func(a *Article, _ *feeds.Item) bool { return len(a.Member) == 2 }},
		{"long provider", "provider: " + x(maxName+1), "provider: a name longer than 1 KiB: ignored",
			func(a *Article, it *feeds.Item) bool { return len(a.Member) == 0 && it.Source.Name == x(maxName+1) }},
		{"id", "id: urn:x:" + x(maxLine-6), "", func(_ *Article, it *feeds.Item) bool { return it.ID == "urn:x:"+x(maxLine-6) }},
		{"long id", "id: urn:x:" + x(maxLine), "id: longer than 4 KiB: a short id is made of it",
			func(a *Article, it *feeds.Item) bool {
				return it.ID == feeds.ID("e", "id", "urn:x:"+x(maxLine)) && a.Explicit
			}},
		{"address", "webUrl: https://example.com/" + x(maxAddress-20), "", func(_ *Article, it *feeds.Item) bool { return len(it.URL) == maxAddress }},
		{"long address", "webUrl: https://example.com/" + x(maxAddress), "webUrl: an address longer than 8 KiB: ignored",
			func(_ *Article, it *feeds.Item) bool { return it.URL == "" }},
		{"address that becomes long", "webUrl: /" + strings.Repeat("é", maxAddress/4), "webUrl: an address longer than 8 KiB: ignored",
			func(_ *Article, it *feeds.Item) bool { return it.URL == "" }},
		{"long path", "permalink: /" + x(maxAddress), "permalink: an address longer than 8 KiB: ignored",
			func(_ *Article, it *feeds.Item) bool { return it.URL == "" }},
		{"long pattern", "permalink: /:title/" + x(maxPattern), "permalink: a pattern longer than 1 KiB: ignored",
			func(_ *Article, it *feeds.Item) bool { return it.URL == "" }},
		{"pattern that becomes long", "slug: " + x(maxLine) + "\npermalink: /:slug/:slug/:slug/", "an address longer than 8 KiB: ignored",
			func(_ *Article, it *feeds.Item) bool { return it.URL == "" }},
		{"long host", "webUrl: https://" + strings.Repeat("é", 600) + ".com/", "webUrl: \"https://" + strings.Repeat("é", 72) + "…\" is not a web address: write it as https://example.com/page, or as /page for one of the site: ignored",
			func(_ *Article, it *feeds.Item) bool { return it.URL == "" }},
		{"long date", "updated: 2021-03-29T16:35:00." + strings.Repeat("0", maxDate) + "Z", "updated: \"2021-03-29T16:35:00." + strings.Repeat("0", 60) + "…\" is not a date: write it as 2021-03-29T16:35:00Z or 2021-03-29: ignored",
			func(a *Article, _ *feeds.Item) bool { return a.Stated().IsZero() }},
		{"long language", "language: en-x-" + strings.Repeat("a-", maxLanguage) + "a", "language: \"en-x-" + strings.Repeat("a-", 37) + "a…\" is not a language: write it as en or en-US: ignored",
			func(_ *Article, it *feeds.Item) bool { return it.Language == "" }},
		{"long media type", "enclosure: {url: https://example.com/a.mp3, type: audio/" + x(maxType) + "}", "enclosure.type: longer than 255 bytes: ignored",
			func(_ *Article, it *feeds.Item) bool { return it.Enclosures[0].Type == "audio/mpeg" }},
		{"long e-mail address", "author: Ann <" + x(maxEmail) + "@example.com>", "",
			func(_ *Article, it *feeds.Item) bool { return it.Authors[0].Name == "Ann" && it.Authors[0].Email == "" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := c.front
			if !strings.HasPrefix(src, "---") {
				src = yamlFile(src)
			}
			a := parse(t, Options{SiteID: "e", SiteURL: "https://example.org/"}, "a.md", src)
			var got strings.Builder
			for _, p := range a.Warnings() {
				p := *p
				p.Path, p.Line, p.Col = "", 0, 0
				got.WriteString(p.Error())
			}
			if got.String() != c.want || !c.check(a, itemOf(a)) {
				t.Errorf("got %q\nwant %q\n%.200v", got.String(), c.want, itemOf(a))
			}
		})
	}
}

// TestLimitsOfWarnings holds that only so many problems are listed, and the others
// counted.
func TestLimitsOfWarnings(t *testing.T) {
	for n, want := range map[int]string{
		maxWarnings:     "a.md:102:3: images[99]: must be a single value, not a list or keys: ignored",
		maxWarnings + 7: "a.md:103:3: 7 more problems, beyond the first 100: mend those first",
	} {
		a := parse(t, Options{}, "a.md", yamlFile("images:\n"+strings.Repeat("- []\n", n)))
		var got []string
		for _, p := range a.Warnings() {
			got = append(got, p.Error())
		}
		if len(got) != min(n, maxWarnings+1) || !slices.Contains(got, want) {
			t.Errorf("%d warnings of %d: %q", len(got), n, got)
		}
	}
}

// TestLimitsOfAliases holds that what aliases and merges stand for counts as if it
// were written out.
func TestLimitsOfAliases(t *testing.T) {
	long := strings.Repeat("x", 1000)
	alias := func(n int) string {
		return yamlFile("a: &a " + long + "\nimages: [" + strings.TrimSuffix(strings.Repeat("*a, ", n), ", ") + "]")
	}
	if a := parse(t, Options{SiteURL: "https://example.org/"}, "a.md", alias(60)); len(itemOf(a).Images) != 1 || len(a.Warnings()) > 0 {
		t.Errorf("aliases of 60 KB in all: %v, %v", itemOf(a).Images, a.Warnings())
	}
	var merges strings.Builder
	merges.WriteString("m0: &m0 {k: 1}\n")
	for i := range 1000 {
		merges.WriteString(fmt.Sprintf("m%d: &m%[1]d {<<: *m%d, k%[1]d: 1}\n", i+1, i))
	}
	for name, c := range map[string]struct{ src, want string }{
		"alias":  {alias(100), "a.md:3:266: front matter is longer than 64 KiB with what aliases such as *a stand for: use fewer of them, or shorten what they name"},
		"merges": {yamlFile(merges.String()), "a.md:99:16: front matter is longer than 64 KiB with what aliases such as *m96 stand for: use fewer of them, or shorten what they name"},
		"circle": {yamlFile("a: &a\n  b: [x, *a]"), "a.md:3:10: *a is a part of what it stands for: write that out"},
		"nested merges": {yamlFile("a: " + strings.Repeat("{a: 1, b: 2, <<: ", 1000) + "{}" + strings.Repeat("}", 1000)),
			"a.md:2:289: front matter has more than 65,536 keys with what << merges in: use fewer of these, or shorten what they name"},
	} {
		_, err := NewParser(Options{}).Parse("a.md", []byte(c.src))
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: got  %v\nwant %v", name, err, c.want)
		}
	}
}
