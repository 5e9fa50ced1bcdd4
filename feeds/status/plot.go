package status

import (
	"fmt"
	"html"
	"html/template"
	"strings"

	"feedmill/feeds/stats"
)

// Plots are drawn in a box of these units, which style sheets stretch to the room
// there is.
const (
	plotWidth  = 600
	plotHeight = 120
)

// plot is a drawing of values over days, with what it says in words.
type plot struct {
	Title string        // for those who do not see it
	Max   int64         // at the top
	From  string        // the first day
	To    string        // the last day
	SVG   template.HTML // an image without text
	Kilo  int64         // 1000, or 1024 where bytes are counted
}

// area draws one value for each day as a line. words says each in a few words,
// for whoever points at it.
func area(title string, days []stats.Day, kilo int64, value func(*stats.Day) int64, words func(*stats.Day) string) plot {
	p := newPlot(title, days, kilo, value)
	if len(days) == 0 {
		p.draw("")
		return p
	}
	var line strings.Builder
	for i := range days {
		fmt.Fprintf(&line, "%s%.1f %.1f", [...]string{"M", " L"}[min(i, 1)], column(i, len(days))+width(len(days))/2, p.height(value(&days[i])))
	}
	first, last := width(len(days))/2, plotWidth-width(len(days))/2
	shape := fmt.Sprintf(`<path class="fill" d="%s L%.1f %d L%.1f %d Z"/><path class="line" d="%s"/>`, line.String(), last, plotHeight, first, plotHeight, line.String())
	p.draw(shape + pointers(days, words))
	return p
}

// columns draws the days as columns, the part of each in the colour of accent.
func columns(title string, days []stats.Day, kilo int64, whole, part func(*stats.Day) int64, words func(*stats.Day) string) plot {
	p := newPlot(title, days, kilo, whole)
	var b strings.Builder
	w := width(len(days)) * 0.72
	for i := range days {
		x := column(i, len(days)) + width(len(days))*0.14
		top, middle := p.height(whole(&days[i])), p.height(part(&days[i]))
		class := ""
		if days[i].Open {
			class = " open"
		}
		fmt.Fprintf(&b, `<rect class="rest%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`, class, x, top, w, middle-top)
		fmt.Fprintf(&b, `<rect class="part%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`, class, x, middle, w, plotHeight-middle)
	}
	p.draw(b.String() + pointers(days, words))
	return p
}

func newPlot(title string, days []stats.Day, kilo int64, value func(*stats.Day) int64) plot {
	p := plot{Title: title, Kilo: kilo}
	for i := range days {
		p.Max = max(p.Max, value(&days[i]))
	}
	p.Max = roundUp(p.Max, kilo)
	if len(days) > 0 {
		p.From, p.To = days[0].Date, days[len(days)-1].Date
	}
	return p
}

func (p *plot) height(n int64) float64 {
	return plotHeight * (1 - float64(max(0, n))/float64(p.Max))
}

// draw makes the image; its marks know no text but that of titles, escaped.
func (p *plot) draw(marks string) {
	p.SVG = template.HTML(fmt.Sprintf(`<svg viewBox="0 0 %d %d" preserveAspectRatio="none" role="img" aria-label="%s"><path class="grid" d="M0 .5H%d M0 %dH%d"/>%s</svg>`,
		plotWidth, plotHeight, html.EscapeString(p.Title), plotWidth, plotHeight/2, plotWidth, marks))
}

// pointers say in words what each day had, where one points at it.
func pointers(days []stats.Day, words func(*stats.Day) string) string {
	var b strings.Builder
	for i := range days {
		fmt.Fprintf(&b, `<rect class="point" x="%.1f" y="0" width="%.1f" height="%d"><title>%s</title></rect>`,
			column(i, len(days)), width(len(days)), plotHeight, html.EscapeString(words(&days[i])))
	}
	return b.String()
}

func width(n int) float64     { return plotWidth / float64(max(1, n)) }
func column(i, n int) float64 { return float64(i) * width(n) }

// roundUp is the next number that reads easily, in units of which each is so many
// of the one before; it is never less than 1.
func roundUp(n, kilo int64) int64 {
	for unit := int64(1); ; unit *= kilo {
		for ten := int64(1); ten <= 100; ten *= 10 {
			for _, tenths := range [...]int64{10, 12, 15, 20, 25, 30, 40, 50, 60, 80} {
				top := tenths * ten * unit / 10
				if whole := tenths*ten%10 == 0 || unit > 1; whole && n <= top || top >= 1<<59 {
					return max(n, top)
				}
			}
		}
	}
}

const sparkWidth, sparkHeight = 120, 24

// spark draws a few values as a line beside their number.
func spark(title string, values []int64) template.HTML {
	if len(values) < 2 {
		return ""
	}
	top := int64(1)
	for _, v := range values {
		top = max(top, v)
	}
	var line strings.Builder
	for i, v := range values {
		fmt.Fprintf(&line, "%s%.1f %.1f", [...]string{"M", " L"}[min(i, 1)], float64(i)*sparkWidth/float64(len(values)-1), 2+(sparkHeight-4)*(1-float64(v)/float64(top)))
	}
	return template.HTML(fmt.Sprintf(`<svg class="spark" viewBox="0 0 %d %d" preserveAspectRatio="none" role="img" aria-label="%s"><path class="fill" d="%s L%d %d L0 %d Z"/><path class="line" d="%s"/></svg>`,
		sparkWidth, sparkHeight, html.EscapeString(title), line.String(), sparkWidth, sparkHeight, sparkHeight, line.String()))
}

// share draws a part of one as a bar.
func share(part float64) template.HTML {
	return template.HTML(fmt.Sprintf(`<svg class="share" aria-hidden="true"><rect class="all" width="100%%" height="100%%" rx="3"/><rect class="part" width="%.1f%%" height="100%%" rx="3"/></svg>`, 100*min(max(part, 0), 1)))
}
