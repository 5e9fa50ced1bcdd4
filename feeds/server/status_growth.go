package server

import (
	"cmp"
	"slices"
	"strconv"
)

// Growth is how subscribers have changed in 30 days, in a few characters; empty
// where that is not known.
func (p *Polled) Growth() string {
	days := p.Days
	values := make([]int64, 0, len(days))
	for _, d := range days[max(0, len(days)-feedDays-1):] {
		if !d.Open {
			values = append(values, d.Subscribers)
		}
	}
	return growth(values)
}

// Growth is the same of one feed.
func (s *Subscription) Growth() string { return growth(s.History) }

// growth compares the last of so many days with the first, which must be 30 days
// long: before, nobody may have been counted.
func growth(days []int64) string {
	if len(days) < feedDays || days[0] == 0 {
		return ""
	}
	percent := 100 * float64(days[len(days)-1]-days[0]) / float64(days[0])
	switch {
	case percent >= 1000:
		return "× " + strconv.FormatFloat(percent/100+1, 'f', 0, 64)
	case percent > -0.5 && percent < 0.5:
		return "± 0 %"
	case percent < 0:
		return "− " + strconv.FormatFloat(-percent, 'f', 0, 64) + " %"
	}
	return "+ " + strconv.FormatFloat(percent, 'f', 0, 64) + " %"
}

// Cost is what misuse by the users of a reader costs.
type Cost struct {
	Name  string
	Bytes int64
}

// Misusers are the readers that misuse costs most by, in 30 days.
func (p *statusPage) Misusers() (all []Cost) {
	for name, n := range p.Month().MisusedBy {
		all = append(all, Cost{name, n})
	}
	slices.SortFunc(all, func(a, b Cost) int {
		return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), cmp.Compare(a.Name, b.Name))
	})
	return all[:min(len(all), 5)]
}

// Misused is what all misuse cost in 30 days, in bytes.
func (p *statusPage) Misused() int64 {
	month := p.Month()
	return month.Misused()
}
