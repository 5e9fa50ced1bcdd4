package status

import (
	"bytes"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"
)

// writeMetrics is all metrics in the text format of Prometheus.
func (o *Operator) writeMetrics() (mediaType string, body []byte, err error) {
	families, err := o.metrics.Gather()
	if err != nil {
		return "", nil, err
	}
	format := expfmt.NewFormat(expfmt.TypeTextPlain)
	var b bytes.Buffer
	encoder := expfmt.NewEncoder(&b, format)
	for _, f := range families {
		if err := encoder.Encode(f); err != nil {
			return "", nil, err
		}
	}
	return string(format), b.Bytes(), nil
}

// gauges are the site's own.
type gauges struct{ o *Operator }

// Describe implements [prometheus.Collector]. It sends nothing: then the registry checks
// metrics when they are collected.
func (g gauges) Describe(chan<- *prometheus.Desc) {}

// Collect implements [prometheus.Collector].
func (g gauges) Collect(ch chan<- prometheus.Metric) {
	ready, articles, listings, held := 0, 0, 0, 0
	if snap := g.o.program.Snapshot(); snap != nil {
		ready, articles, listings = 1, snap.Articles, len(snap.Listings)
	}
	if hold := g.o.program.Held(); hold != nil {
		held = hold.Hit()
	}
	gauge := func(name, help string, value float64) {
		ch <- prometheus.MustNewConstMetric(prometheus.NewDesc(name, help, nil, nil), prometheus.GaugeValue, value)
	}
	state := g.o.program.State()
	gauge("feedmill_ready", "1 while there are feeds to serve.", float64(ready))
	gauge("feedmill_articles", "Articles in at least one feed.", float64(articles))
	gauge("feedmill_feeds", "Feeds that are served.", float64(listings))
	gauge("feedmill_held_articles", "Articles that the change held back would remove, alter or bring back as new, in the feed with the most of them; 0 while nothing is held back.", float64(held))
	gauge("feedmill_problems", "Problems to mend.", float64(len(state.Problems)))
	gauge("feedmill_cache_bytes", "Memory that rendered items and documents take.", float64(state.Cache.Used))
	gauge("feedmill_cache_limit_bytes", "Memory that rendered items and documents take at most.", float64(state.Cache.Limit))
	if len(state.Rounds) > 0 {
		gauge("feedmill_last_round_seconds", "How long the last change of the feeds took.", state.Rounds[0].Took/1000)
	}
	for _, r := range state.Rounds {
		if r.Delay > 0 {
			gauge("feedmill_last_change_to_served_seconds", "From the last change of a file until it was served, where that is known.", r.Delay/1000)
			break
		}
	}
}
