package article

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"feedmill/feeds"
	"feedmill/feeds/internal/feedtest"
)

var update = feedtest.Update

// parse reads an article that must be usable.
func parse(t testing.TB, opt Options, name, src string) *Article {
	t.Helper()
	a, err := NewParser(opt).Parse(name, []byte(src))
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, src)
	}
	return a
}

// TestGolden holds every key of the seed's schema to its place.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/articles/*.*")
	if err != nil || len(files) == 0 {
		t.Fatal("no articles in testdata")
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		a := parse(t, Options{SiteID: "example.org", SiteURL: "https://www.example.org/base/"}, filepath.Base(file), string(src))
		for _, n := range a.Warnings() {
			t.Error(n)
		}
		checkItem(t, itemOf(a))
		var got bytes.Buffer
		e := json.NewEncoder(&got)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		if err := e.Encode(struct {
			Item          *feeds.Item
			Member        []feeds.Tag
			Quality, Heat float64
		}{itemOf(a), a.Member.List(), a.Quality, a.Heat}); err != nil {
			t.Fatal(err)
		}
		golden := filepath.Join("testdata", "golden", filepath.Base(file)+".json")
		if *update {
			if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Bytes(), want) {
			t.Errorf("%s is now\n%s", golden, got.Bytes())
		}
		for _, secret := range []string{"TOPSECRET", "isCached", "ratings"} {
			if strings.Contains(got.String(), secret) {
				t.Errorf("%s shows %s", file, secret)
			}
		}
	}
}

// TestKeys reads the usual names of Jekyll and Hugo, and mapped ones.
func TestKeys(t *testing.T) {
	opt := Options{SiteURL: "https://e.org/", Jekyll: true, Fields: map[string]string{"Headline": "title", "url": "originalUrl", "keywords": "topics", "kicker": "excerpt", "teaser": "summary", "embargo": "publishDate"}}
	for _, c := range []struct {
		front string
		get   func(a *Article) string
		want  string
	}{
		{"name: N", (*Article).Title, "N"},
		{"name: N\ntitle: T", (*Article).Title, "T"},
		{"title: T\nheadline: H", (*Article).Title, "H"},
		{"TITLE: T", (*Article).Title, "T"},
		{"title: null\nname: N", (*Article).Title, "N"},
		{"title: 2021", (*Article).Title, "2021"},
		{"a: b", (*Article).Title, "Heading"},
		{"description: D\nsummary: S", summary, "D"},
		{"summary: S", summary, "S"},
		{"kicker: K\nexcerpt: E", summary, "K"},
		{"teaser: T\nexcerpt: E", summary, "T"},
		{"a: b", summary, "First paragraph in two lines."},
		{"lastmod: 2022-01-01", updated, "2022-01-01"},
		{"last_modified_at: 2022-01-01", updated, "2022-01-01"},
		{"date: 2023-01-01\nupdated: 2022-01-01", updated, "2023-01-01"},
		{"date: 2023-01-01", updated, "2023-01-01"},
		{"updated: soon\ndate: 2023-01-01", updated, "2023-01-01"},
		{"publishDate: 2023-01-01", published, "2023-01-01"},
		{"date: 2023-01-01\npublishDate: 2024-01-01", notBefore, "2024-01-01"},
		{"date: 2023-01-01\npublishDate: 2022-01-01", notBefore, "2023-01-01"},
		{"date: 2023-01-01\nembargo: 2024-01-01", notBefore, "2024-01-01"},
		{"date: 2023-01-01\nembargo: 2024-01-01", published, "2023-01-01"},
		{"expiryDate: 2024-01-01", expires, "2024-01-01"},
		{"tags: [a b, c]", members, "topic:a b topic:c"},
		{"tags: a b", members, "topic:a topic:b"},
		{"tags: a b, c", members, "topic:a b topic:c"},
		{"topics: Joe Biden", members, "topic:Joe Biden"},
		{"keywords: [x]\ntopics: [y]", members, "topic:x"},
		{"categories: x y\ncategory: z w", members, "category:z w category:x category:y"},
		{"tags:\n  - name: a\n    slug: b", members, "topic:a"},
		{"type: [a, A]\nprovider: P", members, "type:a provider:P"},
		{"provider: {domain: p.example}", members, "provider:p.example"},
		{"author: Ann", authors, "Ann"},
		{"authors: [Ann <ann@e.org>, {name: Bo, email: bo@e.org}]\nauthor: Ann", authors, "Ann<ann@e.org>,Bo<bo@e.org>"},
		{"image: /a.png\ncover: /b.png", images, "https://e.org/a.png"},
		{"cover: {image: /b.png}", images, "https://e.org/b.png"},
		{"images: [/a.png, /a.png, /b.png]", images, "https://e.org/a.png https://e.org/b.png"},
		{"permalink: /p/", link, "https://e.org/p/"},
		{"permalink: /caf%C3%A9/?q#f", link, "https://e.org/caf%C3%A9/?q#f"},
		{"permalink: /café/100%", link, "https://e.org/caf%C3%A9/100%25"},
		{"webUrl: /w\npermalink: /p/", link, "https://e.org/w"},
		{"url: https://o.example/o", link, "https://o.example/o"},
		{"id: tag:e.org,2021:x", (*Article).ID, "tag:e.org,2021:x"},
		{"guid: '42'", (*Article).ID, feeds.ID("", "id", "42")},
		{"a: b", (*Article).ID, feeds.ID("", "path", "a-file.md")},
		{"lang: en_us", tongue, "en-US"},
		{"locale: zh-hant-tw", tongue, "zh-Hant-TW"},
		{"draft: true", hidden, "draft: true"},
		{"draft: YES\npublished: off", hidden, "published: false"},
		{"removed: 1", hidden, "removed: true"},
		{"draft: false\npublished: true", hidden, ""},
		{"related: true", func(a *Article) string { return itemOf(a).HTML[len(itemOf(a).HTML)-5:] }, "</p>\n"},
	} {
		if got := c.get(parse(t, opt, "a-file.md", "---\n"+c.front+"\n---\n# Heading #\n\nFirst *paragraph*\nin two lines.\n\nSecond.\n")); got != c.want {
			t.Errorf("%q: got %q, want %q", c.front, got, c.want)
		}
	}
}

func summary(a *Article) string   { return itemOf(a).Summary }
func updated(a *Article) string   { return itemOf(a).Updated.Format("2006-01-02") }
func published(a *Article) string { return a.Published.Format("2006-01-02") }
func notBefore(a *Article) string { return a.NotBefore().Format("2006-01-02") }
func expires(a *Article) string   { return a.Expires().Format("2006-01-02") }
func link(a *Article) string      { return itemOf(a).URL }
func tongue(a *Article) string    { return itemOf(a).Language }
func hidden(a *Article) string    { return a.Hidden }

func members(a *Article) string {
	var all []string
	for m := range a.Member.All() {
		all = append(all, m.Kind.String()+":"+m.Name)
	}
	return strings.Join(all, " ")
}

func authors(a *Article) string {
	var all []string
	for _, p := range itemOf(a).Authors {
		s := p.Name
		if p.Email != "" {
			s += "<" + p.Email + ">"
		}
		all = append(all, s)
	}
	return strings.Join(all, ",")
}

func images(a *Article) string {
	var all []string
	for _, i := range itemOf(a).Images {
		all = append(all, i.URL)
	}
	return strings.Join(all, " ")
}

// TestForms reads the same article in the ways that files come.
func TestForms(t *testing.T) {
	const want = "Title|tag:e.org,2021:x|a,b|<p>Body é.</p>\n"
	for _, src := range []string{
		"---\ntitle: Title\nid: tag:e.org,2021:x\ntopics: [a, b]\n---\nBody é.\n",
		"---\r\ntitle: Title\r\nid: tag:e.org,2021:x\r\ntopics:\r\n- a\r\n- b\r\n---\r\nBody é.\r\n",
		"\ufeff---  \ntitle: Title\nid: tag:e.org,2021:x\ntopics: [a, b]\n...\n\n\nBody é.",
		"---\nx: &x {topics: [a, b]}\n<<: *x\ntitle: Title\nid: tag:e.org,2021:x\n---\nBody é.",
		"+++\ntitle = \"Title\"\nid = 'tag:e.org,2021:x'\ntopics = [\n'a',\n'b']\n+++\nBody é.",
		"{\"title\": \"Title\", \"id\": \"tag:e.org,2021:x\", \"topics\": [\"a\", \"b\"]}\nBody é.",
		"{\n \"title\": \"Title\",\n \"id\": \"tag:e.org,2021:x\", \"topics\": [\"a\", \"b\"], \"x\": null\n} Body é.",
	} {
		a := parse(t, Options{}, "a.md", src)
		var topics []string
		for _, tag := range itemOf(a).Tags {
			topics = append(topics, tag.Name)
		}
		if got := a.Title() + "|" + a.ID() + "|" + strings.Join(topics, ",") + "|" + itemOf(a).HTML; got != want {
			t.Errorf("%q gives %q", src, got)
		}
	}
}

func TestEmpty(t *testing.T) {
	for name, want := range map[string]string{
		"2021-03-29-a-small_step.md": "A small step", "index.md": "Index", "posts/my-trip/index.md": "My trip", "-.md": "Untitled",
	} {
		for _, src := range []string{"---\n---\n", "---\n---", "---\n# note\n---\n", "+++\n+++\n", "{}", "---\n~\n---\n\n\n"} {
			a := parse(t, Options{}, name, src)
			if a.Title() != want || itemOf(a).HTML != "" || itemOf(a).Summary != "" || a.Linked() {
				t.Errorf("%s %q: %+v", name, src, itemOf(a))
			}
		}
	}
}
