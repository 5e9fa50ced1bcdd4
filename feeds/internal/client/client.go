// Package client tells whom a request comes from, also through proxies.
package client

import (
	"net/netip"
	"slices"
	"strings"

	"feedmill/feeds/front"
)

// Client is whom a request comes from, as far as that is known: of proxies only the
// trusted ones count.
type Client struct {
	// Addr may be a private address. It is not valid where the trusted proxies do not
	// say.
	Addr netip.Addr
	// Hidden is whether the request came through a proxy with a private address, one
	// of the operator's, that is not trusted: all who come through it look like one
	// client.
	Hidden bool
	// Network is an IPv4 address, or the /64 that an IPv6 address is in. It is not
	// valid where nobody asked for it, nor where it is unknown: behind a proxy that is
	// not among the trusted ones, and where Addr is private, as a proxy's is.
	Network netip.Prefix
}

// Of is the client of a request, with its network if that is wanted.
func Of(r front.Request, trusted []netip.Prefix, network bool) (c Client) {
	c.Addr = r.Peer().Addr().Unmap()
	isVouched := isTrusted(c.Addr, trusted)
	if isVouched {
		c.Addr = behind(r, trusted)
	}
	if isPublic := c.Addr.IsGlobalUnicast() && !c.Addr.IsPrivate(); !isPublic {
		c.Hidden = c.Addr.IsValid() && !isVouched && ThroughProxy(r)
	} else if network && (isVouched || !ThroughProxy(r)) {
		bits := 32
		if c.Addr.Is6() {
			bits = 64
		}
		c.Network, _ = c.Addr.WithZone("").Prefix(bits)
	}
	return c
}

// Quarters says how many quarters of all places that clients compete for may go to
// what comes from an address, the other end of a connection: all 4 to a trusted
// proxy, because many clients come through it, and 3 to the loopback address,
// from which a proxy comes that runs on the same machine and that nobody has named
// as trusted. Any other address gets one quarter.
func Quarters(peer netip.Addr, trusted []netip.Prefix) int {
	switch peer = peer.Unmap(); {
	case !peer.IsValid() || isTrusted(peer, trusted):
		return 4
	case peer == netip.AddrFrom4([4]byte{127, 0, 0, 1}) || peer == netip.IPv6Loopback():
		return 3
	}
	return 1
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
