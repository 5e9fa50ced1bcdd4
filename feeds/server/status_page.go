package server

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"feedmill/feeds/stats"
)

//go:embed status/status.html
var statusHTML string

//go:embed status/status.css
var statusCSS string

// statusStyle has the variables and the look of the other pages. It lies in the
// page itself, which is there before the first scan, and whoever may see it.
var statusStyle = string(style) + statusCSS

// statusPolicy lets the page use that style, and nothing else.
var statusPolicy = func() field {
	sum := sha256.Sum256([]byte(statusStyle))
	return one("Content-Security-Policy", "default-src 'none'; style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
}()

var statusTemplate = template.Must(template.New("status").Funcs(template.FuncMap{
	"count": count, "size": Bytes, "percent": Percent, "took": Took, "share": share, "spark": spark, "plural": plural,
	"at":        func(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04:05") },
	"stamp":     func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	"day":       shortDay,
	"status":    statusName,
	"head":      head20[Turn],
	"ratio":     func(part, whole int64) float64 { return float64(part) / float64(max(1, whole)) },
	"percentOf": func(part float64) float64 { return 100 * part },
}).Parse(statusHTML))

// page is the whole of it, for people.
func (s *Status) page() ([]byte, error) {
	var b bytes.Buffer
	if err := statusTemplate.Execute(&b, &statusPage{Status: s, Style: template.CSS(statusStyle)}); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// statusPage is what the template is given.
type statusPage struct {
	*Status
	Style template.CSS
}

// Title is the site's.
func (p *statusPage) Title() string {
	if p.title != "" {
		return p.title
	}
	return path.Base(p.Folder)
}

// Home is where the feeds are; empty before there are any.
func (p *statusPage) Home() string { return web(p.base) }

// Link is the address of a page of ours.
func (p *statusPage) Link(path string) string {
	return strings.TrimSuffix(p.Home(), "/") + path
}

// Verdict is the state of all in a few words, and its kind: good, warn or bad.
func (p *statusPage) Verdict() (v struct{ Words, Kind string }) {
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
func (p *statusPage) Uptime() string { return span(p.Now.Sub(p.Started)) }

// Today is the day that is open.
func (p *statusPage) Today() *stats.Day {
	if n := len(p.Polled.Days); n > 0 {
		return &p.Polled.Days[n-1]
	}
	return &stats.Day{}
}

// Yesterday is the last whole day.
func (p *statusPage) Yesterday() *stats.Day {
	if n := len(p.Polled.Days); n > 1 {
		return &p.Polled.Days[n-2]
	}
	return &stats.Day{}
}

// Month is the sum of the last 30 days.
func (p *statusPage) Month() stats.Figures {
	return stats.Sum(p.Polled.Days[max(0, len(p.Polled.Days)-30):])
}

// counted are the days from the first with a poll on.
func (p *statusPage) counted() []stats.Day {
	i := slices.IndexFunc(p.Polled.Days, func(d stats.Day) bool { return d.Polls > 0 })
	if i < 0 {
		return nil
	}
	return p.Polled.Days[min(i, max(0, len(p.Polled.Days)-14)):]
}

// Counted lists those days, the latest first.
func (p *statusPage) Counted() []stats.Day {
	days := slices.Clone(p.counted())
	slices.Reverse(days)
	return days
}

// Subscribers, Polls and Bytes are the plots.
func (p *statusPage) Subscribers() plot {
	days := p.counted()
	if n := len(days); n > 1 && days[n-1].Open { // it would look like a fall
		days = days[:n-1]
	}
	return area("Subscribers by day; the numbers are in the table of days", days, 1000, func(d *stats.Day) int64 { return d.Subscribers },
		func(d *stats.Day) string { return shortDay(d.Date) + ": " + grouped(d.Subscribers) })
}

// Label is the number at the top of a plot.
func (p plot) Label() string {
	if p.Kilo == 1024 {
		return Bytes(p.Max)
	}
	return grouped(p.Max)
}

// Polls draws how many asked, and how many of them had it already.
func (p *statusPage) Polls() plot {
	return columns("Polls by day and those answered with 304; the numbers are in the table of days", p.counted(), 1000,
		func(d *stats.Day) int64 { return d.Polls }, (*stats.Day).NotModified,
		func(d *stats.Day) string {
			return fmt.Sprintf("%s: %s polls, %s unchanged", shortDay(d.Date), grouped(d.Polls), Percent(d.NotModified(), d.Polls))
		})
}

// Bytes draws what was asked for, and what of it was not sent.
func (p *statusPage) Bytes() plot {
	return columns("Bytes saved and sent by day; the numbers are in the table of days", p.counted(), 1024,
		func(d *stats.Day) int64 { return d.Sent + d.Saved }, func(d *stats.Day) int64 { return d.Saved },
		func(d *stats.Day) string {
			return shortDay(d.Date) + ": " + Bytes(d.Saved) + " saved, " + Bytes(d.Sent) + " sent"
		})
}

// MainReaders are the largest, the others as one.
func (p *statusPage) MainReaders() []Reader {
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
func (p *statusPage) MainFeeds() []*Subscription {
	n := slices.IndexFunc(p.ByFeed, func(s *Subscription) bool { return s.Subscribers == 0 && s.Polls == 0 })
	if n < 0 {
		n = len(p.ByFeed)
	}
	return p.ByFeed[:min(n, 25)]
}

// OtherFeeds says what the table of feeds lacks; empty for nothing.
func (p *statusPage) OtherFeeds() string {
	shown := len(p.MainFeeds())
	switch rest := len(p.ByFeed) - shown; {
	case rest == 0:
		return ""
	case shown == 25:
		return fmt.Sprintf("These 25 of %s feeds have the most subscribers.", grouped(len(p.ByFeed)))
	default:
		return fmt.Sprintf("Nobody polls the other %s.", grouped(rest))
	}
}

// Costly are the feeds that misuse costs most today.
func (p *statusPage) Costly() []*Subscription {
	all := slices.DeleteFunc(slices.Clone(p.ByFeed), func(s *Subscription) bool { return s.Misused == 0 })
	slices.SortStableFunc(all, func(a, b *Subscription) int { return int(min(max(b.Misused-a.Misused, -1), 1)) })
	return all[:min(len(all), 5)]
}

// Statuses are the codes of the answers of the last 30 days, in order; 0 comes last.
func (p *statusPage) Statuses() []int {
	codes := slices.Sorted(maps.Keys(p.Month().Status))
	if len(codes) > 0 && codes[0] == 0 {
		codes = append(codes[1:], 0)
	}
	return codes
}

// LastRounds are the rounds to show.
func (p *statusPage) LastRounds() []Round { return p.Rounds[:min(len(p.Rounds), 12)] }

// Delay is the median and the longest time from a change to its being served.
func (p *statusPage) Delay() spread {
	return spreadOf(p.Rounds, func(r Round) float64 { return r.Delay })
}

// Took is the same of the rounds themselves.
func (p *statusPage) Took() spread {
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
func (p *statusPage) ProblemList() []problem {
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

func head20[T any](all []T) []T { return all[:min(len(all), 20)] }

// count is grouped, of either type.
func count(n any) string {
	switch n := n.(type) {
	case int:
		return grouped(n)
	case int64:
		return grouped(n)
	}
	return fmt.Sprint(n)
}

// Count writes a number with commas: 12,345.
func Count(n int64) string { return grouped(n) }

// grouped writes a number with commas: 12,345.
func grouped[T int | int64](n T) string {
	s := strconv.FormatInt(int64(n), 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Bytes writes a size in up to four digits: 1.2 GiB.
func Bytes(n int64) string {
	units := [...]string{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}
	v, unit := float64(n), 0
	for ; v >= 1023.5 && unit < len(units)-1; unit++ {
		v /= 1024
	}
	digits := 0
	if unit > 0 && v < 99.95 {
		digits = 1
	}
	return strings.TrimSuffix(strconv.FormatFloat(v, 'f', digits, 64), ".0") + " " + units[unit]
}

// Percent writes a share.
func Percent(part, whole int64) string {
	if whole == 0 {
		return "–"
	}
	p := 100 * float64(part) / float64(whole)
	if p > 99 && part < whole { // nearly all is not all
		return strconv.FormatFloat(min(p, 99.9), 'f', 1, 64) + " %"
	}
	if p < 1 && part > 0 { // nor is hardly any none
		return strconv.FormatFloat(max(p, 0.1), 'f', 1, 64) + " %"
	}
	return strconv.FormatFloat(p, 'f', 0, 64) + " %"
}

// Took writes milliseconds.
func Took(ms float64) string {
	switch {
	case ms == 0:
		return "–"
	case ms < 10:
		return strconv.FormatFloat(ms, 'f', 1, 64) + " ms"
	case ms < 1000:
		return strconv.FormatFloat(ms, 'f', 0, 64) + " ms"
	case ms < 60_000:
		return strconv.FormatFloat(ms/1000, 'f', 1, 64) + " s"
	}
	return span(time.Duration(ms * float64(time.Millisecond)))
}

// span writes a long time in its largest two units.
func span(d time.Duration) string {
	days, hours, minutes := int(d.Hours())/24, int(d.Hours())%24, int(d.Minutes())%60
	switch {
	case days > 0:
		return fmt.Sprintf("%d d %d h", days, hours)
	case hours > 0:
		return fmt.Sprintf("%d h %d min", hours, minutes)
	case minutes > 0:
		return fmt.Sprintf("%d min", minutes)
	}
	return fmt.Sprintf("%d s", int(d.Seconds()))
}

func shortDay(date string) string {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return date
	}
	return t.Format("2 Jan")
}

func statusName(code int) string {
	if code == 0 {
		return "other"
	}
	return strconv.Itoa(code) + " " + http.StatusText(code)
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return grouped(n) + " " + noun + "s"
}
