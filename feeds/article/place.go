package article

import (
	"cmp"
	"fmt"
	"path"
	"strings"
	"time"
)

// place is what a link pattern can name. Jekyll's and Hugo's words for the same
// thing stand side by side.
type place struct {
	a          *draft
	collection string
	date       time.Time // in the site's zone; zero without one
	rel        string    // path below the folder, without the ending
	section    string    // first folder of it
	sections   string    // folders of it
	own        string    // the slug that the file states, else its name
	file       string    // the slug that the file states, or has by its name
	stated     string    // the slug that the file states
	hugo       bool      // by whose rules a title becomes part of an address
}

func (r *reader) place(dir string, f Folder, slug string) *place {
	start := dir
	if f.Root != "" {
		start = strings.TrimPrefix(f.Root, ".")
	}
	rel := strings.TrimPrefix(strings.TrimPrefix(r.path, start), "/")
	rel = strings.TrimSuffix(rel, path.Ext(rel))
	if d, base := path.Split(rel); base == "index" && d != "" {
		rel = strings.TrimSuffix(d, "/")
	}
	stated := r.text(r.slug)
	p := &place{a: &r.a, collection: f.Name, rel: rel, own: cmp.Or(stated, path.Base(rel)), file: cmp.Or(stated, slug), stated: stated, hugo: r.p.opt.Hugo}
	p.sections = strings.Trim(path.Dir(rel), "./")
	p.section, _, _ = strings.Cut(p.sections, "/")
	if f.Anywhere {
		p.sections = f.above(dir)
	}
	if !r.a.Published.IsZero() {
		p.date = r.a.Published.In(r.p.opt.TimeZone)
	}
	return p
}

func (p *place) title() string {
	if p.hugo {
		return hugoName(p.a.base.Title)
	}
	return jekyllTitle(p.file)
}

func (p *place) slug() string {
	if p.hugo && p.stated != "" {
		return hugoName(p.stated)
	}
	return p.title()
}

// named is the value of a name; false where there is none.
func (p *place) named(name string) (string, bool) {
	if part, ok := dateParts[name]; ok && !p.date.IsZero() {
		return part(p.date), true
	}
	switch name {
	case "path":
		return p.rel, true
	case "title":
		return p.title(), true
	case "slug":
		return p.slug(), true
	case "name", "basename":
		return path.Base(p.rel), true
	case "filename", "contentbasename":
		return hugoName(path.Base(p.rel)), true
	case "slugorfilename", "slugorcontentbasename":
		return hugoName(p.own), true
	case "section":
		return hugoName(p.section), true
	case "sections":
		return hugoName(p.sections), true
	case "collection":
		return p.collection, true
	case "output_ext":
		return ".html", true
	case "categories":
		return categoryPath(p.a), true
	case "category":
		first, _, _ := strings.Cut(categoryPath(p.a), "/")
		return first, true
	}
	return "", false
}

var dateParts = map[string]func(time.Time) string{
	"year": layout("2006"), "month": layout("01"), "day": layout("02"), "short_year": layout("06"),
	"i_month": layout("1"), "i_day": layout("2"), "y_day": layout("002"), "yearday": func(t time.Time) string { return fmt.Sprint(t.YearDay()) },
	"short_month": layout("Jan"), "long_month": layout("January"), "monthname": layout("January"), "weekdayname": layout("Monday"),
	"weekday": func(t time.Time) string { return fmt.Sprint(int(t.Weekday())) }, "short_day": layout("Mon"), "long_day": layout("Monday"),
	"w_year": func(t time.Time) string { year, _ := t.ISOWeek(); return fmt.Sprint(year) },
	"week":   func(t time.Time) string { _, week := t.ISOWeek(); return fmt.Sprintf("%02d", week) },
	"w_day":  func(t time.Time) string { return fmt.Sprint((int(t.Weekday())+6)%7 + 1) },
	"hour":   layout("15"), "minute": layout("04"), "second": layout("05"),
}

func layout(s string) func(time.Time) string {
	return func(t time.Time) string { return t.Format(s) }
}
