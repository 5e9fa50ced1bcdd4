package feeds

import (
	"crypto/sha1"
	"encoding/hex"
	"net/url"
	"strconv"
	"strings"
)

// namespace is the UUID (RFC 9562 §5.5) below which Feedmill names things.
var namespace = [16]byte{0x9b, 0x1d, 0x6a, 0x2e, 0x53, 0xc4, 0x4f, 0x0e, 0xa7, 0x1b, 0x5f, 0x37, 0x0c, 0x8e, 0x42, 0xd9}

// ID derives an absolute URI, "urn:uuid:…", from parts: equal parts give the
// same id on every machine, other parts another one. The first part is the
// site's own name, so that two sites never share ids.
func ID(parts ...string) string {
	name := append(make([]byte, 0, 256), namespace[:]...)
	for _, p := range parts {
		name = strconv.AppendInt(name, int64(len(p)), 10)
		name = append(append(name, ':'), p...)
	}
	sum := sha1.Sum(name)
	u := sum[:16]
	u[6] = u[6]&0x0f | 0x50
	u[8] = u[8]&0x3f | 0x80
	id := append(name[:0], "urn:uuid:"...)
	for _, part := range [][]byte{u[:4], u[4:6], u[6:8], u[8:10], u[10:]} {
		id = append(hex.AppendEncode(id, part), '-')
	}
	return string(id[:len(id)-1])
}

// IsURI reports whether s is an absolute URI that can serve as an id in every
// format (RFC 4287 §4.2.6): a scheme, a colon, something after it, and only
// characters that a URI may hold.
func IsURI(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>\\^`{|}", c) >= 0 {
			return false
		}
	}
	u, err := url.Parse(s)
	return err == nil && u.Scheme != "" && (u.Opaque != "" || u.Host != "")
}
