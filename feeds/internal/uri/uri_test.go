package uri

import "testing"

func TestEscape(t *testing.T) {
	for in, want := range map[string]string{
		"":                                              "",
		"https://example.com/a?b=c&d=%20#e":             "https://example.com/a?b=c&d=%20#e",
		" https://example.com/a b\n":                    "https://example.com/a%20b",
		"https://example.com/日本":                        "https://example.com/%E6%97%A5%E6%9C%AC",
		"https://bücher.example:8080/ü?q=ü":             "https://xn--bcher-kva.example:8080/%C3%BC?q=%C3%BC",
		"https://me@bücher.example":                     "https://me@xn--bcher-kva.example",
		"https://[2001:db8::1]/?a[]=1":                  "https://[2001:db8::1]/?a%5B%5D=1",
		"https://example.com/100%":                      "https://example.com/100%25",
		"https://example.com/%zz%4":                     "https://example.com/%25zz%254",
		"https://example.com/\"<>\\^`{|}\x00":           "https://example.com/%22%3C%3E%5C%5E%60%7B%7C%7D%00",
		"https://example.com/\xff":                      "https://example.com/%FF",
		"tag:example.com,2021:föö":                      "tag:example.com,2021:f%C3%B6%C3%B6",
		"urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a": "urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a",
	} {
		if got := Escape(in); got != want {
			t.Errorf("Escape(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzEscape(f *testing.F) {
	f.Add("https://bücher.example/a b")
	f.Add("https://[::1]:80/?[]%")
	f.Add("\xff://\xfe")
	f.Fuzz(func(t *testing.T, in string) {
		got := Escape(in)
		for i := range len(got) {
			if got[i] <= ' ' || got[i] >= 0x7F {
				t.Fatalf("Escape(%q) = %q keeps byte %#x", in, got, got[i])
			}
		}
		if again := Escape(got); again != got {
			t.Fatalf("Escape(%q) = %q, and again %q", in, got, again)
		}
	})
}
