package article

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"feedmill/feeds"
)

var hostileParser = NewParser(Options{SiteID: "e", SiteURL: "https://example.org/base", EmbedHosts: []string{playerHost}})

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
