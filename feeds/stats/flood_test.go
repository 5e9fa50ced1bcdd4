package stats

import (
	"encoding/binary"
	"fmt"
	"math"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"feedmill/feeds"
)

// flood records n polls and counts them, without a full queue.
func flood(r *Recorder, n int, answer func(i int) feeds.Poll) {
	for i := range n {
		a := answer(i)
		r.Record(a)
		if i%queueSize == queueSize-1 {
			r.drain(noon)
		}
	}
	r.drain(noon)
}

// address returns an address of the i-th of many networks.
func address(i int) netip.Addr {
	var b [16]byte
	b[0], b[1] = 0x20, 0x01
	binary.BigEndian.PutUint32(b[4:], uint32(i))
	return netip.AddrFrom16(b)
}

// checkBounds fails if more is in memory than the package promises.
func checkBounds(t *testing.T, r *Recorder) {
	t.Helper()
	clients, claims := 0, 0
	for k, f := range r.today.tallies {
		clients += len(f.clients)
		claims += len(f.stated)
		if len(f.clients) > maxFeedClients {
			t.Errorf("%v keeps %d clients", k, len(f.clients))
		}
	}
	if clients != r.today.clients || clients > maxClients || claims != r.today.claims || claims > maxClaimants {
		t.Errorf("%d clients (%d counted), %d services (%d counted)", clients, r.today.clients, claims, r.today.claims)
	}
	if len(r.agents) > maxAgents || len(r.today.tallies) > maxFeeds {
		t.Errorf("%d User-Agents, %d feeds", len(r.agents), len(r.today.tallies))
	}
	if full := r.dropped.Load(); full != 0 {
		t.Errorf("%d dropped", full)
	}
}

// TestFloodOfAddresses: with very many clients of one feed their number is estimated
// well, and that of other feeds is exact.
func TestFloodOfAddresses(t *testing.T) {
	r := inMemory(t, noon)
	flood(r, 100, func(i int) feeds.Poll {
		a := whole(netNewsWireAgent, address(i), noon)
		a.Key = sport
		return a
	})
	const n = 100_000
	flood(r, n, func(i int) feeds.Poll { return whole(netNewsWireAgent, address(i), noon) })
	checkBounds(t, r)
	got := r.Feed(election, noon, noon)[0]
	if off := math.Abs(float64(got.Subscribers)/n - 1); off > 0.05 { // about four standard errors
		t.Errorf("%d subscribers of %d", got.Subscribers, n)
	}
	if got.Polls != n || got.Sent != n*8000 {
		t.Errorf("%d polls, %d bytes", got.Polls, got.Sent)
	}
	if n := r.Feed(sport, noon, noon)[0].Subscribers; n != 100 {
		t.Errorf("another feed has %d subscribers", n)
	}
	before := got.Subscribers
	flood(r, n, func(i int) feeds.Poll { return unchanged(netNewsWireAgent, address(i), noon.Add(freshFor)) })
	if got := r.Feed(election, noon, noon)[0]; got.Subscribers != before || got.TooOften.Polls != 0 {
		t.Errorf("the same clients again: %d subscribers, %+v", got.Subscribers, got.TooOften)
	}
}

// TestFloodOfFeeds spreads very many clients over very many feeds.
func TestFloodOfFeeds(t *testing.T) {
	r := inMemory(t, noon)
	flood(r, 200_000, func(i int) feeds.Poll {
		a := whole(netNewsWireAgent, address(i), noon)
		a.Key.Slug = fmt.Sprint("topic-", i%20_000)
		return a
	})
	checkBounds(t, r)
	if len(r.today.tallies) != maxFeeds {
		t.Errorf("%d feeds", len(r.today.tallies))
	}
	if unknown := r.totals.unknown; unknown != 10*(20_000-maxFeeds) {
		t.Errorf("%d answers of feeds beyond the limit", unknown)
	}
}

// TestUnknownFeeds: only known feeds are counted; composed ones are counted together.
func TestUnknownFeeds(t *testing.T) {
	r := inMemory(t, noon)
	r.known = func(k feeds.Key) bool { return k == election }
	flood(r, 1000, func(i int) feeds.Poll {
		a := whole(netNewsWireAgent, home, noon)
		switch i % 3 {
		case 0:
			a.Key = feeds.Key{Kind: feeds.Topic, Slug: fmt.Sprint(i)}
		case 1:
			a.Key = feeds.Key{Kind: feeds.Composed, Slug: fmt.Sprint("mix/", i)}
		}
		return a
	})
	if len(r.today.tallies) != 2 {
		t.Errorf("%d feeds", len(r.today.tallies))
	}
	composed := r.Feed(feeds.Key{Kind: feeds.Composed, Slug: "mix/any"}, noon, noon)[0]
	if composed.Polls != 333 || composed.Subscribers != 333 || composed.TooOften.Clients != 0 {
		t.Errorf("composed feeds: %+v", composed.Figures)
	}
	if unknown := r.totals.unknown; unknown != 334 {
		t.Errorf("%d answers of unknown feeds", unknown)
	}
}

// TestFloodOfAgents has made-up readers, services and ids.
func TestFloodOfAgents(t *testing.T) {
	r := inMemory(t, noon)
	agent := []func(i int) string{
		func(i int) string { return fmt.Sprintf("Reader%d/1.0", i) },
		func(i int) string { return fmt.Sprintf("Feedbin feed-id:%d - 5 subscribers", i) },
		func(i int) string { return fmt.Sprintf("Service%d/1.0 (5 subscribers)", i) },
		func(i int) string { return fmt.Sprintf("%d\xff\x00 abonnés", i) },
	}
	flood(r, 20_000, func(i int) feeds.Poll { return whole(agent[i%len(agent)](i), home, noon) })
	checkBounds(t, r)
	got := r.Feed(election, noon, noon)[0]
	if len(got.Readers) != 2 || got.Readers["Feedbin"] != 5*maxIDs {
		t.Errorf("readers: %v", got.Readers)
	}
	flood(r, 80_000, func(i int) feeds.Poll {
		a := whole(fmt.Sprintf("Feedbin feed-id:%d - 5 subscribers", i), home, noon)
		a.Key.Slug = fmt.Sprint(i % 10_000)
		return a
	})
	checkBounds(t, r)
	if r.today.claims != maxClaimants {
		t.Errorf("%d services are kept", r.today.claims)
	}
}

// TestFloodOnDisk: the file of a day with very many clients is bounded, and is read again.
func TestFloodOnDisk(t *testing.T) {
	folder := t.TempDir()
	r := New(Options{Folder: folder})
	r.today = newDay(dayOf(noon))
	flood(r, 150_000, func(i int) feeds.Poll {
		a := whole(netNewsWireAgent, address(i), noon)
		a.Key.Slug = fmt.Sprint("topic-", i%200)
		return a
	})
	clients := r.today.clients
	r.save()
	r.history.close()
	path := filepath.Join(folder, "stats.today")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d clients in %d bytes", clients, info.Size())
	if info.Size() > maxClients*32+200*2000 {
		t.Errorf("%d bytes", info.Size())
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("others may read it: %v", info.Mode())
	}
	d, err := readDay(path)
	if err != nil || d.clients != clients || clients < maxClients/2 {
		t.Fatalf("%v of %d clients are back, %v", d, clients, err)
	}
}
