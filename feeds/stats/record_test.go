package stats

import (
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"feedmill/feeds"
)

var (
	election = feeds.Key{Kind: feeds.Topic, Slug: "election"}
	sport    = feeds.Key{Kind: feeds.Topic, Slug: "sport"}
	noon     = time.Date(2026, time.November, 24, 12, 0, 0, 0, time.UTC)
	home     = netip.MustParseAddr("192.0.2.1")
)

const (
	feedlyAgent      = "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 457 subscribers; like FeedFetcher-Google)"
	netNewsWireAgent = "NetNewsWire (RSS Reader; https://netnewswire.com/)"
	browserAgent     = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/121.0.0.0 Safari/537.36"
)

// inMemory returns a recorder without files whose open day is that of at.
func inMemory(t *testing.T, at time.Time) *Recorder {
	r := New(Options{Logger: slog.New(slog.DiscardHandler)})
	t.Cleanup(r.Close)
	r.today = newDay(dayOf(at))
	return r
}

// whole is a poll without conditions: the document has 30,000 bytes, 8,000 with gzip.
func whole(agent string, client netip.Addr, at time.Time) feeds.Poll {
	return feeds.Poll{Key: election, Status: 200, Sent: 8000, Full: 30000, Tag: "one", MaxAge: 15 * time.Minute, Agent: agent, Client: client, Time: at}
}

// unchanged is a poll that is answered with 304.
func unchanged(agent string, client netip.Addr, at time.Time) feeds.Poll {
	a := whole(agent, client, at)
	a.Status, a.Sent, a.Conditional = 304, 0, true
	return a
}

func TestRecordAllocatesNothing(t *testing.T) {
	r := inMemory(t, noon)
	client := netip.MustParseAddr("2001:db8::1")
	// More than there is room for: drops allocate nothing either.
	if n := testing.AllocsPerRun(2*queueSize, func() { a := whole(feedlyAgent, client, noon); r.Record(a) }); n != 0 {
		t.Errorf("Record allocates %v times", n)
	}
	if n := testing.AllocsPerRun(1000, func() { r.Pushed(election, feeds.Atom, 1000, noon) }); n != 0 {
		t.Errorf("Pushed allocates %v times", n)
	}
	if full := r.dropped.Load(); full == 0 {
		t.Error("nothing was dropped")
	}
}

// TestCountAllocatesLittle: a poll of a known client and feed allocates nothing.
func TestCountAllocatesLittle(t *testing.T) {
	r := inMemory(t, noon)
	a := whole(netNewsWireAgent, home, noon)
	r.Record(a)
	r.drain(noon)
	if n := testing.AllocsPerRun(1000, func() { r.Record(a); r.drain(noon) }); n != 0 {
		t.Errorf("counting an answer allocates %v times", n)
	}
}

func TestNilRecorder(t *testing.T) {
	var r *Recorder
	r.Record(feeds.Poll{})
	r.Pushed(election, feeds.RSS, 1, noon)
}

// TestFullQueue: every poll is counted, as a poll or as dropped.
func TestFullQueue(t *testing.T) {
	r := inMemory(t, noon)
	const writers, each = 8, 5000
	counted := make(chan struct{})
	stop := make(chan struct{})
	go func() {
		defer close(counted)
		for {
			r.drain(noon)
			select {
			case <-stop:
				return
			default:
			}
		}
	}()
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			a := unchanged(netNewsWireAgent, netip.AddrFrom4([4]byte{192, 0, 2, byte(w)}), noon)
			for range each {
				r.Record(a)
			}
		})
	}
	all.Wait()
	close(stop)
	<-counted
	r.drain(noon)
	day := r.Site(noon, noon)[0]
	if full := r.dropped.Load(); day.Polls+full != writers*each || day.Polls == 0 {
		t.Errorf("%d polls and %d dropped of %d", day.Polls, full, writers*each)
	}
	if day.Subscribers < 1 || day.Subscribers > writers { // all polls of a client may have been dropped
		t.Errorf("subscribers: %v", day.Readers)
	}
}

// TestOrder: polls are counted in the order in which they were recorded.
func TestOrder(t *testing.T) {
	r := &Recorder{queue: make(chan queued, queueSize)}
	for lap := range 3 {
		for i := range queueSize {
			a := feeds.Poll{Agent: "a", Sent: int64(lap*queueSize + i)}
			r.Record(a)
		}
		for i := range queueSize {
			if q := <-r.queue; q.sent != int64(lap*queueSize+i) {
				t.Fatalf("lap %d: %d is at %d", lap, q.sent, i)
			}
		}
	}
	if n := r.dropped.Load(); n != 0 {
		t.Errorf("%d dropped", n)
	}
}

// TestMidnight: each poll counts on its day, whatever the order in the queue.
func TestMidnight(t *testing.T) {
	r := inMemory(t, noon)
	midnight := noon.Truncate(24*time.Hour).AddDate(0, 0, 1)
	for i := range 200 {
		a := whole(netNewsWireAgent, address(i), midnight.Add(time.Duration(i%2-1)*time.Second))
		r.Record(a)
	}
	late := whole(netNewsWireAgent, address(1), midnight.Add(-time.Second))
	r.drain(midnight.Add(time.Second))
	r.Record(late) // as when the clock is set back: it counts on the day that has begun
	r.drain(midnight.Add(time.Second))
	days := r.Feed(election, noon, midnight)
	if len(days) != 2 || days[0].Polls != 100 || days[1].Polls != 101 || days[0].Subscribers != 100 || days[1].Subscribers != 100 {
		t.Errorf("%+v", days)
	}
}

func TestNetwork(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"192.0.2.1", "::ffff:192.0.2.1", true},
		{"192.0.2.1", "192.0.2.2", false},
		{"2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true},
		{"2001:db8:0:1::1", "2001:db8:0:2::1", false},
	} {
		if same := network(netip.MustParseAddr(c.a)) == network(netip.MustParseAddr(c.b)); same != c.same {
			t.Errorf("%s and %s: same client: %v", c.a, c.b, same)
		}
	}
	if network(netip.Addr{}) != 0 {
		t.Error("no address is some address")
	}
}

// TestLongAgent: what follows the first agentBytes of a User-Agent changes nothing.
func TestLongAgent(t *testing.T) {
	r := inMemory(t, noon)
	for _, tail := range []string{"", "a", strings.Repeat("b", 60000)} {
		a := whole("NetNewsWire"+strings.Repeat(" ", agentBytes)+tail, home, noon)
		r.Record(a)
	}
	r.drain(noon)
	if n := r.Feed(election, noon, noon)[0].Subscribers; n != 1 {
		t.Errorf("%d subscribers", n)
	}
}

func BenchmarkRecord(b *testing.B) {
	r := New(Options{})
	a := unchanged(feedlyAgent, home, noon)
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		r.Record(a)
		if n++; n%queueSize == 0 {
			b.StopTimer()
			for len(r.queue) > 0 {
				<-r.queue
			}
			b.StartTimer()
		}
	}
}

// BenchmarkCount measures recording and counting a poll.
func BenchmarkCount(b *testing.B) {
	r := New(Options{})
	var answers [200]feeds.Poll
	for i := range answers {
		answers[i] = unchanged(netNewsWireAgent, netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}), noon)
	}
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		for i := range answers {
			r.Record(answers[i])
		}
		n += r.drain(noon)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/poll")
}
