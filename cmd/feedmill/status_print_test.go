package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode"

	"feedmill/feeds/status"
)

// FuzzPrintStatus: whatever is said to be the state, nothing in it steers a
// terminal or stops the program.
func FuzzPrintStatus(f *testing.F) {
	f.Add([]byte(`{"ready":true,"version":"1\u001b[2J","held":{"feed":"x\ny"},"problems":["a.md:1:2: title: \u202eodd\r"],"kept":{"a.md":"2026-11-25T00:00:00Z"},
		"polled":{"subscribers":3,"readers":[{"name":"\u0007","subscribers":3,"share":1}],"days":[{"date":"\t","polls":4,"subscribers":-9,"status":{"304":2}},{"subscribers":9,"polls":1}]},
		"by_feed":[{"name":"t\u0000","polls":1}],"rounds":[{"took_ms":1e300,"change_to_served_ms":-4}],"scheduled":[{"title":"\u009b31m","path":"p"}]}`))
	f.Add([]byte(`{"polled":{},"by_feed":[null]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var s status.Status
		if json.Unmarshal(text, &s) != nil {
			return
		}
		var b bytes.Buffer
		if err := printStatus(&b, &s, false); err != nil {
			t.Fatal(err)
		}
		if i := strings.IndexFunc(b.String(), func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) || unicode.Is(unicode.Bidi_Control, r) }); i >= 0 {
			t.Errorf("%q in %q", b.String()[i:min(i+10, b.Len())], b.String())
		}
	})
}
