package mix

import (
	"fmt"
	"strconv"
	"strings"

	"feedmill/feeds"
)

// Bounds of what a composed feed can ask for.
const (
	maxMixTerms = 16   // names, texts and numbers
	maxMixBytes = 1024 // of an expression, unescaped
	maxMixCount = 200  // items
)

// Parse reads the unescaped path segments between /mix/ and the document's
// name. Each is a condition, and all of them hold together, in any order:
//
//	joe-biden           about the topic
//	joe-biden,election  about at least one of them
//	type:video,audio    so too by type:, category: and provider:
//	not:sport           not about it; not:type:video and so on
//	title:rate-cut      with this text in the title
//	quality:100         of at least this quality; so too heat: (187.5 is rounded down to 100)
//	count:20            at most so many items
//
// find returns the key of the feed that somebody may mean by a key, whose slug then
// is any of the feed's names; ok is false where there is none. An error is for whoever typed the address: it names the
// condition that is wrong.
func Parse(segments []string, find func(feeds.Key) (feeds.Key, bool)) (*Mix, error) {
	p := &mixParser{find: find}
	size := 0
	for _, s := range segments {
		size += len(s)
	}
	if len(segments) == 0 || size > maxMixBytes {
		return nil, fmt.Errorf("a composed feed needs at least one condition, and at most %d bytes of them, as in /mix/joe-biden/type:video/", maxMixBytes)
	}
	for _, s := range segments {
		if err := p.condition(s); err != nil {
			return nil, err
		}
		if p.terms > maxMixTerms {
			return nil, fmt.Errorf("a composed feed has at most %d names, texts and numbers", maxMixTerms)
		}
	}
	p.mix.sort()
	return &p.mix, nil
}

type mixParser struct {
	mix   Mix
	find  func(feeds.Key) (feeds.Key, bool)
	terms int
}

func (p *mixParser) condition(s string) error {
	word, rest, stated := strings.Cut(s, ":")
	if !stated {
		return p.of(feeds.Topic, s)
	}
	word = strings.ToLower(word)
	if k, ok := mixKind(word); ok {
		return p.of(k, rest)
	}
	if word == "not" {
		return p.not(rest)
	}
	p.terms++
	switch word {
	case "title":
		if feeds.SlugText(rest) == "" {
			return fmt.Errorf("%q: after the colon come letters or digits to look for in titles", s)
		}
		p.mix.Title = append(p.mix.Title, feeds.Slug(rest))
		return nil
	case "quality":
		return atLeast(&p.mix.Quality, s, rest)
	case "heat":
		return atLeast(&p.mix.Heat, s, rest)
	case "count":
		return p.count(s, rest)
	}
	return fmt.Errorf("%q: a condition is the name of a topic, or one of the words %s not: title: quality: heat: count: with a value behind it", s, kindWords())
}

// mixKind is the kind of feed that a word before a colon names.
func mixKind(word string) (feeds.Kind, bool) {
	for _, k := range feeds.Kinds[1:] {
		if word == k.String() || word == k.Plural() {
			return k, true
		}
	}
	return 0, false
}

// kindWords are the words that name a kind of feed: "topic: category: …".
func kindWords() string { return strings.Join(feeds.KindNames()[1:], ": ") + ":" }

func (p *mixParser) of(k feeds.Kind, list string) error {
	group, err := p.keys(k, list)
	p.mix.Of = append(p.mix.Of, group)
	return err
}

func (p *mixParser) not(list string) error {
	kind := feeds.Topic
	if word, rest, stated := strings.Cut(list, ":"); stated {
		k, ok := mixKind(strings.ToLower(word))
		if !ok {
			return fmt.Errorf("%q: after not: comes the name of a topic, or one of these words with a name behind it: %s", list, kindWords())
		}
		kind, list = k, rest
	}
	group, err := p.keys(kind, list)
	p.mix.Without = append(p.mix.Without, group...)
	return err
}

// keys finds what a list of names stands for.
func (p *mixParser) keys(k feeds.Kind, list string) (all []feeds.Key, err error) {
	for name := range strings.SplitSeq(list, ",") {
		if p.terms++; p.terms > maxMixTerms {
			break
		}
		var found feeds.Key
		known := false
		if name != "" {
			found, known = p.find(feeds.Key{Kind: k, Slug: name})
		}
		if !known || strings.ContainsAny(found.Slug, ",:") { // which the settings may give a topic, but no expression can hold
			return all, fmt.Errorf("there is no %s %q", k, name)
		}
		all = append(all, found)
	}
	return all, nil
}

// atLeast takes in a lower bound, rounded; of several the highest counts.
func atLeast(bound **float64, s, number string) error {
	n, err := strconv.ParseFloat(firstDigit(number), 64)
	if err != nil || len(number) > 15 || strings.Trim(number, "0123456789.") != "" {
		return fmt.Errorf("%q: after the colon comes a number such as 100 or 0.5", s)
	}
	if *bound == nil || **bound < n {
		*bound = &n
	}
	return nil
}

// firstDigit rounds a decimal number down to its first digit other than zero: 187.5 is
// 100.0, and 0.057 is 0.050. The numbers of an article are shown nowhere, so nobody
// is to find them out by asking for feeds with ever closer bounds.
func firstDigit(number string) string {
	first := strings.IndexAny(number, "123456789")
	zeroed := strings.Map(func(r rune) rune {
		if r < '1' || r > '9' {
			return r
		}
		return '0'
	}, number[first+1:])
	return number[:first+1] + zeroed
}

// count takes in how many items there are to be; of several the lowest counts.
func (p *mixParser) count(s, number string) error {
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > maxMixCount || number[0] == '+' {
		return fmt.Errorf("%q: after the colon comes a number from 1 to %d", s, maxMixCount)
	}
	if p.mix.Count == 0 || n < p.mix.Count {
		p.mix.Count = n
	}
	return nil
}
