package status

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"feedmill/feeds/front"
	"feedmill/feeds/site"
	"feedmill/feeds/stats"
)

//go:embed status.html
var pageHTML string

//go:embed status.css
var pageCSS string

// pageStyle has the variables and the look of the site's pages. It is written into
// the page itself, because there are no other addresses before the first scan.
var pageStyle = site.Style() + pageCSS

// pagePolicy lets the page use that style, and nothing else.
var pagePolicy = func() front.Field {
	sum := sha256.Sum256([]byte(pageStyle))
	return front.One("Content-Security-Policy", "default-src 'none'; style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
}()

var pageTemplate = template.Must(template.New("status").Funcs(template.FuncMap{
	"count": Count, "size": Bytes, "percent": Percent, "took": Took, "share": share, "spark": spark, "plural": plural,
	"at":        func(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04:05") },
	"stamp":     func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	"day":       shortDay,
	"status":    statusName,
	"head":      func(all []Turn) []Turn { return all[:min(len(all), 20)] },
	"ratio":     func(part, whole int64) float64 { return float64(part) / float64(max(1, whole)) },
	"percentOf": func(part float64) float64 { return 100 * part },
}).Parse(pageHTML))

// page is the whole of it, for people.
func (s *Status) page() ([]byte, error) {
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, &page{Status: s, Style: template.CSS(pageStyle)}); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// page is what the template is given.
type page struct {
	*Status
	Style template.CSS
}

// Title is the site's.
func (p *page) Title() string {
	return cmp.Or(p.title, path.Base(p.Folder))
}

// Link is the address of a page of the site.
func (p *page) Link(path string) string {
	return strings.TrimSuffix(p.Home, "/") + path
}

// Verdict is the state of all in a few words, and its kind: good, warn or bad.
func (p *page) Verdict() (v struct{ Words, Kind string }) {
	switch {
	case p.Held != nil:
		v.Words, v.Kind = "A change is held back", "bad"
	case !p.Ready:
		v.Words, v.Kind = "The first scan is running", "warn"
	case len(p.Problems) > 0:
		v.Words, v.Kind = plural(len(p.Problems), "problem")+" to mend", "warn"
	default:
		v.Words, v.Kind = "All is well", "good"
	}
	return v
}

// Uptime is for how long the program has been running.
func (p *page) Uptime() string { return span(p.Now.Sub(p.Started)) }

// Today is the day that is open.
func (p *page) Today() *stats.Day { return p.day(1) }

// Yesterday is the last whole day.
func (p *page) Yesterday() *stats.Day { return p.day(2) }

// day is the last day for 1, and the one before it for 2.
func (p *page) day(back int) *stats.Day {
	if n := len(p.Polled.Days); n >= back {
		return &p.Polled.Days[n-back]
	}
	return &stats.Day{}
}

// Month is the sum of the last 30 days.
func (p *page) Month() stats.Figures {
	return stats.Sum(p.Polled.Days[max(0, len(p.Polled.Days)-30):])
}

// counted are the days from the first with a poll on.
func (p *page) counted() []stats.Day {
	i := slices.IndexFunc(p.Polled.Days, func(d stats.Day) bool { return d.Polls > 0 })
	if i < 0 {
		return nil
	}
	return p.Polled.Days[min(i, max(0, len(p.Polled.Days)-14)):]
}

// Counted lists those days, the latest first.
func (p *page) Counted() []stats.Day {
	days := slices.Clone(p.counted())
	slices.Reverse(days)
	return days
}

// Subscribers, Polls and Bytes are the plots.
func (p *page) Subscribers() plot {
	days := p.counted()
	if n := len(days); n > 1 && days[n-1].Open { // it would look like a fall
		days = days[:n-1]
	}
	return area("Subscribers by day; the numbers are in the table of days", days, 1000, func(d *stats.Day) int64 { return d.Subscribers },
		func(d *stats.Day) string { return shortDay(d.Date) + ": " + Count(d.Subscribers) })
}

// Label is the number at the top of a plot.
func (p plot) Label() string {
	if p.Kilo == 1024 {
		return Bytes(p.Max)
	}
	return Count(p.Max)
}

// Polls draws how many asked, and how many of them had it already.
func (p *page) Polls() plot {
	return columns("Polls by day and those answered with 304; the numbers are in the table of days", p.counted(), 1000,
		func(d *stats.Day) int64 { return d.Polls }, (*stats.Day).NotModified,
		func(d *stats.Day) string {
			return fmt.Sprintf("%s: %s polls, %s unchanged", shortDay(d.Date), Count(d.Polls), Percent(d.NotModified(), d.Polls))
		})
}

// Bytes draws what was asked for, and what of it was not sent.
func (p *page) Bytes() plot {
	return columns("Bytes saved and sent by day; the numbers are in the table of days", p.counted(), 1024,
		func(d *stats.Day) int64 { return d.Sent + d.Saved }, func(d *stats.Day) int64 { return d.Saved },
		func(d *stats.Day) string {
			return shortDay(d.Date) + ": " + Bytes(d.Saved) + " saved, " + Bytes(d.Sent) + " sent"
		})
}

// MainReaders are the largest, the others as one.
func (p *page) MainReaders() []Reader {
	const most = 10
	all := p.Polled.Readers
	if len(all) <= most {
		return all
	}
	shown, rest := slices.Clone(all[:most-1]), Reader{Name: plural(len(all)-most+1, "other")}
	for _, r := range all[most-1:] {
		rest.Subscribers, rest.Share = rest.Subscribers+r.Subscribers, rest.Share+r.Share
	}
	return append(shown, rest)
}

// MainFeeds are those with the most subscribers, as far as they have any or are polled.
func (p *page) MainFeeds() []*Subscription {
	n := slices.IndexFunc(p.ByFeed, func(s *Subscription) bool { return s.Subscribers == 0 && s.Polls == 0 })
	if n < 0 {
		n = len(p.ByFeed)
	}
	return p.ByFeed[:min(n, 25)]
}

// OtherFeeds says what the table of feeds lacks; empty for nothing.
func (p *page) OtherFeeds() string {
	shown := len(p.MainFeeds())
	switch rest := len(p.ByFeed) - shown; {
	case rest == 0:
		return ""
	case shown == 25:
		return fmt.Sprintf("These 25 of %s feeds have the most subscribers.", Count(len(p.ByFeed)))
	default:
		return fmt.Sprintf("Nobody polls the other %s.", Count(rest))
	}
}

// Costly are the feeds that misuse costs most today.
func (p *page) Costly() []*Subscription {
	all := slices.DeleteFunc(slices.Clone(p.ByFeed), func(s *Subscription) bool { return s.Misused == 0 })
	slices.SortStableFunc(all, func(a, b *Subscription) int { return int(min(max(b.Misused-a.Misused, -1), 1)) })
	return all[:min(len(all), 5)]
}

// Statuses are the codes of the answers of the last 30 days, in order; 0 comes last.
func (p *page) Statuses() []int {
	codes := slices.Sorted(maps.Keys(p.Month().Status))
	if len(codes) > 0 && codes[0] == 0 {
		codes = append(codes[1:], 0)
	}
	return codes
}

// LastRounds are the rounds to show.
func (p *page) LastRounds() []Round { return p.Rounds[:min(len(p.Rounds), 12)] }

// Delay is the median and the longest time from a change to its being served.
func (p *page) Delay() spread {
	return spreadOf(p.Rounds, func(r Round) float64 { return r.Delay })
}

// Took is the same of the rounds themselves.
func (p *page) Took() spread {
	return spreadOf(p.Rounds, func(r Round) float64 { return r.Took })
}

// spread is of so many times, in milliseconds.
type spread struct {
	N           int
	Median, Max float64
}

func spreadOf(rounds []Round, value func(Round) float64) (s spread) {
	var all []float64
	for _, r := range rounds {
		if v := value(r); v > 0 {
			all = append(all, v)
		}
	}
	if s.N = len(all); s.N > 0 {
		slices.Sort(all)
		s.Median, s.Max = all[(s.N-1)/2], all[s.N-1]
	}
	return s
}

// problem is one with the last good version that stands in for the file.
type problem struct {
	Where string // path:line:col; empty where the problem states no line
	What  string
	Kept  time.Time // zero: none
}

// placed is where a problem says that it is.
var placed = regexp.MustCompile(`^(.+?:\d+:\d+): (.+)$`)

// ProblemList is what is to be mended.
func (p *page) ProblemList() []problem {
	var all []problem
	for _, text := range p.Problems {
		it := problem{What: text, Kept: p.KeptSince(text)}
		if m := placed.FindStringSubmatch(text); m != nil {
			it.Where, it.What = m[1], m[2]
		}
		all = append(all, it)
	}
	return all
}
