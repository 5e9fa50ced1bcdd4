package config

import "net/netip"

func readTrustedProxies(v value, l *loader) {
	for _, e := range v.items() {
		s := e.text()
		network, err := netip.ParsePrefix(s)
		if addr, err2 := netip.ParseAddr(s); err2 == nil {
			network, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if err != nil {
			e.problem("%q is no address or network: write it as in 127.0.0.1, 10.0.0.0/8 or fd00::/8", s)
			continue
		}
		l.TrustedProxies = append(l.TrustedProxies, network.Masked())
	}
}
