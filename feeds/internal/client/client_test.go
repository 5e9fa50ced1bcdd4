package client

import (
	"net/http"
	"net/netip"
	"testing"
)

// request came through a proxy.
type request struct{ header http.Header }

func (request) Method() string               { return "GET" }
func (request) Target() string               { return "/" }
func (request) Host() string                 { return "feeds.example.com" }
func (request) Agent() string                { return "" }
func (request) Peer() netip.AddrPort         { return netip.MustParseAddrPort("10.0.0.1:80") }
func (r request) Field(name string) []string { return r.header[name] }

func FuzzClient(f *testing.F) {
	f.Add("198.51.100.9, 10.1.1.1", `for="[2001:db8::7]:80";proto=http, for=_x`)
	f.Fuzz(func(t *testing.T, forwardedFor, forwarded string) {
		trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
		for name, value := range map[string]string{"X-Forwarded-For": forwardedFor, "Forwarded": forwarded} {
			r := request{http.Header{name: {value}}}
			if c := Of(r, trusted, true).Network; c.IsValid() && (isTrusted(c.Addr(), trusted) || c.Addr().IsLoopback() || c.Addr().IsPrivate()) {
				t.Errorf("%s %q is %v", name, value, c)
			}
		}
	})
}
