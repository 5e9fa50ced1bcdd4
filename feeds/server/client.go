package server

import (
	"net/netip"
	"slices"
	"strings"
)

// client is the network that a request comes from: an IPv4 address, or the /64
// that an IPv6 address is in. It is not valid where that is unknown: behind a
// proxy that we were not told to trust, and where the other end of the
// connection is private, as a proxy's is.
func client(r request, trusted []netip.Prefix) netip.Prefix {
	peer := r.Peer().Addr().Unmap()
	if !isTrusted(peer, trusted) {
		if throughProxy(r) {
			return netip.Prefix{}
		}
		return network(peer)
	}
	hops := forwardedFor(r)
	for _, hop := range slices.Backward(hops) {
		addr, ok := hopAddr(hop)
		if !ok {
			return netip.Prefix{}
		}
		if !isTrusted(addr, trusted) {
			return network(addr)
		}
	}
	return netip.Prefix{}
}

func isTrusted(a netip.Addr, trusted []netip.Prefix) bool {
	return slices.ContainsFunc(trusted, func(p netip.Prefix) bool { return p.Contains(a) })
}

// network is the client that a public address stands for.
func network(a netip.Addr) netip.Prefix {
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return netip.Prefix{}
	}
	bits := 32
	if a.Is6() {
		bits = 64
	}
	p, _ := a.WithZone("").Prefix(bits)
	return p
}

// forwardedFor lists whom proxies took a request from, the last proxy's word
// last: by Forwarded (RFC 7239), or else by X-Forwarded-For.
func forwardedFor(r request) (hops []string) {
	if lines := r.Field("Forwarded"); lines != nil {
		for element := range strings.SplitSeq(strings.Join(lines, ","), ",") {
			hops = append(hops, forParameter(element))
		}
		return hops
	}
	if lines := r.Field("X-Forwarded-For"); lines != nil {
		return strings.Split(strings.Join(lines, ","), ",")
	}
	return nil
}

// forParameter is the value of for= in an element of Forwarded; empty for none.
func forParameter(element string) string {
	for pair := range strings.SplitSeq(element, ";") {
		if name, value, ok := strings.Cut(strings.TrimSpace(pair), "="); ok && strings.EqualFold(name, "for") {
			return strings.Trim(value, `"`)
		}
	}
	return ""
}

// hopAddr reads an address with or without a port and brackets.
func hopAddr(hop string) (netip.Addr, bool) {
	hop = strings.TrimSpace(hop)
	if ap, err := netip.ParseAddrPort(hop); err == nil {
		return ap.Addr().Unmap(), true
	}
	a, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(hop, "["), "]"))
	return a.Unmap(), err == nil
}
