package article

import (
	"encoding/xml"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	nethtml "golang.org/x/net/html"

	"feedmill/feeds"
)

var hostileParser = NewParser(Options{SiteID: "e", SiteURL: "https://example.org/base", EmbedHosts: []string{"player.example.org"}})

// FuzzParse holds what documents rely on, for any bytes under any ending.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*/*.*")
	if err != nil || len(files) == 0 {
		f.Fatal("no seeds in testdata")
	}
	for _, name := range files {
		src, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	for _, h := range hostile {
		f.Add([]byte("---\n---\n" + h.src[:min(len(h.src), 1000)])) // long seeds slow the fuzzer down
	}
	f.Add([]byte("+++\ntitle = 'x'\ndate = 2021-03-29\n[[images]]\nurl='/a.png'\n+++\n# H\n"))
	f.Add([]byte("{\"title\": \"\\u0000x\", \"tags\": [1, null]}\nBody"))
	f.Fuzz(func(t *testing.T, src []byte) {
		for _, name := range []string{"a/2021-03-29-b.md", "b.html", "c.txt"} {
			a, err := hostileParser.Parse(name, src)
			if err != nil {
				continue
			}
			checkItem(t, itemOf(a))
			again, err := hostileParser.Parse(name, append(slices.Clone(src), '\n'))
			if err != nil || again.Digest != a.Digest {
				t.Errorf("%s: another digest for another line feed at the end (%v)", name, err)
			}
		}
	})
}

// checkItem fails where an item breaks what feeds.Item promises.
func checkItem(t *testing.T, it *feeds.Item) {
	t.Helper()
	if it.Title == "" || it.ID == "" || it.Updated.IsZero() || it.Updated.Before(it.Published) {
		t.Errorf("incomplete: %+v", it)
	}
	for _, d := range []time.Time{it.Published, it.Updated} {
		if d.Location() != time.UTC || d.Nanosecond() != 0 || d.Year() > 9999 {
			t.Errorf("time %v", d)
		}
	}
	texts := []string{it.Title, it.Summary, it.HTML, it.Language}
	urls := []string{it.URL, it.OriginalURL}
	for _, p := range it.Authors {
		texts, urls = append(texts, p.Name, p.Email), append(urls, p.URL, p.Avatar)
	}
	for _, tag := range it.Tags {
		texts = append(texts, tag.Name)
	}
	for _, i := range it.Images {
		texts, urls = append(texts, i.Title, i.Credit), append(urls, i.URL)
	}
	for _, r := range it.Related {
		texts, urls = append(texts, r.Title, r.Summary, r.Provider), append(urls, r.URL)
	}
	if it.Source != nil {
		texts, urls = append(texts, it.Source.Name), append(urls, it.Source.URL, it.Source.Icon)
	}
	for _, s := range texts {
		if s != feeds.XMLText(s) || xml.EscapeText(&strings.Builder{}, []byte(s)) != nil {
			t.Errorf("not for XML: %q", s)
		}
	}
	for _, u := range urls {
		if u != "" {
			checkURL(t, u, "http", "https")
		}
	}
	checkHTML(t, it.HTML)
}

func checkURL(t *testing.T, s string, schemes ...string) {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil || !slices.Contains(schemes, u.Scheme) || u.Host == "" && u.Opaque == "" && u.RawQuery == "" {
		t.Errorf("address %q: %v", s, err)
	}
	if i := strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`"<>\^{|}`+"`", r) }); i >= 0 {
		t.Errorf("address %q holds %q", s, s[i])
	}
}

// addressKeys are the attributes that browsers fetch or follow.
var addressKeys = []string{"href", "src", "poster", "cite", "action", "formaction", "data", "background", "srcset", "longdesc", "ping", "xlink:href", "manifest"}

// harmless lists the elements that content may hold.
var harmless = strings.Fields(`a abbr acronym article aside audio b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt em
	figcaption figure footer h1 h2 h3 h4 h5 h6 header hgroup hr i iframe img ins kbd li main map area mark meter nav ol p pre progress q rp rt ruby
	s samp section small source span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var video wbr html head body`)

// checkHTML parses content as a browser does, and its tokens as a reader with
// a simpler parser does.
func checkHTML(t *testing.T, src string) {
	t.Helper()
	doc, err := nethtml.Parse(strings.NewReader(src))
	if err != nil {
		t.Fatalf("%v in %q", err, src)
	}
	for n := range doc.Descendants() {
		if n.Type == nethtml.CommentNode || n.Type == nethtml.DoctypeNode {
			t.Errorf("comment %q in %q", n.Data, src)
		}
		if n.Type == nethtml.ElementNode {
			checkElement(t, n.Data, n.Attr, src)
		}
	}
	var open []string
	z := nethtml.NewTokenizer(strings.NewReader(src))
	for z.Next() != nethtml.ErrorToken {
		switch tok := z.Token(); tok.Type {
		case nethtml.StartTagToken:
			checkElement(t, tok.Data, tok.Attr, src)
			if !slices.Contains([]string{"br", "hr", "img", "wbr", "col", "source", "area"}, tok.Data) {
				open = append(open, tok.Data)
			}
		case nethtml.EndTagToken:
			if len(open) == 0 || open[len(open)-1] != tok.Data {
				t.Fatalf("</%s> closes nothing in %q", tok.Data, src)
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		t.Errorf("%v never closed in %q", open, src)
	}
}

func checkElement(t *testing.T, name string, attrs []nethtml.Attribute, src string) {
	t.Helper()
	if !slices.Contains(harmless, name) {
		t.Errorf("<%s> in %q", name, src)
	}
	for _, a := range attrs {
		switch {
		case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Key == "srcdoc":
			t.Errorf("%s=%q in %q", a.Key, a.Val, src)
		case a.Key == "href":
			checkURL(t, a.Val, "http", "https", "mailto", "tel")
		case slices.Contains(addressKeys, a.Key):
			checkURL(t, a.Val, "http", "https")
		}
		if u, _ := url.Parse(a.Val); name == "iframe" && a.Key == "src" && (u == nil || !strings.EqualFold(u.Hostname(), "player.example.org")) {
			t.Errorf("frame of %q", a.Val)
		}
	}
}

// FuzzResolve holds that an address is absolute and clean, or an error, and
// that a second pass changes nothing.
func FuzzResolve(f *testing.F) {
	for _, s := range []string{"/a b?c d#e#f", "//x/y", "HTTP://É.example/", "http://[::1]:80/a[b]", "mailto:a@b?subject=%zz", "java\nscript:x", "?q", "#f", "https:\\\\e", "http://a%b", "http://a/%2f%", "tel:+1", "../..", "http://ex ample", "https://u:p@h:99/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if u, err := url.Parse(s); plain(s) && (err != nil || u.Hostname() == "" || strings.ContainsFunc(u.Host, notHost)) {
			t.Errorf("%q is plain, and %v, %v", s, u, err)
		}
		u, err := hostileParser.urls.any(s)
		if err != nil {
			return
		}
		checkURL(t, u, "http", "https", "mailto", "tel")
		if again, err := hostileParser.urls.any(u); err != nil || again != u {
			t.Errorf("%q gives %q gives %q, %v", s, u, again, err)
		}
	})
}

// FuzzPlainText holds that plain text is one clean line.
func FuzzPlainText(f *testing.F) {
	for _, s := range []string{"a < b &amp;lt; c", "<b>x</b>", "&#1;&#xfffe;&#0;", "\u0085\u2028", "<script>x</script>", "&amp;amp;amp;amp;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := plainText(s)
		if slow := withoutMarkup(s); slow != got {
			t.Errorf("plainText(%q) = %q, the long way %q", s, got, slow)
		}
		if slow := strings.Join(strings.Fields(s), " "); tidy(s) && slow != s {
			t.Errorf("%q is tidy, and %q is not", s, slow)
		}
		if got != feeds.XMLText(got) || strings.ContainsAny(got, "\n\r\t\x7f") || got != strings.TrimSpace(got) || strings.Contains(got, "  ") {
			t.Errorf("plainText(%q) = %q", s, got)
		}
	})
}

// FuzzParseDate holds that a date can be written and read again.
func FuzzParseDate(f *testing.F) {
	for s := range dates {
		f.Add(s)
	}
	zone := time.FixedZone("", -5*3600)
	f.Fuzz(func(t *testing.T, s string) {
		d, err := parseDate(s, zone)
		if slow, err2 := parseAnyDate(s, zone); !slow.Equal(d) || err2 != err {
			t.Errorf("%q is %v, %v by its usual layout and %v, %v by any", s, d, err, slow, err2)
		}
		if err != nil {
			return
		}
		if again, err := parseDate(d.Format(time.RFC3339), zone); err != nil || !again.Equal(d) || d.Location() != time.UTC || d.Nanosecond() != 0 {
			t.Errorf("%q gives %v gives %v, %v", s, d, again, err)
		}
	})
}
