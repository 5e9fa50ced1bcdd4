package article

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"feedmill/feeds"
)

// TestDigestJSON holds digests to the JSON that they were first made of, for each
// field that an item has and will have.
func TestDigestJSON(t *testing.T) {
	var full feeds.Item
	n := 0
	fill(reflect.ValueOf(&full).Elem(), &n)
	empty := feeds.Item{Images: []feeds.Image{}, Related: []feeds.Related{}}
	for _, it := range []feeds.Item{full, empty, {}} {
		want, err := json.Marshal([]feeds.Item{it})
		if err != nil {
			t.Fatal(err)
		}
		var d digester
		for range 2 { // the second time from parts of the first
			d.json = d.json[:0]
			if d.item(&it); string(d.json)+"]" != string(want) {
				t.Errorf("got  %s]\nwant %s", d.json, want)
			}
		}
	}
}

// fill gives each field below v a value of its own.
func fill(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), n)
		fill(v.Index(1), n)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(int64(*n), 0).UTC()))
			return
		}
		for f, field := range v.Fields() {
			if f.IsExported() {
				fill(field, n)
			}
		}
	case reflect.String:
		v.SetString(fmt.Sprintf("<%d> & \"\\\n\u2028é", *n))
	case reflect.Interface: // what an item keeps, and does not say
	case reflect.Uint8:
		v.SetUint(uint64(*n % 256))
	default:
		v.SetInt(int64(*n))
	}
}

func FuzzDigestString(f *testing.F) {
	for _, s := range []string{"", "a", "<&>'\"\\/", "\x00\x01\x1f\x7f\b\f\n\r\t", "\u2028\u2029\u2027\u202a\ufffd", "\xff\xc3", "é港🙂"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var d digester
		if d.string(s); string(d.json) != string(want) {
			t.Errorf("%q: got %s, want %s", s, d.json, want)
		}
	})
}
