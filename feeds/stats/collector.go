package stats

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"feedmill/feeds"
)

// totals are counts since the process began, by the labels of metrics.
type totals struct {
	polls   map[pollLabels]int64
	bytes   map[documentLabels]traffic
	unknown int64 // polls for feeds that do not exist
}

type documentLabels struct {
	kind   feeds.Kind
	format feeds.Format
}

type pollLabels struct {
	documentLabels
	status int
	family family
}

type traffic struct{ sent, saved, pushes, pushed int64 }

func (t *totals) count(q *queued, a *agent) {
	d := documentLabels{q.key.Kind, q.format}
	b := t.bytes[d]
	if q.push {
		b.pushes++
		b.pushed += q.sent
	} else {
		t.polls[pollLabels{d, q.countedStatus(), a.family}]++
		b.sent += q.sent
		b.saved += q.saved()
	}
	t.bytes[d] = b
}

var (
	ofDocument      = []string{"kind", "format"}
	pollsDesc       = prometheus.NewDesc("feedmill_polls_total", "Requests for documents of feeds.", []string{"kind", "format", "status", "family"}, nil)
	sentDesc        = prometheus.NewDesc("feedmill_sent_bytes_total", "Bytes of documents that were sent.", ofDocument, nil)
	savedDesc       = prometheus.NewDesc("feedmill_saved_bytes_total", "Bytes not sent because of 304, 226 and codings.", ofDocument, nil)
	pushesDesc      = prometheus.NewDesc("feedmill_pushes_total", "Deliveries to subscribers who did not ask again.", ofDocument, nil)
	pushedDesc      = prometheus.NewDesc("feedmill_pushed_bytes_total", "Bytes delivered to them.", ofDocument, nil)
	subscribersDesc = prometheus.NewDesc("feedmill_subscribers", "Subscribers today, so far, of all feeds of a kind.", []string{"kind", "reader"}, nil)
	misuseDesc      = prometheus.NewDesc("feedmill_misuse_bytes_today", "Bytes sent today to clients that behave badly.", []string{"kind", "misuse"}, nil)
	droppedDesc     = prometheus.NewDesc("feedmill_uncounted_total", "Answers that the other figures lack.", []string{"reason"}, nil)
)

// Describe implements [prometheus.Collector].
func (r *Recorder) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{pollsDesc, sentDesc, savedDesc, pushesDesc, pushedDesc, subscribersDesc, misuseDesc, droppedDesc} {
		ch <- d
	}
}

// Collect implements [prometheus.Collector]. Labels are kinds, formats, frequent
// statuses, families and the readers that the program knows: their number is bounded.
func (r *Recorder) Collect(ch chan<- prometheus.Metric) {
	for _, m := range r.metrics() {
		ch <- m
	}
}

// metrics makes all metrics, so that Collect can send them without holding r.mu.
func (r *Recorder) metrics() (all []prometheus.Metric) {
	r.mu.Lock()
	defer r.mu.Unlock()
	add := func(d *prometheus.Desc, t prometheus.ValueType, n int64, labels ...string) {
		all = append(all, prometheus.MustNewConstMetric(d, t, float64(n), labels...))
	}
	for l, n := range r.totals.polls {
		add(pollsDesc, prometheus.CounterValue, n, l.kind.String(), formatLabels[l.format], statusLabel(l.status), l.family.String())
	}
	for l, b := range r.totals.bytes {
		kind, format := l.kind.String(), formatLabels[l.format]
		add(sentDesc, prometheus.CounterValue, b.sent, kind, format)
		add(savedDesc, prometheus.CounterValue, b.saved, kind, format)
		add(pushesDesc, prometheus.CounterValue, b.pushes, kind, format)
		add(pushedDesc, prometheus.CounterValue, b.pushed, kind, format)
	}
	for kind, f := range r.kinds() {
		for reader, n := range f.Readers {
			add(subscribersDesc, prometheus.GaugeValue, n, kind.String(), reader)
		}
		add(misuseDesc, prometheus.GaugeValue, f.Unconditional.Bytes, kind.String(), "unconditional")
		add(misuseDesc, prometheus.GaugeValue, f.TooOften.Bytes, kind.String(), "too_often")
	}
	add(droppedDesc, prometheus.CounterValue, r.dropped.Load(), "buffer_full")
	add(droppedDesc, prometheus.CounterValue, r.totals.unknown, "unknown_feed")
	return all
}

// kinds adds up today's figures by kind of feed.
func (r *Recorder) kinds() map[feeds.Kind]*Figures {
	sums := map[feeds.Kind]*Figures{}
	for k, t := range r.today.tallies {
		if sums[k.Kind] == nil {
			sums[k.Kind] = &Figures{}
		}
		f := t.figures()
		sums[k.Kind].add(&f)
	}
	return sums
}

var formatLabels = [...]string{feeds.RSS: "rss", feeds.Atom: "atom", feeds.JSON: "json"}

func statusLabel(status int) string {
	if status == 0 {
		return "other"
	}
	return strconv.Itoa(status)
}
