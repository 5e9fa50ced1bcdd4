package main

import (
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"feedmill/feeds/server"
)

// printStatus writes for people who look at a terminal.
func printStatus(w io.Writer, s *server.Status) error {
	p := &statusPrinter{tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)}
	p.health(s)
	p.problems(s)
	if s.Polled != nil {
		p.subscribers(s.Polled)
		p.feeds(s.ByFeed)
		p.days(s.Polled.Days)
	}
	p.changes(s)
	return p.w.Flush()
}

type statusPrinter struct{ w *tabwriter.Writer }

// line writes cells, in which nothing can steer the terminal.
func (p *statusPrinter) line(cells ...any) {
	for i, c := range cells {
		if i > 0 {
			fmt.Fprint(p.w, "\t")
		}
		fmt.Fprint(p.w, strings.Map(harmless, fmt.Sprint(c)))
	}
	fmt.Fprintln(p.w)
}

// title begins a part, whose columns are its own.
func (p *statusPrinter) title(cells ...any) {
	p.w.Flush()
	fmt.Fprintln(p.w)
	p.line(cells...)
}

func harmless(r rune) rune {
	if !unicode.IsPrint(r) || unicode.Is(unicode.Bidi_Control, r) {
		return '�'
	}
	return r
}

func (p *statusPrinter) health(s *server.Status) {
	state := "ready"
	if !s.Ready {
		state = "not ready: the first scan is running"
	}
	p.line("state", state)
	p.line("feedmill", s.Version+", running since "+local(s.Started))
	p.line("articles", fmt.Sprintf("%d in %s", s.Articles, plural(s.Feeds, "feed")))
	if !s.Scan.At.IsZero() {
		p.line("last scan", fmt.Sprintf("%s, %s in %s", local(s.Scan.At), plural(s.Scan.Files, "file"), server.Took(s.Scan.Took)))
	}
	if len(s.Left) > 0 {
		var why []string
		for _, reason := range slices.Sorted(maps.Keys(s.Left)) {
			why = append(why, fmt.Sprintf("%d × %s", s.Left[reason], reason))
		}
		p.line("left out", strings.Join(why, ", "))
	}
	p.line("memory", fmt.Sprintf("%s; rendered %s of %s", server.Bytes(s.Memory.Total), server.Bytes(s.Cache.Used), server.Bytes(s.Cache.Limit)))
}

func (p *statusPrinter) problems(s *server.Status) {
	if s.Held != nil {
		p.title("HELD BACK since " + local(s.Held.Since))
		p.line(s.Held.String())
		p.line(s.ToDo)
	}
	if len(s.Problems) > 0 {
		p.title("TO MEND")
	}
	for _, text := range s.Problems {
		if since := s.KeptSince(text); !since.IsZero() {
			text += " (readers see the last good version, since " + local(since) + ")"
		}
		p.line(text)
	}
}

func (p *statusPrinter) subscribers(polled *server.Polled) {
	if !slices.ContainsFunc(polled.Days, func(d server.Day) bool { return d.Polls > 0 }) {
		p.title("Nobody has polled yet.")
		return
	}
	p.title("SUBSCRIBERS", polled.Subscribers, bars(polled.Days, func(d *server.Day) int64 { return d.Subscribers }))
	for _, r := range polled.Readers[:min(len(polled.Readers), 10)] {
		p.line("  "+r.Name, r.Subscribers, fmt.Sprintf("%.1f %%", 100*r.Share))
	}
}

func (p *statusPrinter) feeds(all []*server.Subscription) {
	all = slices.DeleteFunc(all, func(f *server.Subscription) bool { return f == nil })
	if len(all) == 0 || all[0].Polls == 0 && all[0].Subscribers == 0 {
		return
	}
	p.title("FEEDS", "subscribers", "polls today", "unchanged", "articles")
	for _, f := range all[:min(len(all), 10)] {
		p.line("  "+f.Name, f.Subscribers, f.Polls, server.Percent(f.NotModified, f.Polls), f.Articles)
	}
}

func (p *statusPrinter) days(days []server.Day) {
	days = days[max(0, len(days)-7):]
	if first := slices.IndexFunc(days, func(d server.Day) bool { return d.Polls > 0 }); first >= 0 {
		days = days[first:]
	} else {
		return
	}
	p.title("POLLS", "polls", "unchanged", "sent", "saved", "badly behaved")
	for _, d := range slices.Backward(days) {
		p.line("  "+d.Date, d.Polls, server.Percent(d.NotModified(), d.Polls), server.Bytes(d.Sent), server.Bytes(d.Saved), server.Bytes(d.Unconditional.Bytes+d.TooOften.Bytes))
	}
}

func (p *statusPrinter) changes(s *server.Status) {
	if len(s.Rounds) > 0 {
		p.title("CHANGES", "files", "feeds", "took", "change to served")
	}
	for _, r := range s.Rounds[:min(len(s.Rounds), 5)] {
		p.line("  "+local(r.At), r.Files, r.Feeds, server.Took(r.Took), server.Took(r.Delay))
	}
	if len(s.Scheduled) > 0 {
		p.title("SCHEDULED")
	}
	for _, t := range s.Scheduled[:min(len(s.Scheduled), 10)] {
		what := "appears"
		if t.Leaves {
			what = "leaves"
		}
		p.line("  "+local(t.At), what, t.Title, t.Path)
	}
}

func local(t time.Time) string { return t.Local().Format(time.DateTime) }

// bars draws a value of each day in a line of text.
func bars(days []server.Day, value func(*server.Day) int64) string {
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
