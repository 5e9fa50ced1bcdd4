package article

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	nethtml "golang.org/x/net/html"
)

// playerHost is the only host whose frames checkHTML lets pass.
const playerHost = "player.example.org"

// hostile is markup that must come out harmless, and what stays of it on the page
// https://example.org/base/2021/page/ of the site https://example.org/base.
var hostile = []struct{ src, want string }{
	{`<p>a<script>alert(1)</script>b</p>`, "<p>ab</p>\n"},
	{`<p onclick="x()" OnLoad=x>a</p>`, "<p>a</p>\n"},
	{`<img src=x onerror=alert(1)>`, "<img src=\"https://example.org/base/2021/page/x\"/>\n"},
	{`<a href="javascript:alert(1)">a</a>`, "<a>a</a>\n"},
	{`<a href="JaVaScRiPt&colon;alert(1)">a</a>`, "<a>a</a>\n"},
	{`<a href=" &#106;&#97;vascript:alert(1)">a</a>`, "<a>a</a>\n"},
	{"<a href=\"java\nscript:alert(1)\">a</a>", "<a>a</a>\n"},
	{"<a href=\"java&#9;script:alert(1)\">a</a>", "<a>a</a>\n"},
	{"<a href=\"\x01javascript:alert(1)\">a</a>", "<a>a</a>\n"},
	{"<a href=\"&#1;javascript:alert(1)\">a</a>", "<a>a</a>\n"},
	{`<a href="vbscript:x">a</a><a href="data:text/html,x">b</a><a href="file:///etc">c</a>`, "<a>a</a><a>b</a><a>c</a>\n"},
	{`<img src="data:image/png;base64,AAAA">`, ""},
	{`<p style="background:url(javascript:x)">a</p><style>p{}</style>`, "<p>a</p>\n"},
	{`<svg onload=x><a xlink:href="javascript:x">a</a></svg>b`, "b\n"},
	{`<meta http-equiv=refresh content="0;url=//evil"><base href="//evil/"><link rel=stylesheet href=//evil>a`, "a\n"},
	{`<form action="//evil"><input name=a><p>read me</p><button>b</button></form>`, "<p>read me</p>\n"},
	{`<object data=x><embed src=x></object>a<embed src=x>`, "a\n"},
	{`<iframe src="javascript:x"></iframe><iframe srcdoc="<script>x</script>"></iframe>a`, "a\n"},
	{`<iframe><iframe src=//evil></iframe>a`, "a\n"},
	{`<iframe src="https://tracker.example/" width="0" height="0"></iframe>a`, "a\n"},
	{`<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>`, "<img src=\"https://example.org/base/2021/page/x\"/>&#34;&gt;\n"},
	{`<template><script>x</script></template>a`, "a\n"},
	{`<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">`, ""},
	{`<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">`, "<p></p><img src=\"https://example.org/base/2021/page/1\"/>&#34;&gt;\n"},
	{`<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>`, ""},
	{`<xmp><script>x</script></xmp>`, "<pre>&lt;script&gt;x&lt;/script&gt;</pre>\n"},
	{`<noembed><img src=x onerror=x></noembed><noframes><b></noframes>a`, "a\n"},
	{`a<plaintext><script>x</script>`, "a<pre>&lt;script&gt;x&lt;/script&gt;</pre>\n"},
	{`a<!-- <script>x</script>`, "a\n"},
	{`a<![CDATA[<script>x</script>]]>b`, "ax]]&gt;b\n"},
	{`<b><i>a</b>b<p>c`, "<b><i>a</i></b><i>b<p>c</p></i>\n"},
	{`<div id="x" class="y" contenteditable autofocus tabindex=1>a</div>`, "<div id=\"x\">a</div>\n"},
	{`&lt;script&gt;x&lt;/script&gt;`, "&lt;script&gt;x&lt;/script&gt;\n"},
	{`<video src="javascript:x" poster="mailto:a@b" controls><source src="data:x"></video>`, "<video controls=\"\"></video>\n"},
	{`<td background="javascript:x">a`, "a\n"},
	{`<a href="https://e.org/" target=_blank rel=opener ping=//evil>a</a>`, "<a href=\"https://e.org/\">a</a>\n"},
	{`<isindex action=x><marquee onstart=x>a</marquee>`, "a\n"},
	{strings.Repeat("<div>", 100000) + "deep", "deep\n"},
}

// checkURL fails where s is not an absolute, clean URL with one of some schemes.
func checkURL(t testing.TB, s string, schemes ...string) {
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

// checkHTML fails where src holds what feeds must not hold. It parses content as a browser does, and its tokens as a reader with
// a simpler parser does.
func checkHTML(t testing.TB, src string) {
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

func checkElement(t testing.TB, name string, attrs []nethtml.Attribute, src string) {
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
		if u, _ := url.Parse(a.Val); name == "iframe" && a.Key == "src" && (u == nil || !strings.EqualFold(u.Hostname(), playerHost)) {
			t.Errorf("frame of %q", a.Val)
		}
	}
}
