package mix

import (
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"feedmill/feeds"
)

// shelf finds the feeds of a small site as a server does: by slug or name.
func shelf(k feeds.Key) (feeds.Key, bool) {
	slug := feeds.Slug(k.Slug)
	if k.Kind == feeds.Topic && slug == "biden" {
		slug = "joe-biden"
	}
	known := map[feeds.Kind]string{feeds.Topic: "joe-biden election sport 日本 c-plus-plus", feeds.Type: "video audio", feeds.Category: "news", feeds.Provider: "the-wire"}
	if !slices.Contains(strings.Fields(known[k.Kind]), slug) {
		return feeds.Key{}, false
	}
	return feeds.Key{Kind: k.Kind, Slug: slug}, true
}

func TestMixAddress(t *testing.T) {
	for in, want := range map[string]string{
		"joe-biden/election":                    "/mix/election/joe-biden/",
		"election/joe-biden/election":           "/mix/election/joe-biden/",
		"Biden/topic:Election":                  "/mix/election/joe-biden/",
		"election,biden,joe-biden":              "/mix/election,joe-biden/",
		"election/biden,sport":                  "/mix/election/joe-biden,sport/",
		"C++/日本":                                "/mix/c-plus-plus/%E6%97%A5%E6%9C%AC/",
		"TYPES:video,Audio/provider:The Wire":   "/mix/type:audio,video/provider:the-wire/",
		"not:type:video/not:sport/not:election": "/mix/not:election,sport/not:type:video/",
		"title:Rate  CUT!":                      "/mix/title:rate-cut/",
		"quality:0100.50/quality:7/heat:5":      "/mix/quality:100/heat:5/",
		"quality:187.5/heat:0.0579":             "/mix/quality:100/heat:0.05/",
		"quality:99/quality:100":                "/mix/quality:100/",
		"quality:0/heat:00.00":                  "/mix/quality:0/heat:0/",
		"quality:7./heat:.95":                   "/mix/quality:7/heat:0.9/",
		"count:020/count:30/election":           "/mix/election/count:20/",
		"category:news":                         "/categories/news/",
		"biden,joe-biden":                       "/topics/joe-biden/",
	} {
		m, err := Parse(strings.Split(in, "/"), shelf)
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		k, ok := m.Plain()
		if !ok {
			k = m.Key()
		}
		if k.Path() != want {
			t.Errorf("%s is at %s, want %s", in, k.Path(), want)
		}
	}
}

func TestMixProblems(t *testing.T) {
	for in, want := range map[string]string{
		"joe-bidn/election":           `no topic "joe-bidn"`,
		"election,":                   `no topic ""`,
		"":                            `no topic ""`,
		"type:vidoe":                  `no type "vidoe"`,
		"not:provider:x":              `no provider "x"`,
		"not:quality:5":               `"quality:5": after not: comes`,
		"colour:red":                  `"colour:red": a condition is`,
		"title:!?":                    `"title:!?": after the colon come letters`,
		"quality:high":                `"quality:high": after the colon comes a number`,
		"quality:1e9":                 "comes a number",
		"heat:NaN":                    "comes a number",
		"heat:-1":                     "comes a number",
		"heat:":                       "comes a number",
		"count:0":                     "from 1 to 200",
		"count:201":                   "from 1 to 200",
		"count:+5":                    "from 1 to 200",
		strings.Repeat("sport/", 17):  "at most 16",
		strings.Repeat("sport,", 500): "1024 bytes",
		strings.Repeat("sport,", 100): "at most 16",
	} {
		if _, err := Parse(strings.Split(in, "/"), shelf); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", in, err, want)
		}
	}
	if _, err := Parse(nil, shelf); err == nil {
		t.Error("nothing is an expression")
	}
}

// TestBoundsTellNoNumber asks with ever closer bounds, as somebody would who wants to
// find out a number: the answers tell its first digit.
func TestBoundsTellNoNumber(t *testing.T) {
	for _, secret := range []float64{73.25, 187.5, 0.0579, 9.99, 1} {
		low, high := 0.0, 1000.0
		for range 60 {
			middle := (low + high) / 2
			m, err := Parse([]string{"quality:" + strconv.FormatFloat(middle, 'f', 10, 64)}, shelf)
			if err != nil {
				t.Fatal(err)
			}
			if secret >= *m.Quality {
				low = middle
			} else {
				high = middle
			}
		}
		step := math.Pow(10, math.Floor(math.Log10(secret)))
		if first := math.Floor(secret/step) * step; math.Abs(low-first-step) > 1e-6*step {
			t.Errorf("%v: found %v, want the end of the step that begins at %v", secret, low, first)
		}
	}
}

func TestSlugText(t *testing.T) {
	for in, want := range map[string]string{"The Fed's rate-cut": "the-feds-rate-cut", "日本語 C#": "日本語-c-sharp", " ?! ": ""} {
		if got := feeds.SlugText(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// FuzzParse: what an address means has one address, which means the same.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"biden/election,sport/type:video", "not:sport/title:a b/quality:01.0/heat:3/count:5", "日本/C++", "title:ß", "::", "not:not:x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := Parse(strings.Split(s, "/"), shelf)
		if err != nil {
			return
		}
		first := m.Key()
		var segments []string
		for _, escaped := range strings.Split(first.Slug, "/")[1:] {
			plain, err := url.PathUnescape(escaped)
			if err != nil {
				t.Fatal(err)
			}
			segments = append(segments, plain)
		}
		m, err = Parse(segments, shelf)
		if err != nil || m.Key() != first {
			t.Fatalf("%q is at %s, which is at %v: %v", s, first.Slug, m, err)
		}
	})
}
