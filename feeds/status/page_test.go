package status

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"feedmill/feeds"
	"feedmill/feeds/stats"
)

// counted are figures of so many days, the last of which is open.
type counted struct{ days []stats.Day }

func (c counted) Uncounted() int64 { return 1234 }
func (c counted) Hidden() int64    { return 2 }

func (c counted) Site(from, to time.Time) []stats.Day {
	return c.last(int(to.Sub(from)/(24*time.Hour)) + 1)
}

func (c counted) Feed(k feeds.Key, from, to time.Time) []stats.Day {
	if k.Slug != "c-plus-plus" {
		return nil
	}
	return c.Site(from, to)
}

func (c counted) last(n int) []stats.Day { return slices.Clone(c.days[max(0, len(c.days)-n):]) }

// sixtyDays are of a site that grows.
func sixtyDays() (c counted) {
	for i := range int64(60) {
		c.days = append(c.days, stats.Day{
			Date: newest.AddDate(0, 0, int(i)-59).Format(time.DateOnly), Open: i == 59,
			Figures: stats.Figures{Subscribers: 10 * i, Readers: map[string]int64{"Feedly": 8 * i, "<b>Odd</b>": 2 * i}, Polls: 100 * i, Status: map[int]int64{304: 80 * i, 200: 19 * i, 0: i},
				Sent: 1 << 20 * i, Saved: 9 << 20 * i, Unconditional: stats.Misuse{Clients: i, Polls: 2 * i, Bytes: 1000 * i}, MisusedBy: map[string]int64{"<i>curl</i>": 1000 * i}},
		})
	}
	return c
}

// operatedState is one with something in every part.
func operatedState() State {
	return State{
		Started: newest.Add(-50 * time.Hour), Folder: "/srv/<site>", Settings: []Setting{{"listen", ":8080"}, {"site.title", "<script>alert(1)</script>"}},
		Problems: []string{"a.md:2:8: title: <script>alert(2)</script>", "b.md: no title"}, Kept: map[string]time.Time{"a.md": newest},
		Left: map[string]int{"draft: true": 3}, Scan: Scan{newest, 405, 12.5},
		Rounds:    []Round{{newest, 1, 2, 4.2, 11.5}, {newest, 400, 31, 1500, 0}, {newest, 2, 2, 80_000, 25}},
		Scheduled: []Turn{{newest, "later.md", "<i>Later</i>", false}, {newest, "over.md", "Over", true}},
		Cache:     Cache{1 << 20, 256 << 20}, Memory: Memory{10 << 20, 20 << 20},
	}
}

func pageOf(t *testing.T, p program, opt Options) (*httptest.ResponseRecorder, *html.Node) {
	t.Helper()
	w := ask(New(p, opt), "/status", "Accept: text/html,application/xhtml+xml,*/*;q=0.8")
	root, err := html.Parse(strings.NewReader(w.Body.String()))
	if err != nil || w.Code != 200 {
		t.Fatalf("%d, %v: %s", w.Code, err, w.Body)
	}
	return w, root
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

// TestStatusPage says all that is to be known, runs nothing, and can be read
// without eyes.
func TestStatusPage(t *testing.T) {
	opt := options(t)
	opt.Figures, opt.Version = sixtyDays(), "v1.2.3"
	w, root := pageOf(t, program{snapshot(), heldNow.held, operatedState()}, opt)
	body := w.Body.String()
	for _, want := range []string{
		`<h1 class="bad">A change is held back</h1>`, "Feedmill v1.2.3 · running for 2 d 2 h", `run &#34;feedmill accept&#34;`, "25 would vanish",
		`<code dir="auto">a.md:2:8</code><br><span dir="auto">title: &lt;script&gt;alert(2)&lt;/script&gt;</span></td><td class="seen">the last good version, since`,
		`<td><span dir="auto">b.md: no title</span></td><td class="seen">not shown</td>`, "&#43; 100 % in 30 days", "Nobody polls the other 8.",
		`<th scope="row">&lt;i&gt;curl&lt;/i&gt;</th>`,
		"&lt;i&gt;Later&lt;/i&gt;</bdi> appears", "Over</bdi> leaves", "Not shown: <span dir=\"auto\">draft: true</span></th><td class=\"n\">3",
		"<dd>590</dd>", "<dd>5,900</dd>", "<dd>80 %</dd>", `<th scope="row">&lt;b&gt;Odd&lt;/b&gt;</th>`, `<td class="n">20.0 %</td>`,
		"C&#43;&#43;</bdi></a>", "1,234 answers since the start", "2 polls since the start came through a proxy that <code>trusted_proxies</code> does not name", "1 MiB of 256 MiB", "median 1.5 s, at most 1 min; from change to served 12 ms, at most 25 ms",
		`<th scope="row">304 Not Modified</th>`, `<th scope="row">other</th>`, "&lt;script&gt;alert(1)&lt;/script&gt;</td>", "<title>4 Mar: 5,900 polls, 80 % unchanged</title>",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("lacks %q", want)
		}
	}
	if n := len(elements(root, "script")) + len(elements(root, "img")) + len(elements(root, "form")); n > 0 {
		t.Errorf("%d elements that do something", n)
	}
	for _, th := range elements(root, "th") {
		if th["scope"] == "" {
			t.Errorf("a header of nothing: %v", th)
		}
	}
	for _, svg := range elements(root, "svg") {
		if (svg["role"] != "img" || svg["aria-label"] == "") && svg["aria-hidden"] != "true" {
			t.Errorf("a drawing without words: %v", svg)
		}
	}
	for n := range root.Descendants() {
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				t.Errorf("<%s %s=%q>", n.Data, a.Key, a.Val)
			}
		}
	}
	_, style, _ := strings.Cut(body, "<style>")
	style, _, _ = strings.Cut(style, "</style>")
	sum := sha256.Sum256([]byte(style))
	want := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; "
	if policy := w.Header().Get("Content-Security-Policy"); !strings.HasPrefix(policy, want) || strings.Contains(policy, "unsafe") {
		t.Errorf("policy %q, want %q", policy, want)
	}
}

// TestStatusPageEmpty: there is a page before anything is.
func TestStatusPageEmpty(t *testing.T) {
	opt := options(t)
	w, _ := pageOf(t, program{}, opt)
	if !strings.Contains(w.Body.String(), `<h1 class="warn">The first scan is running</h1>`) {
		t.Errorf("page: %s", w.Body)
	}
	opt.Figures = counted{}
	for _, days := range [][]stats.Day{nil, {{Date: "2026-03-04", Open: true}}, {{Date: "2026-03-04", Open: true, Figures: stats.Figures{Polls: 1, Status: map[int]int64{200: 1}}}}} {
		opt.Figures = counted{days}
		if w, _ := pageOf(t, program{}.with(snapshot()), opt); !strings.Contains(w.Body.String(), `<h1 class="good">All is well</h1>`) || strings.Contains(w.Body.String(), "NaN") {
			t.Errorf("page: %s", w.Body)
		}
	}
}

// TestStatusForms: the same in JSON, and in short for whoever asks for no page.
func TestStatusForms(t *testing.T) {
	opt := options(t)
	opt.Figures = sixtyDays()
	o := New(program{snap: snapshot(), state: operatedState()}, opt)
	get := func(path string, fields ...string) *httptest.ResponseRecorder {
		return ask(o, path, fields...)
	}
	for _, accept := range []string{"", "*/*", "text/plain", "application/json"} {
		if w := get("/status", "Accept: "+accept); !strings.HasPrefix(w.Body.String(), "ready\narticles: 1\nfeeds: 9\n\nproblems: 2\na.md:2:8: ") {
			t.Errorf("Accept %q: %s", accept, w.Body)
		}
	}
	var s Status
	if err := json.Unmarshal(get("/status.json").Body.Bytes(), &s); err != nil {
		t.Fatal(err)
	}
	if len(s.Polled.Days) != 60 || s.Polled.Subscribers != 590 || s.Polled.Readers[0] != (Reader{"Feedly", 472, 0.8}) || s.Polled.Uncounted != 1234 {
		t.Errorf("polled: %+v", s.Polled)
	}
	if f := s.ByFeed[0]; f.Name != "C++" || f.Subscribers != 590 || len(f.History) != 30 || len(s.ByFeed) != 9 || s.ByFeed[1].History != nil {
		t.Errorf("feeds: %+v", f)
	}
	if !slices.Equal(s.Rounds, operatedState().Rounds) || !maps.Equal(s.Kept, operatedState().Kept) || s.Scan != operatedState().Scan {
		t.Errorf("state: %+v", s.State)
	}
}

// TestGrowth compares with 30 days ago, and says nothing where nobody counted then.
func TestGrowth(t *testing.T) {
	days := func(first, last int64) []int64 {
		all := slices.Repeat([]int64{first}, feedDays-1)
		return append(all, last)
	}
	for _, tt := range []struct {
		days []int64
		want string
	}{
		{nil, ""}, {days(0, 5), ""}, {days(100, 5)[1:], ""}, {days(100, 112), "+ 12 %"}, {days(100, 75), "− 25 %"}, {days(1000, 1001), "± 0 %"}, {days(2, 30), "× 15"}, {days(5, 0), "− 100 %"},
	} {
		if got := growth(tt.days); got != tt.want {
			t.Errorf("%v: %q, want %q", tt.days, got, tt.want)
		}
	}
}

func TestUnits(t *testing.T) {
	for got, want := range map[string]string{
		Bytes(0): "0 B", Bytes(1023): "1023 B", Bytes(1024): "1 KiB", Bytes(1536): "1.5 KiB", Bytes(1023 << 10): "1023 KiB", Bytes(1<<20 - 1): "1 MiB", Bytes(150 << 20): "150 MiB", Bytes(1 << 62): "4 EiB",
		Percent(0, 0): "–", Percent(1, 3): "33 %", Percent(9999, 10_000): "99.9 %", Percent(3, 1000): "0.3 %", Percent(1, 100_000): "0.1 %", Percent(0, 5): "0 %", Percent(5, 5): "100 %",
		Took(0): "–", Took(0.44): "0.4 ms", Took(12): "12 ms", Took(1500): "1.5 s", Took(61_000): "1 min",
		Count(0): "0", Count(999): "999", Count(-1000): "-1,000", Count(1_234_567): "1,234,567",
		span(26 * time.Hour): "1 d 2 h", span(3 * time.Second): "3 s", span(90 * time.Minute): "1 h 30 min",
		shortDay("2026-03-04"): "4 Mar", shortDay("?"): "?", plural(1, "feed"): "1 feed", plural(1200, "feed"): "1,200 feeds",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for n, want := range map[int64]int64{0: 1, 1: 1, 3: 3, 9: 10, 11: 12, 61: 80, 101: 120, 801: 1000, 5948: 6000, 20_823: 25_000, 81_000: 100_000, 1 << 62: 1 << 62} {
		if got := roundUp(n, 1000); got != want {
			t.Errorf("%d up to %d, want %d", n, got, want)
		}
	}
	if got := roundUp(1100, 1024); got != 1228 {
		t.Errorf("%d bytes", got)
	}
}

// On the first day there is no whole one to draw, and browsers refuse a path that
// begins in the middle.
func TestPlotOfNoDays(t *testing.T) {
	p := area("Subscribers", nil, 1000, func(*stats.Day) int64 { return 0 }, func(*stats.Day) string { return "" })
	if svg := string(p.SVG); strings.Contains(svg, `d=" L`) {
		t.Error(svg)
	}
}
