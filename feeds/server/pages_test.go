package server

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"feedmill/feeds"
	"feedmill/feeds/document"
)

// fetch parses a page.
func fetch(t *testing.T, target string) (*html.Node, string) {
	t.Helper()
	return fetchFrom(t, testHandler(t), target)
}

func fetchFrom(t *testing.T, h *Handler, target string) (*html.Node, string) {
	t.Helper()
	w := ask(h, "GET", target)
	if w.Code != 200 {
		t.Fatalf("%s: %d", target, w.Code)
	}
	root, err := html.Parse(strings.NewReader(w.Body.String()))
	if err != nil {
		t.Fatal(err)
	}
	return root, w.Body.String()
}

// elements lists all elements of one name as their attributes.
func elements(root *html.Node, name string) (all []map[string]string) {
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == name {
			attrs := make(map[string]string)
			for _, a := range n.Attr {
				attrs[a.Key] = a.Val
			}
			all = append(all, attrs)
		}
	}
	return all
}

func pagePaths(t *testing.T) (paths []string) {
	for r := range resources(testSnapshot(testSite())) {
		if r.MediaType == htmlType {
			paths = append(paths, r.Path)
		}
	}
	if len(paths) < 10 {
		t.Fatalf("only %d pages", len(paths))
	}
	return paths
}

func TestAutodiscovery(t *testing.T) {
	for _, path := range pagePaths(t) {
		root, _ := fetch(t, path)
		found := make(map[string]string)
		canonical := ""
		for _, l := range elements(root, "link") {
			switch l["rel"] {
			case "alternate":
				found[l["type"]] = l["href"]
				if l["title"] == "" {
					t.Errorf("%s: %s has no title", path, l["href"])
				}
			case "canonical":
				canonical = l["href"]
			}
		}
		if canonical != "https://feeds.example.com"+path {
			t.Errorf("%s is canonical at %q", path, canonical)
		}
		for _, f := range feeds.Formats {
			of := "https://feeds.example.com/"
			if strings.Count(path, "/") == 3 {
				of = canonical
			}
			if found[f.MediaType()] != of+f.Filename() {
				t.Errorf("%s leads to %q for %s", path, found[f.MediaType()], f)
			}
		}
	}
}

// Every link within the site leads to a resource, and every page has a language
// and one main heading.
func TestPagesHoldTogether(t *testing.T) {
	h := testHandler(t)
	for _, path := range pagePaths(t) {
		root, _ := fetch(t, path)
		for _, a := range append(elements(root, "a"), elements(root, "link")...) {
			href := strings.TrimPrefix(a["href"], "https://feeds.example.com")
			if !strings.HasPrefix(href, "/") {
				continue
			}
			if w := ask(h, "GET", href); w.Code != 200 {
				t.Errorf("%s links to %s: %d", path, href, w.Code)
			}
		}
		if lang := elements(root, "html")[0]["lang"]; lang != "en-GB" {
			t.Errorf("%s has language %q", path, lang)
		}
		if n := len(elements(root, "h1")); n != 1 {
			t.Errorf("%s has %d main headings", path, n)
		}
		for _, s := range elements(root, "script") {
			if s["type"] != "application/ld+json" && s["src"] != asset(t, ".js") {
				t.Errorf("%s has the script %v", path, s)
			}
		}
	}
}

func TestFeedPage(t *testing.T) {
	root, body := fetch(t, "/topics/machine-learning/")
	for _, want := range []string{
		`<a href="https://www.example.com/1">Tom &amp; &#34;Jerry&#34; &lt;b&gt;</a>`,
		`A &lt;script&gt;alert(1)&lt;/script&gt; story.`,
		`<time datetime="2026-03-04T05:06:07Z" lang="en" dir="ltr">4 March 2026, 05:06</time>`,
		`<span><bdi>The Wire</bdi></span><span><bdi>Ann</bdi></span>`,
		`<a href="/topics/c-plus-plus/"><bdi>C&#43;&#43;</bdi></a>`,
		`<li><bdi>unlisted</bdi></li>`,
		`<a href="/topics/ai/"><bdi>AI</bdi></a></nav>`,
		`<code>https://feeds.example.com/topics/machine-learning/feed.json</code>`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	for _, not := range []string{"javascript:", "the whole text"} {
		if strings.Contains(body, not) {
			t.Errorf("the page has %s", not)
		}
	}
	var pictures []string
	for _, img := range elements(root, "img") {
		if img["src"] != "/icon.svg" {
			pictures = append(pictures, img["src"])
		}
	}
	if len(pictures) != 1 || pictures[0] != "https://img.example.com/1.png" {
		t.Errorf("pictures %q", pictures)
	}
	_, parent := fetch(t, "/topics/ai/")
	if !strings.Contains(parent, "Within <bdi>AI</bdi>") {
		t.Error("the parent's page does not list the topics within it")
	}
	if strings.Contains(parent, `<li><a href="/topics/ai/"><bdi>AI</bdi>`) {
		t.Error("the topic's own page labels its articles with it")
	}
}

// Our own words are English on every site; the site's and its articles' are what
// they say they are.
func TestLanguages(t *testing.T) {
	site := testSite()
	site.Language = "ar"
	snap := testSnapshot(site)
	h := NewHandler(holding(snap), testOptions(t))
	for stated, want := range map[string]string{"": "ar", "de": "de", "en": "en"} {
		snap.Listing(feeds.Key{}).Feed().Items[0].Language = stated
		root, _ := fetchFrom(t, NewHandler(holding(snap), testOptions(t)), "/")
		if got := elements(root, "article")[0]["lang"]; got != want {
			t.Errorf("an article that states the language %q is shown as %q", stated, got)
		}
	}
	root, _ := fetchFrom(t, h, "/")
	if html, h1 := elements(root, "html")[0]["lang"], elements(root, "h1")[0]["lang"]; html != "en" || h1 != "ar" {
		t.Errorf("the page is in %q, its heading in %q", html, h1)
	}
}

func TestPageHeaders(t *testing.T) {
	h := testHandler(t)
	for _, path := range pagePaths(t) {
		got := ask(h, "GET", path).Header()
		if csp := got.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; ") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: policy %q", path, csp)
		}
		if got.Get("Referrer-Policy") == "" || got.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: %v", path, got)
		}
	}
	if got := ask(h, "GET", asset(t, ".css")).Header().Get("Cache-Control"); !strings.HasSuffix(got, "immutable") {
		t.Errorf("the style sheet is kept %q", got)
	}
}

// A link that is no web address is shown as text, a missing date not at all.
func TestBareItem(t *testing.T) {
	site := testSite()
	l := listing(site, feeds.Topic, "x", "X", &feeds.Item{Title: "Bare", URL: "javascript:alert(1)", Updated: newest})
	h := NewHandler(holding(document.NewSnapshot(site, 1, []*document.Listing{l}, nil)), testOptions(t))
	body := ask(h, "GET", "/topics/x/").Body.String()
	if !strings.Contains(body, `<h3>Bare</h3>`) || strings.Contains(body, "javascript") {
		t.Errorf("page:\n%s", body)
	}
	items := body[strings.Index(body, `<ol class="items"`):]
	if strings.Contains(items, "<time") {
		t.Errorf("a date from nowhere:\n%s", items)
	}
}

func TestNames(t *testing.T) {
	got := make(map[string]bool)
	site := testSite()
	evil := listing(site, feeds.Topic, "../../x", "Evil")
	dots := listing(site, feeds.Topic, "..", "Dots")
	for r := range resources(document.NewSnapshot(site, 0, []*document.Listing{listing(site, feeds.All, "", "All"), listing(site, feeds.Topic, "日本語", "日本語"), evil, dots}, nil)) {
		if got[r.Name()] {
			t.Errorf("two resources are named %s", r.Name())
		}
		got[r.Name()] = true
		if b, err := r.Body(); err != nil || len(b) == 0 {
			t.Errorf("%s: %d bytes, %v", r.Path, len(b), err)
		}
	}
	for _, want := range []string{"index.html", "rss.xml", "topics/index.html", "about/index.html", "opml.xml", "icon.svg", "topics/日本語/feed.json", "topics/日本語/index.html", "topics/%2E%2E%2F%2E%2E%2Fx/rss.xml", "topics/%2E%2E/rss.xml"} {
		if !got[want] {
			t.Errorf("there is no %s in %v", want, got)
		}
	}
}
