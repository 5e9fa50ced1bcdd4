// Package client tells whom a request comes from, also through proxies.
package client

import (
	"net/netip"
	"slices"
	"strings"

	"feedmill/feeds/front"
)

// Network is the network that a request comes from: an IPv4 address, or the /64
// that an IPv6 address is in. It is not valid where that is unknown: behind a
// proxy that is not among the trusted ones, and where the other end of the
// connection is private, as a proxy's is.
func Network(r front.Request, trusted []netip.Prefix) netip.Prefix {
	peer := r.Peer().Addr().Unmap()
	if !isTrusted(peer, trusted) {
		if ThroughProxy(r) {
			return netip.Prefix{}
		}
		return network(peer)
	}
	return network(behind(r, trusted))
}

// Address is the address that a request comes from, as far as it is known: of
// proxies only the trusted ones count. It may be a private one. isHidden is whether
// the request came through a proxy with a private address, one of the operator's,
// that is not trusted: all who come through it look like one client.
func Address(r front.Request, trusted []netip.Prefix) (addr netip.Addr, isHidden bool) {
	peer := r.Peer().Addr().Unmap()
	if isTrusted(peer, trusted) {
		return behind(r, trusted), false
	}
	return peer, peer.IsValid() && !network(peer).IsValid() && ThroughProxy(r)
}

// ThroughProxy reports whether a request says that it was passed on.
func ThroughProxy(r front.Request) bool {
	for _, name := range [...]string{"Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip"} {
		if lines := r.Field(name); len(lines) > 0 && lines[0] != "" {
			return true
		}
	}
	return false
}

// behind is the address that came to the first of the trusted proxies, by
// Forwarded (RFC 7239) or else by X-Forwarded-For. They are read from the end,
// which the last proxy wrote. It is not valid where they do not say.
func behind(r front.Request, trusted []netip.Prefix) netip.Addr {
	forwarded := r.Field("Forwarded")
	lines := forwarded
	if forwarded == nil {
		lines = r.Field("X-Forwarded-For")
	}
	for _, rest := range slices.Backward(lines) {
		for more := true; more; {
			comma := strings.LastIndexByte(rest, ',')
			hop := rest[comma+1:]
			rest, more = rest[:max(comma, 0)], comma >= 0
			if forwarded != nil {
				hop = forParameter(hop)
			}
			if addr, ok := hopAddr(hop); !ok {
				return netip.Addr{}
			} else if !isTrusted(addr, trusted) {
				return addr
			}
		}
	}
	return netip.Addr{}
}

func isTrusted(a netip.Addr, trusted []netip.Prefix) bool {
	return slices.ContainsFunc(trusted, func(p netip.Prefix) bool { return p.Contains(a) })
}

// network is the network of one client that a public address stands for.
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
	if strings.Contains(hop, "]:") || strings.Count(hop, ":") == 1 {
		ap, err := netip.ParseAddrPort(hop)
		return ap.Addr().Unmap(), err == nil
	}
	a, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(hop, "["), "]"))
	return a.Unmap(), err == nil
}
