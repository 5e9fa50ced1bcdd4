package server

import (
	"iter"
	"strings"

	"feedmill/feeds/document"
)

// preferred chooses a content coding for these Accept-Encoding field lines (RFC
// 9110 §12.5.3): of those with the highest weight the first of feeds.Codings. A
// "*" stands for gzip alone, which whoever sends it is sure to undo. Where
// nothing is acceptable it chooses no coding: a readable answer serves the
// client better than a refusal.
func preferred(lines []string) preference {
	var weight [len(document.Codings)]int
	for c := range weight {
		weight[c] = unset
	}
	others := unset
	for name, q := range weights(lines) {
		switch {
		case strings.EqualFold(name, "identity"):
			weight[document.Identity] = q
		case strings.EqualFold(name, "br"):
			weight[document.Brotli] = q
		case strings.EqualFold(name, "zstd"):
			weight[document.Zstd] = q
		case strings.EqualFold(name, "gzip"), strings.EqualFold(name, "x-gzip"):
			weight[document.Gzip] = max(weight[document.Gzip], q)
		case name == "*":
			others = q
		}
	}
	if weight[document.Gzip] == unset {
		weight[document.Gzip] = others
	}
	if weight[document.Identity] == unset && others == 0 {
		weight[document.Identity] = 0
	}
	best := document.Identity
	for _, c := range document.Codings[1:] {
		if weight[c] > 0 && (weight[c] > weight[best] || best == document.Identity && weight[c] == weight[best]) {
			best = c
		}
	}
	p := preference{best: best, coded: best != document.Identity && weight[document.Identity] == 0}
	if weight[document.Gzip] > 0 {
		p.meanwhile = document.Gzip
	}
	return p
}

// preference is what a client would like best, and what it is to get meanwhile, as
// long as that is being made: Gzip or Identity. If it takes nothing but coded
// bytes, it gets the best at once.
type preference struct {
	best, meanwhile document.Coding
	coded           bool
}

// isReady reports whether of has nothing to make, where the best is not made.
func (p preference) isReady(b *document.Body) bool {
	_, made := b.Made(document.Gzip)
	return made && !p.coded
}

// of is b in the best coding that can be sent at once.
func (p preference) of(b *document.Body) (document.Coding, []byte) {
	if p.coded {
		return p.best, b.In(p.best)
	}
	coding, bytes := b.Best(p.best)
	if coding != p.best && coding != p.meanwhile {
		return document.Identity, b.In(document.Identity)
	}
	return coding, bytes
}

// weights yields the elements of a list with their q parameters in thousandths: 1000
// where there is none, 0 where it is malformed, because a client that we misread must
// not get a coding that it cannot undo.
func weights(lines []string) iter.Seq2[string, int] {
	return func(yield func(string, int) bool) {
		for _, rest := range lines {
			for rest != "" {
				var element, param string
				element, rest, _ = strings.Cut(rest, ",")
				name, params, _ := strings.Cut(element, ";")
				weight := 1000
				for params != "" {
					param, params, _ = strings.Cut(params, ";")
					if key, value, _ := strings.Cut(strings.TrimSpace(param), "="); strings.EqualFold(key, "q") {
						weight, params = thousandths(value), ""
					}
				}
				if !yield(strings.TrimSpace(name), weight) {
					return
				}
			}
		}
	}
}

const unset = -1

func thousandths(s string) int {
	if s == "" || len(s) > 5 || s[0] != '0' && s[0] != '1' || len(s) > 1 && s[1] != '.' {
		return 0
	}
	n, digit := int(s[0]-'0')*1000, 100
	for i := 2; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0
		}
		n += int(s[i]-'0') * digit
		digit /= 10
	}
	if n > 1000 {
		return 0
	}
	return n
}
