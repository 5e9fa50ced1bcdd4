package article

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"feedmill/feeds"
)

// placeholder finds what a link pattern names, such as :title.
var placeholder = regexp.MustCompile(`:[a-z_]+`)

// expand fills in a link pattern. The result is "" if it names something that this
// article does not have, such as a date. Beyond maxAddress it ends early.
func expand(pattern string, named func(name string) (string, bool)) string {
	var out strings.Builder
	out.Grow(1 + 2*len(pattern))
	out.WriteByte('/')
	for {
		before, rest, found := strings.Cut(pattern, ":")
		out.WriteString(before)
		if out.Len() > maxAddress { // too long, whatever follows
			return out.String()
		}
		if !found {
			break
		}
		end := 0
		for end < len(rest) && (rest[end] == '_' || rest[end] >= 'a' && rest[end] <= 'z') {
			end++
		}
		v, ok := ":", end == 0 // a colon without a name stays
		for ; !ok; end-- {     // :title_x can be :title and _x
			if end == 0 {
				return ""
			}
			if v, ok = named(rest[:end]); ok {
				break
			}
		}
		out.WriteString(v)
		pattern = rest[end:]
	}
	s := out.String()
	slash := strings.HasSuffix(s, "/")
	s = path.Clean(s)
	if slash && s != "/" {
		s += "/"
	}
	return s
}

// linkParts are the parts of an address that a link pattern can name. Jekyll and
// Hugo have names of their own for the same part.
type linkParts struct {
	a          *draft
	collection string
	date       time.Time // in the site's zone; zero without one
	rel        string    // path below the folder, without ending
	section    string    // the first folder of rel
	sections   string    // all folders of rel
	stated     string    // the slug that the file states; empty for none
	own        string    // stated, else the file's name
	file       string    // stated, else the file's name without its date
	hugo       bool      // Hugo's rules make parts of titles, otherwise Jekyll's
}

// linkParts are those of an article in the directory dir of the folder f; slug is
// its file's name without its date.
func (r *reader) linkParts(dir string, f feeds.Folder, slug string) *linkParts {
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
	p := &linkParts{a: &r.a, collection: f.Name, rel: rel, own: cmp.Or(stated, path.Base(rel)), file: cmp.Or(stated, slug), stated: stated, hugo: r.p.opt.Hugo}
	p.sections = strings.Trim(path.Dir(rel), "./")
	p.section, _, _ = strings.Cut(p.sections, "/")
	if f.Anywhere {
		p.sections = f.Above(dir)
	}
	if !r.a.Published.IsZero() {
		p.date = r.a.Published.In(r.p.opt.TimeZone)
	}
	return p
}

func (p *linkParts) title() string {
	if p.hugo {
		return hugoName(p.a.base.Title)
	}
	return jekyllTitle(p.file)
}

func (p *linkParts) base() string { return path.Base(p.rel) }

func (p *linkParts) slug() string {
	if p.hugo && p.stated != "" {
		return hugoName(p.stated)
	}
	return p.title()
}

// named returns the part that a pattern calls name; ok is false if there is none.
func (p *linkParts) named(name string) (part string, ok bool) {
	if part, ok := dateParts[name]; ok && !p.date.IsZero() {
		return part(p.date), true
	}
	if part, ok := otherParts[name]; ok {
		return part(p), true
	}
	return "", false
}

// Placeholders are the names that a link pattern can have after a colon.
func Placeholders() []string {
	return append(slices.Sorted(maps.Keys(otherParts)), slices.Sorted(maps.Keys(dateParts))...)
}

// otherParts are the names of parts that every article has, though some are empty.
var otherParts = map[string]func(*linkParts) string{
	"path":                  func(p *linkParts) string { return p.rel },
	"title":                 (*linkParts).title,
	"slug":                  (*linkParts).slug,
	"name":                  (*linkParts).base,
	"basename":              (*linkParts).base,
	"filename":              func(p *linkParts) string { return hugoName(p.base()) },
	"contentbasename":       func(p *linkParts) string { return hugoName(p.base()) },
	"slugorfilename":        func(p *linkParts) string { return hugoName(p.own) },
	"slugorcontentbasename": func(p *linkParts) string { return hugoName(p.own) },
	"section":               func(p *linkParts) string { return hugoName(p.section) },
	"sections":              func(p *linkParts) string { return hugoName(p.sections) },
	"collection":            func(p *linkParts) string { return p.collection },
	"output_ext":            func(*linkParts) string { return ".html" },
	"categories":            func(p *linkParts) string { return categoryPath(p.a) },
	"category": func(p *linkParts) string {
		first, _, _ := strings.Cut(categoryPath(p.a), "/")
		return first
	},
}

// dateParts are the names of parts that are made of the date of publication.
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
