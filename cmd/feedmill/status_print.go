package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"feedmill/feeds/stats"
	"feedmill/feeds/status"
)

// printStatus writes for people who look at a terminal.
func printStatus(w io.Writer, s *status.Status, color bool) error {
	b := bufio.NewWriter(w)
	p := &statusPrinter{columns{w: b, color: color}}
	p.health(s)
	p.problems(s)
	if s.Polled != nil {
		p.subscribers(s.Polled)
		p.feeds(s.ByFeed)
		p.days(s.Polled.Days)
	}
	p.changes(s)
	p.flush()
	return b.Flush()
}

type statusPrinter struct{ columns }

func (p *statusPrinter) health(s *status.Status) {
	state := "ready"
	if !s.Ready {
		state = "not ready: the first scan is running"
	}
	p.line("state", state)
	p.line("feedmill", s.Version+", running since "+local(s.Started))
	p.line("articles", fmt.Sprintf("%s in %s", status.Count(int64(s.Articles)), plural(s.Feeds, "feed")))
	if !s.Scan.At.IsZero() {
		p.line("last scan", fmt.Sprintf("%s, %s in %s", local(s.Scan.At), plural(s.Scan.Files, "file"), status.Took(s.Scan.Took)))
	}
	if len(s.Left) > 0 {
		var why []string
		for _, reason := range slices.Sorted(maps.Keys(s.Left)) {
			why = append(why, fmt.Sprintf("%d × %s", s.Left[reason], reason))
		}
		p.line("not shown", strings.Join(why, ", "))
	}
	p.line("memory", fmt.Sprintf("%s; rendered %s of %s", status.Bytes(s.Memory.Total), status.Bytes(s.Cache.Used), status.Bytes(s.Cache.Limit)))
}

// maxPrinted is how many problems are printed, as what follows is to be seen as well.
const maxPrinted = 100

func (p *statusPrinter) problems(s *status.Status) {
	if s.Held != nil {
		p.title(red, "HELD BACK since "+local(s.Held.Since))
		p.line(s.Held.String())
		p.line(s.ToDo)
	}
	if len(s.Problems) > 0 {
		p.title(yellow, "PROBLEMS TO MEND")
	}
	for i, text := range s.Problems {
		if i == maxPrinted {
			p.line(fmt.Sprintf("and %d more: feedmill check names them all", len(s.Problems)-i))
			break
		}
		if since := s.KeptSince(text); !since.IsZero() {
			text += " (subscribers see the last good version, since " + local(since) + ")"
		}
		p.line(text)
	}
}

func (p *statusPrinter) subscribers(polled *status.Polled) {
	first := slices.IndexFunc(polled.Days, func(d stats.Day) bool { return d.Polls > 0 })
	if first < 0 {
		p.title(bold, "Nobody has polled yet.")
		return
	}
	text := "SUBSCRIBERS " + status.Count(polled.Subscribers)
	if growth := polled.Growth(); growth != "" {
		text += ", " + growth + " in 30 days"
	}
	p.title(bold, text)
	if days := polled.Days[first:]; len(days) > 1 {
		p.line("  " + bars(days, func(d *stats.Day) int64 { return d.Subscribers }))
		p.flush()
	}
	p.right = true
	for _, r := range polled.Readers[:min(len(polled.Readers), 10)] {
		p.line("  "+r.Name, status.Count(r.Subscribers), fmt.Sprintf("%.1f %%", 100*r.Share))
	}
	if polled.Hidden > 0 {
		p.title(yellow, "PROXY")
		p.line(status.Count(polled.Hidden) + " polls came through a proxy that trusted_proxies does not name,")
		p.line("so everybody who uses the same app counts as one subscriber: name its address there.")
	}
}

func (p *statusPrinter) feeds(all []*status.Subscription) {
	all = slices.DeleteFunc(all, func(f *status.Subscription) bool { return f == nil || f.Polls == 0 && f.Subscribers == 0 })
	if len(all) == 0 {
		return
	}
	p.table("FEEDS", "subscribers", "in 30 days", "polls today", "unchanged", "articles")
	for _, f := range all[:min(len(all), 10)] {
		p.line("  "+shortened(f.Name, 40)+" ("+f.Kind+")", status.Count(f.Subscribers), f.Growth(), status.Count(f.Polls), status.Percent(f.NotModified, f.Polls), status.Count(int64(f.Articles)))
	}
}

func (p *statusPrinter) days(days []stats.Day) {
	days = days[max(0, len(days)-7):]
	if first := slices.IndexFunc(days, func(d stats.Day) bool { return d.Polls > 0 }); first >= 0 {
		days = days[first:]
	} else {
		return
	}
	p.table("POLLS", "polls", "unchanged", "deltas", "sent", "saved", "badly behaved")
	cost := map[string]int64{}
	for _, d := range slices.Backward(days) {
		p.line("  "+d.Date, status.Count(d.Polls), status.Percent(d.NotModified(), d.Polls), status.Count(d.Deltas), status.Bytes(d.Sent), status.Bytes(d.Saved), status.Bytes(d.Unconditional.Bytes+d.TooOften.Bytes))
		for name, n := range d.MisusedBy {
			cost[name] += n
		}
	}
	p.flush()
	names := slices.SortedFunc(maps.Keys(cost), func(a, b string) int { return cmp.Or(cmp.Compare(cost[b], cost[a]), cmp.Compare(a, b)) })
	for i, name := range names[:min(len(names), 5)] {
		names[i] = name + " " + status.Bytes(cost[name])
	}
	if len(names) > 0 {
		p.line("  badly behaved: " + strings.Join(names[:min(len(names), 5)], ", "))
	}
}

func (p *statusPrinter) changes(s *status.Status) {
	if len(s.Rounds) > 0 {
		p.table("CHANGES", "files", "feeds", "took", "change to served")
	}
	for _, r := range s.Rounds[:min(len(s.Rounds), 5)] {
		p.line("  "+local(r.At), status.Count(int64(r.Files)), status.Count(int64(r.Feeds)), status.Took(r.Took), status.Took(r.Delay))
	}
	if len(s.Scheduled) > 0 {
		p.title(bold, "SCHEDULED")
	}
	for _, t := range s.Scheduled[:min(len(s.Scheduled), 10)] {
		what := "appears"
		if t.Leaves {
			what = "leaves"
		}
		p.line("  "+local(t.At), what, shortened(t.Title, 60), t.Path)
	}
}

func local(t time.Time) string { return t.Local().Format(time.DateTime) }

// bars draws a value of each day in a line of text.
func bars(days []stats.Day, value func(*stats.Day) int64) string {
	top := int64(1)
	for i := range days {
		top = max(top, value(&days[i]))
	}
	var b strings.Builder
	for i := range days {
		share := float64(max(0, value(&days[i]))) / float64(top)
		b.WriteRune([]rune(" ▁▂▃▄▅▆▇█")[int(math.Ceil(8*share))])
	}
	return b.String()
}
