package article

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"feedmill/feeds"
)

// yamlFile is an article with this front matter.
func yamlFile(front string) string { return "---\n" + front + "\n---\nBody.\n" }

// TestUnusable holds the words and places of problems that make a file unusable.
func TestUnusable(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"no front matter", "# Title\n", ErrNoFrontMatter.Error()},
		{"empty file", "", ErrNoFrontMatter.Error()},
		{"only a mark", "\ufeff", ErrNoFrontMatter.Error()},
		{"liquid", "{% include x %}\n", ErrNoFrontMatter.Error()},
		{"utf-16 little", "\xff\xfe-\x00-\x00", "a.md:1:1: the file is UTF-16: save it as UTF-8"},
		{"utf-16 big", "\xfe\xff\x00-", "a.md:1:1: the file is UTF-16: save it as UTF-8"},
		{"unclosed yaml", "---\ntitle: x\n", "a.md:1:1: front matter is never closed: add a line --- after its last key"},
		{"unclosed at once", "---", "a.md:1:1: front matter is never closed: add a line --- after its last key"},
		{"unclosed toml", "+++\ntitle = 'x'\n---\n", "a.md:1:1: front matter is never closed: add a line +++ after its last key"},
		{"long", "---\n" + strings.Repeat("# x\n", 20000) + "---\n", "a.md:1:1: front matter is longer than 64 KiB: close it above the text, or shorten it"},
		{"tab", yamlFile("title: x\n\tname: y"), "a.md:3:1: a tab: indent with spaces"},
		{"tab in list", yamlFile("topics:\n\t- a"), "a.md:3:1: a value cannot begin with this character: put it in quotes, and indent with spaces instead of tabs"},
		{"second colon", yamlFile("title: Go: the language"), "a.md:2:10: \": \" in the middle of a value: put the whole value in quotes"},
		{"second colon after é", yamlFile("title: é Go: the language"), "a.md:2:13: \": \" in the middle of a value: put the whole value in quotes"},
		{"second colon after a bad byte", yamlFile("title: \xe9 Go: the language"), "a.md:2:12: \": \" in the middle of a value: put the whole value in quotes"},
		{"open quote", yamlFile("title: \"Go\nname: y"), "a.md:2:8: a quote that is never closed: add the closing one"},
		{"text after quote", yamlFile(`title: "Go" is fine`), "a.md:2:13: neither a key nor a part of the value before: check quotes and indentation"},
		{"star", yamlFile("title: *** wow"), "a.md:2:8: a value that begins with * or & must be put in quotes"},
		{"alias", yamlFile("title: *wow"), "a.md:2:11: a value that begins with * must be put in quotes"},
		{"percent", yamlFile("title: %wow"), "a.md:2:8: a value cannot begin with this character: put it in quotes, and indent with spaces instead of tabs"},
		{"at", yamlFile("title: x\nauthor: @ann"), "a.md:3:9: a value cannot begin with this character: put it in quotes, and indent with spaces instead of tabs"},
		{"backslash", yamlFile(`title: "C:\Users"`), "a.md:2:12: a backslash that means something else in double quotes: write two, or use single quotes"},
		{"no colon", yamlFile("title: x\nauthor\ndate: 2021-03-29"), "a.md:3:1: not a key and a value: write it as key: value"},
		{"no space", yamlFile("title:x"), "a.md:2:1: front matter must be keys and values, as in title: My article"},
		{"indent", yamlFile("title: x\n  name: y"), "a.md:3:7: \": \" in the middle of a value: put the whole value in quotes"},
		{"outdent", yamlFile("images:\n    - url: x\n  width: 3"), "a.md:4:3: neither a key nor a part of the value before: check quotes and indentation"},
		{"bracket", yamlFile("topics: [Go, Rust\ntitle: x"), "a.md:2:14: a bracket that is never closed, or a comma that is missing"},
		{"list", yamlFile("- a\n- b"), "a.md:2:1: front matter must be keys and values, as in title: My article"},
		{"inline list", yamlFile("topics: - a"), "a.md:2:9: a list cannot begin here: put each item on a line of its own below the key"},
		{"text", yamlFile("just text"), "a.md:2:1: front matter must be keys and values, as in title: My article"},
		{"crlf", "---\r\ntitle: x\r\n\tname: y\r\n---\r\n", "a.md:3:1: a tab: indent with spaces"},
		{"cr", "---\rtitle: x\r\tname: y\r---\r", "a.md:3:1: a tab: indent with spaces"},
		{"line separator", yamlFile("title: a\u2028b\u0085c\n\tname: y"), "a.md:3:1: a tab: indent with spaces"},
		{"deep", yamlFile("a: " + strings.Repeat("[", 60000)), "a.md:2:10004: nested too deep: 10,000 levels are the most"},
		{"twice", yamlFile("title: x\ntopics: [a]\ntitle: y"), "a.md:4:1: title: given twice, first in line 2: remove one"},
		{"twice by case", yamlFile("Draft: true\ndraft: false"), "a.md:3:1: draft: given twice, first in line 2: remove one"},
		{"twice below", yamlFile("provider:\n  name: a\n  name: b"), "a.md:4:3: name: given twice, first in line 3: remove one"},
		{"toml quote", "+++\ntitle = \"x\ndate = 2021-03-29\n+++\n", "a.md:2:11: not TOML (strings cannot contain newlines)"},
		{"toml bare", "+++\ntitle = Go\n+++\n", "a.md:2:9: not TOML (expected value but found \"Go\" instead)"},
		{"toml twice", "+++\ntitle = 'a'\ntitle = 'b'\n+++\n", "a.md:3:12: not TOML (Key 'title' has already been defined.)"},
		{"toml deep", "+++\na = " + strings.Repeat("{a=", 9000) + "\n+++\n", "a.md:2:101: nested too deep: 64 levels are the most"},
		{"json open", "{\n  \"title\": \"x\"\n", "a.md:1:1: front matter is never closed: add the } after its last value"},
		{"json comma", "{\n  \"title\": \"x\"\n  \"name\": 1\n}\n", "a.md:3:3: not JSON (invalid character '\"' after object key:value pair): check quotes and commas"},
		{"json bare", "{\n  title: \"x\"\n}\n", "a.md:2:3: not JSON (invalid character 't'): check quotes and commas"},
		{"json twice", "{\"title\": \"é\", \"title\": 1}", "a.md:1:17: title: given twice, first in line 1: remove one"},
		{"json deep", "{\"a\":" + strings.Repeat("[", 100000), "a.md:1:70: nested too deep: 64 levels are the most"},
		{"date", yamlFile("title: x\ndate: 2021-02-30"), "a.md:3:7: date: \"2021-02-30\" is not a date: write it as 2021-03-29T16:35:00Z or 2021-03-29"},
		{"date words", yamlFile("date: tomorrow"), "a.md:2:7: date: \"tomorrow\" is not a date: write it as 2021-03-29T16:35:00Z or 2021-03-29"},
		{"date of two fields", yamlFile("publishDate: soon"), "a.md:2:14: publishDate: \"soon\" is not a date: write it as 2021-03-29T16:35:00Z or 2021-03-29"},
		{"date list", yamlFile("date:\n  - 2021-03-29"), "a.md:3:3: date: must be a single value, not a list or keys"},
		{"expiry", yamlFile("expiryDate: soon"), "a.md:2:13: expiryDate: \"soon\" is not a date: write it as 2021-03-29T16:35:00Z or 2021-03-29"},
		{"flags", yamlFile("published: maybe\nremoved: [true]\ndraft: \"\""), "a.md:2:12: published: \"maybe\" must be true or false\na.md:3:10: removed: must be true or false, not a list or keys\na.md:4:8: draft: \"\" must be true or false"},
		{"toml date", "+++\ntitle = 'x'\n  date = 07:32:00\n+++\n", "a.md:3:10: date: \"07:32:00\" is not a date: write it as 2021-03-29T16:35:00Z or 2021-03-29"},
		{"toml flag", "+++\ntitle = '''\ndraft = 1\n'''\ndraft = 'perhaps'\n+++\n", "a.md:5:9: draft: \"perhaps\" must be true or false"},
		{"json flag", "{\"title\": \"é\\u00e9\",\n \"draft\":  \"?\"}", "a.md:2:12: draft: \"?\" must be true or false"},
	} {
		t.Run(c.name, func(t *testing.T) {
			start := time.Now()
			a, err := NewParser(Options{}).Parse("a.md", []byte(c.src))
			if err == nil || a != nil {
				t.Fatalf("no error, article %v", a)
			}
			if err.Error() != c.want {
				t.Errorf("got  %q\nwant %q", err, c.want)
			}
			if errors.Is(err, ErrNoFrontMatter) {
				return
			}
			for _, p := range feeds.Problems(err) {
				if p.Path != "a.md" || p.Line == 0 || p.Col == 0 {
					t.Errorf("no place: %+v", p)
				}
			}
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

// TestWarnings holds the words of problems of single values, which are ignored.
func TestWarnings(t *testing.T) {
	for _, c := range []struct {
		name, src string
		want      []string
	}{
		{"fine", yamlFile("title: x"), nil},
		{"bad byte", "---\ntitle: a\n---\nb\xe9\xe9 c\xff\n", []string{
			"a.md:4:2: byte 0xe9 is not UTF-8, shown as �: save the file as UTF-8",
		}},
		{"title", yamlFile("title: [a, b]"), []string{
			"a.md:2:8: title: must be a single value, not a list or keys: ignored",
		}},
		{"template", yamlFile("title: {{ page.title }}"), []string{
			"a.md:2:8: title: must be a single value, not a list or keys: ignored",
		}},
		{"excerpt", yamlFile("excerpt: {a: b}"), []string{
			"a.md:2:10: excerpt: must be a single value, not a list or keys: ignored",
		}},
		{"updated", yamlFile("updated: yesterday"), []string{
			"a.md:2:10: updated: \"yesterday\" is not a date: write it as 2021-03-29T16:35:00Z or 2021-03-29: ignored",
		}},
		{"updated list", yamlFile("updated: [yesterday]"), []string{
			"a.md:2:10: updated: must be a single value, not a list or keys: ignored",
		}},
		{"type", yamlFile("type: {a: b}\ntopics: [a, [b], {c: d}]"), []string{
			"a.md:2:7: type: must be a name: ignored",
			"a.md:3:13: topics[1]: must be a single value, not a list or keys: ignored",
			"a.md:3:18: topics[2]: must be a name: ignored",
		}},
		{"url", yamlFile("webUrl: /page\nampWebUrl: javascript:x\noriginalUrl: [a]"), []string{
			"a.md:2:9: webUrl: \"/page\" is a relative address, and the site's own is not known: set site.url in the settings: ignored",
			"a.md:3:12: ampWebUrl: \"javascript:x\" is not a web address: write it as https://example.com/page, or as /page for one of the site: ignored",
			"a.md:4:14: originalUrl: must be a single value, not a list or keys: ignored",
		}},
		{"numbers", yamlFile("quality: high\nheat: [1]"), []string{
			"a.md:2:10: quality: \"high\" is not a number: ignored",
			"a.md:3:7: heat: must be a single value, not a list or keys: ignored",
		}},
		{"image", yamlFile("images:\n  - url: \"data:image/png;base64,AA\"\n    width: 3\n  - {url: https://e.org/a.png, width: wide, height: -1}\nimage: [[a]]"), []string{
			"a.md:3:10: images[0].url: \"data:image/png;base64,AA\" is not a web address: write it as https://example.com/page, or as /page for one of the site: ignored",
			"a.md:5:39: images[1].width: \"wide\" is not a number: ignored",
			"a.md:5:53: images[1].height: must be a number of pixels: ignored",
			"a.md:6:9: image[0]: must be a single value, not a list or keys: ignored",
		}},
		{"provider", yamlFile("provider: {name: [x], domain: \"a b\", url: x, images: x}"), []string{
			"a.md:2:18: provider.name: must be a single value, not a list or keys: ignored",
			"a.md:2:43: provider.url: \"x\" is a relative address, and the site's own is not known: set site.url in the settings: ignored",
			"a.md:2:54: provider.images: \"x\" is a relative address, and the site's own is not known: set site.url in the settings: ignored",
		}},
		{"authors", yamlFile("authors: [[a], {name: {a: b}}, {name: Ann, email: ann, url: ftp://x}]"), []string{
			"a.md:2:11: authors[0]: must be a single value, not a list or keys: ignored",
			"a.md:2:23: authors[1].name: must be a single value, not a list or keys: ignored",
			"a.md:2:51: authors[2].email: must be an e-mail address such as ann@example.com: ignored",
			"a.md:2:61: authors[2].url: \"ftp://x\" is not a web address: write it as https://example.com/page, or as /page for one of the site: ignored",
		}},
		{"related", yamlFile("related: [[a], {title: [x], webUrl: x, publishedDateTime: never}]"), []string{
			"a.md:2:11: related[0]: must be a single value, not a list or keys: ignored",
			"a.md:2:24: related[1].title: must be a single value, not a list or keys: ignored",
			"a.md:2:37: related[1].webUrl: \"x\" is a relative address, and the site's own is not known: set site.url in the settings: ignored",
			"a.md:2:59: related[1].publishedDateTime: \"never\" is not a date: write it as 2021-03-29T16:35:00Z or 2021-03-29: ignored",
		}},
		{"enclosure", yamlFile("enclosure: [[a], {url: https://e.org/a.mp3, length: long, duration: [1], type: x}]"), []string{
			"a.md:2:13: enclosure[0]: must be a single value, not a list or keys: ignored",
			"a.md:2:53: enclosure[1].length: \"long\" is not a number: ignored",
			"a.md:2:69: enclosure[1].duration: must be a single value, not a list or keys: ignored",
		}},
		{"language", yamlFile("language: english please"), []string{
			"a.md:2:11: language: \"english please\" is not a language: write it as en or en-US: ignored",
		}},
		{"id", yamlFile("id: [1]\nslug: [x]\npermalink: {a: b}\nfeaturedContent: [x]"), []string{
			"a.md:2:5: id: must be a single value, not a list or keys: ignored",
			"a.md:4:12: permalink: must be a single value, not a list or keys: ignored",
			"a.md:5:18: featuredContent: must be a single value, not a list or keys: ignored",
		}},
		{"toml", "+++\ntitle = 'x'\n[provider]\nname = 'y'\nurl = 'é'\n[[images]]\nurl = 'https://e.org/1.png'\n[[images]]\n  url = 'nope'\n+++\n", []string{
			"a.md:5:7: provider.url: \"é\" is a relative address, and the site's own is not known: set site.url in the settings: ignored",
			"a.md:9:9: images[1].url: \"nope\" is a relative address, and the site's own is not known: set site.url in the settings: ignored",
		}},
		{"json", "{\"title\": \"é\", \"webUrl\":\n  \"x\"}", []string{
			"a.md:2:3: webUrl: \"x\" is a relative address, and the site's own is not known: set site.url in the settings: ignored",
		}},
		{"merged", yamlFile("base: &b {webUrl: x}\n<<: [*b, *b]"), []string{
			"a.md:2:19: webUrl: \"x\" is a relative address, and the site's own is not known: set site.url in the settings: ignored",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := NewParser(Options{}).Parse("a.md", []byte(c.src))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, w := range a.Warnings() {
				got = append(got, w.Error())
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(c.want, "\n\t"))
			}
		})
	}
}
