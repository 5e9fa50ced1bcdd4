package article

import (
	"testing"
	"time"
)

// dates are read in a zone five hours behind UTC; "" is no date.
var dates = map[string]string{
	"2021-03-29T16:35:00Z":                    "2021-03-29T16:35:00Z",
	"2021-03-29t16:35:00z":                    "2021-03-29T16:35:00Z",
	"2021-03-29T16:35:00.999Z":                "2021-03-29T16:35:00Z",
	"2021-03-29T16:35:00+02:00":               "2021-03-29T14:35:00Z",
	"2021-03-29T16:35:00+0200":                "2021-03-29T14:35:00Z",
	"2021-03-29T16:35:00":                     "2021-03-29T21:35:00Z",
	"2021-03-29T16:35":                        "2021-03-29T21:35:00Z",
	"2021-03-29T16:35Z":                       "2021-03-29T16:35:00Z",
	"2021-03-29":                              "2021-03-29T05:00:00Z",
	" 2021-03-29 ":                            "2021-03-29T05:00:00Z",
	"2021-3-9":                                "2021-03-09T05:00:00Z",
	"2021/03/29":                              "2021-03-29T05:00:00Z",
	"2021-03-29 16:35:00 -0700":               "2021-03-29T23:35:00Z",
	"2021-03-29 16:35:00 +00:00":              "2021-03-29T16:35:00Z",
	"2021-03-29 16:35:00+02":                  "2021-03-29T14:35:00Z",
	"2021-03-29 16:35 -0700":                  "2021-03-29T23:35:00Z",
	"2021-03-29 16:35:00":                     "2021-03-29T21:35:00Z",
	"2021-03-29 16:35:00 UTC":                 "2021-03-29T16:35:00Z",
	"2021-03-29 16:35 GMT":                    "2021-03-29T16:35:00Z",
	"2021-03-29 16:35:00.5 +0200 CEST":        "2021-03-29T14:35:00Z",
	"2021-03-29 16:35:00.123456789 +0000 UTC": "2021-03-29T16:35:00Z",
	"Mon, 29 Mar 2021 16:35:00 GMT":           "2021-03-29T16:35:00Z",
	"Mon, 29 Mar 2021 16:35:00 +0200":         "2021-03-29T14:35:00Z",
	"March 29, 2021":                          "2021-03-29T05:00:00Z",
	"29 Mar 2021":                             "2021-03-29T05:00:00Z",
	"2020-02-29":                              "2020-02-29T05:00:00Z",
	"2021-12-31 23:59:59 -0700":               "2022-01-01T06:59:59Z",
	"9999-12-31T23:59:59Z":                    "9999-12-31T23:59:59Z",
	"9999-12-31T23:59:59-01:00":               "",
	"10000-01-01":                             "",
	"0000-01-01":                              "",
	"0001-01-01T00:00:00Z":                    "",
	"2021-02-30":                              "",
	"2021-02-29T00:00:00Z":                    "",
	"2021-13-01":                              "",
	"2021-03-29T25:00:00Z":                    "",
	"2016-12-31T23:59:60Z":                    "",
	"Mon, 29 Mar 2021 16:35:00 PST":           "", // which of several zones?
	"03/29/2021":                              "", // which is the month?
	"20210329":                                "",
	"1617035700":                              "",
	"tomorrow":                                "",
	"":                                        "",
}

func TestParseDate(t *testing.T) {
	zone := time.FixedZone("", -5*3600)
	for s, want := range dates {
		got := ""
		d, err := parseDate(s, zone)
		if err == nil {
			got = d.Format(time.RFC3339)
		}
		if got != want {
			t.Errorf("%q is %q, want %q", s, got, want)
		}
	}
}

// TestDates reads dates as each kind of front matter has them.
func TestDates(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Skip("skipped: this machine has no time zone data")
	}
	p := NewParser(Options{TimeZone: zone})
	for _, c := range []struct{ name, src, want string }{
		{"a.md", yamlFile("date: 2021-03-29"), "2021-03-29T04:00:00Z"},
		{"a.md", yamlFile("date: 2021-01-29"), "2021-01-29T05:00:00Z"},
		{"a.md", yamlFile("date: '2021-03-29 12:00'"), "2021-03-29T16:00:00Z"},
		{"a.md", yamlFile("date: !!timestamp 2021-03-29T12:00:00.5+02:00"), "2021-03-29T10:00:00Z"},
		{"a.md", "+++\ndate = 2021-03-29\n+++\n", "2021-03-29T04:00:00Z"},
		{"a.md", "+++\ndate = 2021-03-29T12:00:00\n+++\n", "2021-03-29T16:00:00Z"},
		{"a.md", "+++\ndate = 2021-03-29 12:00:00Z\n+++\n", "2021-03-29T12:00:00Z"},
		{"a.md", "+++\ndate = 2021-03-29T12:00:00+02:00\n+++\n", "2021-03-29T10:00:00Z"},
		{"a.md", "{\"date\": \"2021-03-29\"}", "2021-03-29T04:00:00Z"},
		{"2021-03-29-title.md", yamlFile("a: b"), "2021-03-29T04:00:00Z"},
		{"2021-03-29-title/index.md", yamlFile("a: b"), "2021-03-29T04:00:00Z"},
		{"2021-03-29-title.md", yamlFile("date: 2020-01-01T00:00:00Z"), "2020-01-01T00:00:00Z"},
		{"2021-03-29-title.md", yamlFile("date:"), "2021-03-29T04:00:00Z"},
		{"2021-02-30-title.md", yamlFile("a: b"), ""},
		{"a.md", yamlFile("date: ''"), ""},
	} {
		a, err := p.Parse(c.name, []byte(c.src))
		if err != nil {
			t.Errorf("%s %q: %v", c.name, c.src, err)
			continue
		}
		got := ""
		if !a.Published.IsZero() {
			got = a.Published.Format(time.RFC3339)
		}
		if got != c.want {
			t.Errorf("%s %q: published %q, want %q", c.name, c.src, got, c.want)
		}
	}
}

// TestFileDate takes a date off the names of files that begin with one.
func TestFileDate(t *testing.T) {
	for name, want := range map[string]string{
		"2021-03-29-title": "2021-03-29", "2021-3-9_a-b": "2021-3-9", "2021-03-29 x": "2021-03-29", "2021-03-29--": "2021-03-29",
		"2021-03-29": "", "2021-03-29-": "", "2021-02-30-x": "", "2021-13-01-x": "", "21-03-29-x": "", "12021-03-29-x": "", "2021-003-29-x": "",
		"2021-03": "", "2021-03-": "", "2021": "", "2021-": "", "": "", "-": "", "--": "", "---": "", "----": "", "a-b-c-d": "", "2021-03-29x-y": "", "2021- 3-9-x": "", "-03-29-x": "",
	} {
		date, slug := fileDate(name)
		if date != want || date == "" && slug != name || date != "" && name[:len(date)] != date || date != "" && slug != name[len(date)+1:] {
			t.Errorf("%q is %q and %q, want %q", name, date, slug, want)
		}
	}
}
