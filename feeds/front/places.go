package front

import (
	"net/netip"
	"strconv"
	"sync"
	"sync/atomic"
)

// places are for connections, of which so many may be open at a time, and so many
// from one network. They are safe for concurrent use.
type places struct {
	taken    chan struct{}
	freed    atomic.Pointer[func()]    // called when a place has become free, if it is not nil
	quarters func(peer netip.Addr) int // see Options

	mu sync.Mutex
	of map[netip.Addr]*network
}

// network is where connections come from: an IPv4 address, or the /64 that an IPv6
// address is in, because one client commonly has all addresses in that.
type network struct {
	address  netip.Addr    // the first of them
	quarters int           // how many quarters of all there is of a kind it may have at a time
	open     int           // connections; guarded by places.mu
	uses     int           // connections, and requests that net/http has of it; so too
	waiting  atomic.Int64  // such requests
	making   chan struct{} // holds one for each of them whose answer is being made
}

func newPlaces(n int, quarters func(netip.Addr) int) *places {
	return &places{taken: make(chan struct{}, n), quarters: quarters, of: make(map[netip.Addr]*network)}
}

// take reports whether there was a free place.
func (p *places) take() bool {
	select {
	case p.taken <- struct{}{}:
		return true
	default:
		return false
	}
}

// admit counts a connection, which has a place, for its network. It returns nil where
// that has as many as it may.
func (p *places) admit(peer netip.Addr) *network {
	address := Network(peer)
	p.mu.Lock()
	defer p.mu.Unlock()
	n := p.of[address]
	if n == nil {
		n = &network{address: address, quarters: 4}
		if p.quarters != nil {
			n.quarters = p.quarters(peer)
		}
		n.making = make(chan struct{}, n.share(makersOfHTTP))
		p.of[address] = n
	}
	if n.open >= n.share(cap(p.taken)) {
		return nil
	}
	n.open++
	n.uses++
	return n
}

// key is what stands for the network; zero for nil.
func (n *network) key() netip.Addr {
	if n == nil {
		return netip.Addr{}
	}
	return n.address
}

// use keeps the network remembered until unuse, also if all its connections end:
// whoever opens new ones has no second share of what is still being made for it.
func (p *places) use(n *network) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n.uses++
}

func (p *places) unuse(n *network) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n.uses--; n.uses == 0 {
		delete(p.of, n.address)
	}
}

// share is how much of all the network may have. A nil network may have all.
func (n *network) share(all int) int {
	if n == nil {
		return all
	}
	return max(1, all*n.quarters/4)
}

// leave gives back the place of a connection that was admitted; nil: that was not
// counted for a network.
func (p *places) leave(from *network) {
	if from != nil {
		p.mu.Lock()
		from.open--
		p.mu.Unlock()
		p.unuse(from)
	}
	p.give()
}

// give gives back the place of a connection that was not admitted.
func (p *places) give() {
	<-p.taken
	if freed := p.freed.Load(); freed != nil {
		(*freed)()
	}
}

// Network is what stands for all addresses that one client commonly has: an IPv4
// address itself, and of an IPv6 address its first 64 bits.
func Network(a netip.Addr) netip.Addr {
	a = a.Unmap()
	if a.Is6() {
		all, _ := a.WithZone("").Prefix(64) // which every IPv6 address has
		a = all.Addr()
	}
	return a
}

// tooManyOfOne is what a connection beyond the share of its network gets before it is
// closed, whatever it would have asked.
var tooManyOfOne = []byte("HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\nRetry-After: 10\r\nCache-Control: no-store\r\n" +
	"Connection: close\r\nContent-Length: " + strconv.Itoa(len(tooManyText)) + "\r\n\r\n" + tooManyText)

const tooManyText = "too many connections are open from your network\n"
