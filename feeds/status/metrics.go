package status

import (
	"bytes"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/common/expfmt"
)

// newRegistry holds what /metrics shows: the site's gauges, what the options
// bring, the Go runtime and the process.
func newRegistry(o *Operator) *prometheus.Registry {
	all := append([]prometheus.Collector{gauges{o}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{})}, o.opt.Collectors...)
	r := prometheus.NewRegistry()
	r.MustRegister(all...)
	return r
}

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

var (
	readyDesc    = prometheus.NewDesc("feedmill_ready", "1 while there are feeds to serve.", nil, nil)
	articlesDesc = prometheus.NewDesc("feedmill_articles", "Articles in at least one feed.", nil, nil)
	feedsDesc    = prometheus.NewDesc("feedmill_feeds", "Feeds that are served.", nil, nil)
	heldDesc     = prometheus.NewDesc("feedmill_held_articles", "Articles that the change held back would remove, alter or bring back as new, in the feed with the most of them; 0 while nothing is held back.", nil, nil)
	problemsDesc = prometheus.NewDesc("feedmill_problems", "Problems to mend.", nil, nil)
	cachedDesc   = prometheus.NewDesc("feedmill_cache_bytes", "Memory that rendered items and documents take.", nil, nil)
	cacheCapDesc = prometheus.NewDesc("feedmill_cache_limit_bytes", "Memory that rendered items and documents take at most.", nil, nil)
	tookDesc     = prometheus.NewDesc("feedmill_last_round_seconds", "How long the last change of the feeds took.", nil, nil)
	delayDesc    = prometheus.NewDesc("feedmill_last_change_to_served_seconds", "From the last change of a file until it was served, where that is known.", nil, nil)
)

// Describe implements [prometheus.Collector].
func (g gauges) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{readyDesc, articlesDesc, feedsDesc, heldDesc, problemsDesc, cachedDesc, cacheCapDesc, tookDesc, delayDesc} {
		ch <- d
	}
}

// Collect implements [prometheus.Collector].
func (g gauges) Collect(ch chan<- prometheus.Metric) {
	ready, articles, listings, held := 0, 0, 0, 0
	if snap := g.o.program.Snapshot(); snap != nil {
		ready, articles, listings = 1, snap.Articles, len(snap.Listings)
	}
	if hold := g.o.program.Held(); hold != nil {
		held = hold.Hit()
	}
	gauge := func(d *prometheus.Desc, value float64) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value)
	}
	state := g.o.program.State()
	gauge(readyDesc, float64(ready))
	gauge(articlesDesc, float64(articles))
	gauge(feedsDesc, float64(listings))
	gauge(heldDesc, float64(held))
	gauge(problemsDesc, float64(len(state.Problems)))
	gauge(cachedDesc, float64(state.Cache.Used))
	gauge(cacheCapDesc, float64(state.Cache.Limit))
	if len(state.Rounds) > 0 {
		gauge(tookDesc, state.Rounds[0].Took/1000)
	}
	for _, r := range state.Rounds {
		if r.Delay > 0 {
			gauge(delayDesc, r.Delay/1000)
			break
		}
	}
}
