package feeds

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Fold is what the variants of one name have in common: case, Unicode
// composition and the amount of white space do not count. Equal folds mean one
// topic. Fold(Fold(s)) is Fold(s): hence the second pass, for scripts (Cherokee)
// whose case folding leads to capitals.
func Fold(name string) string {
	if plainASCII(name) {
		return strings.ToLower(name)
	}
	return foldAny(name)
}

// foldAny is Fold for names in any script. Bytes that are no UTF-8 go first: norm
// leaves the letter after one as it is.
func foldAny(name string) string {
	composed := norm.NFKC.String(strings.ToValidUTF8(name, "\uFFFD"))
	return strings.Join(strings.Fields(norm.NFKC.String(strings.ToLower(cases.Fold().String(composed)))), " ")
}

// plainASCII reports whether name needs no more than lower case to be folded.
func plainASCII(name string) bool {
	before := byte(' ')
	for i := range len(name) {
		c := name[i]
		if c < ' ' || c >= 0x7f || c == ' ' && before == ' ' {
			return false
		}
		before = c
	}
	return name == "" || before != ' '
}

// symbols that tell names apart are written out; all others separate words.
var symbols = map[rune]string{
	'+': "plus", '#': "sharp", '&': "and", '@': "at", '%': "percent", '$': "dollar", '€': "euro",
	'=': "equals", '*': "star", '<': "less", '>': "greater",
}

// Slug makes a readable URL segment of a name in any script: letters, marks and
// digits in lower case with single hyphens between words, and symbols written
// out, so that "C", "C++" and "C#" become c, c-plus-plus and c-sharp. A leading
// or inner dot counts (".NET" is dot-net). It is never empty: a name
// without any letter, digit or known symbol gives "x" and its code points.
// Long names are cut. Different names can share a slug; [Slugs] tells them apart.
func Slug(name string) string {
	folded := Fold(name)
	if words := slugWords(folded); words != "" {
		return norm.NFC.String(shorten(strings.Split(words, "-")))
	}
	slug, runes := "x", []rune(folded)
	for _, r := range runes[:min(len(runes), 16)] {
		slug += "-" + strconv.FormatInt(int64(r), 16)
	}
	return slug
}

// SlugText is the whole of a text as the words of a slug, uncut; empty where it
// has none. A text holds another one, whatever the case and marks between words,
// if its SlugText holds the other's.
func SlugText(text string) string { return norm.NFC.String(slugWords(Fold(text))) }

// slugWords joins the words of a folded text by hyphens. Titles are searched by the
// ten thousand, so it goes through the text once.
func slugWords(folded string) string {
	slug := make([]byte, 0, len(folded)+8)
	apart := true // what comes is another word
	add := func(s string) {
		if apart && len(slug) > 0 {
			slug = append(slug, '-')
		}
		slug, apart = append(slug, s...), false
	}
	for i, r := range folded {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r):
			add(folded[i : i+utf8.RuneLen(r)])
		case unicode.IsMark(r):
			if !apart && !unicode.Is(unicode.Variation_Selector, r) { // a mark needs a letter to stand on
				add(string(r))
			}
		case r == '\'', r == '’':
		default:
			word := symbols[r]
			if next, _ := utf8.DecodeRuneInString(folded[i+1:]); r == '.' && unicode.IsLetter(next) && (i == 0 || folded[i-1] == ' ') {
				word = "dot"
			}
			if apart = true; word != "" {
				add(word)
				apart = true
			}
		}
	}
	return string(slug)
}

// maxSlug bounds a slug, in bytes, so that it can be a file's name with room to
// spare.
const maxSlug = 120

// shorten joins as many words as there is room for.
func shorten(words []string) string {
	s := strings.ToValidUTF8(words[0][:min(len(words[0]), maxSlug)], "") // not within a character
	for _, w := range words[1:] {
		if len(s)+1+len(w) > maxSlug {
			break
		}
		s += "-" + w
	}
	return s
}

// Slugs gives each of several names with the same [Slug] one of its own. The
// result depends on the set of names only, not on their order: the name that
// the slug spells exactly keeps it (else the first in order of Fold), unless it
// is taken already, and the others get a short suffix made of the name. folds
// must be folded.
func Slugs(folds []string, taken bool) map[string]string {
	owner, exact := "", false
	slugs := make(map[string]string, len(folds))
	for _, f := range folds {
		slugs[f] = Slug(f)
		spelled := strings.ReplaceAll(f, " ", "-") == slugs[f]
		if owner == "" || spelled && !exact || spelled == exact && f < owner {
			owner, exact = f, spelled
		}
	}
	for _, f := range folds {
		if f != owner || taken {
			id := ID("slug", f)
			slugs[f] += "-" + id[len(id)-6:]
		}
	}
	return slugs
}
