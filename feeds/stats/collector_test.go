package stats

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"feedmill/feeds"
)

func TestCollector(t *testing.T) {
	r := inMemory(t, noon)
	for _, a := range []feeds.Poll{whole(feedlyAgent, home, noon), unchanged(netNewsWireAgent, home, noon), unchanged(netNewsWireAgent, home, noon.Add(freshFor)), whole("curl/8.5.0", home, noon)} {
		r.Record(a)
	}
	odd := whole(feedlyAgent, home, noon)
	odd.Status, odd.Sent = 418, 10
	r.Record(odd)
	r.Pushed(sport, feeds.JSON, 700, noon)
	r.drain(noon)
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(r)
	const want = `
# HELP feedmill_polls_total Requests for documents of feeds.
# TYPE feedmill_polls_total counter
feedmill_polls_total{family="app",format="rss",kind="topic",status="304"} 2
feedmill_polls_total{family="script",format="rss",kind="topic",status="200"} 1
feedmill_polls_total{family="service",format="rss",kind="topic",status="other"} 1
feedmill_polls_total{family="service",format="rss",kind="topic",status="200"} 1
# HELP feedmill_pushed_bytes_total Bytes delivered to them.
# TYPE feedmill_pushed_bytes_total counter
feedmill_pushed_bytes_total{format="json",kind="topic"} 700
feedmill_pushed_bytes_total{format="rss",kind="topic"} 0
# HELP feedmill_saved_bytes_total Bytes not sent because of 304, 226 and codings.
# TYPE feedmill_saved_bytes_total counter
feedmill_saved_bytes_total{format="json",kind="topic"} 0
feedmill_saved_bytes_total{format="rss",kind="topic"} 104000
# HELP feedmill_subscribers Subscribers today, so far, of all feeds of a kind.
# TYPE feedmill_subscribers gauge
feedmill_subscribers{kind="topic",reader="Feedly"} 457
feedmill_subscribers{kind="topic",reader="NetNewsWire"} 1
`
	err := testutil.GatherAndCompare(registry, strings.NewReader(want), "feedmill_polls_total", "feedmill_saved_bytes_total", "feedmill_subscribers", "feedmill_pushed_bytes_total")
	if err != nil {
		t.Error(err)
	}
	if problems, err := testutil.GatherAndLint(registry); err != nil || len(problems) > 0 {
		t.Error(problems, err)
	}
}

// TestLabels: the number of time series is bounded whatever clients ask for.
func TestLabels(t *testing.T) {
	r := inMemory(t, noon)
	random, known := rand.New(rand.NewPCG(1, 2)).IntN, programs()
	flood(r, 50_000, func(i int) feeds.Poll {
		a := whole(fmt.Sprintf("%s %d", known[random(len(known))][1], i), address(i), noon)
		a.Key.Slug, a.Format, a.Status = fmt.Sprint(random(1000)), feeds.Format(random(3)), 100+random(500)
		a.Key.Kind = feeds.Kind(random(6))
		return a
	})
	names := map[string]bool{otherReader: true}
	for _, p := range known {
		names[p[0]] = true
	}
	documents := 6 * len(feeds.Formats)
	limit := documents*(len(frequent)+1)*len(familyNames) + 4*documents + 6*(len(names)+2) + 2
	if n := testutil.CollectAndCount(r); n > limit || n < limit/4 {
		t.Errorf("%d time series, at most %d are expected", n, limit)
	}
}
