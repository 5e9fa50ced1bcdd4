package stats

import "strings"

// claim is what a User-Agent states: for how many people a service polls.
type claim struct {
	subscribers int64
	stated      bool   // there is a number
	id          string // of the feed, as the service calls it; empty: not stated
}

const (
	maxClaim = 10_000_000 // a larger number is not believed
	idBytes  = 40         // of an id that are kept
)

// subscriberWords are the words next to the number, in several languages: of each
// the part that all its forms begin with. The last serviceWords of them count only in
// the User-Agent of a service.
var subscriberWords = [...]string{
	"subscriber", "abonn", "suscriptor", "assinante", "iscritt", "abonent",
	"подписчик", "订阅", "訂閱", "購読", "読者", "구독", "readers",
	"reader", "user", "follower",
}

const serviceWords = 3

// idWords stand before the id; the last is NewsBlur's.
var idWords = [...]string{"feed-id", "feedid", "feed_id", "feed id", "/site/"}

// parseClaim reads the claim in a User-Agent, which is in lower case.
func parseClaim(text string, service bool) (c claim) {
	words := subscriberWords[:]
	if !service {
		words = words[:len(words)-serviceWords]
	}
	for i := 0; i < len(words) && !c.stated; i++ {
		c.subscribers, c.stated = number(text, words[i])
	}
	c.id = idOf(text)
	return c
}

// number finds the number that stands before a word, as in "12 subscribers", or
// after it and a sign, as in "subscribers=12" and "subscriber count: 12".
func number(text, word string) (n int64, ok bool) {
	for rest := text; ; {
		before, after, found := strings.Cut(rest, word)
		if !found {
			return 0, false
		}
		if n, ok := numberBefore(text[:len(text)-len(rest)+len(before)]); ok {
			return n, true
		}
		if n, ok := numberAfter(after); ok {
			return n, true
		}
		rest = after
	}
}

func numberBefore(text string) (int64, bool) {
	text = strings.TrimRight(text, " -+")
	digits := strings.TrimRight(text, "0123456789,.'")
	if strings.HasSuffix(digits, "/") {
		return 0, false // a version
	}
	return parseNumber(strings.TrimLeft(text[len(digits):], ",.'"))
}

func numberAfter(text string) (int64, bool) {
	text = strings.TrimLeft(text, "abcdefghijklmnopqrstuvwxyz()")
	text = strings.TrimPrefix(text, " count")
	value := strings.TrimLeft(text, " :=")
	if !strings.ContainsAny(text[:len(text)-len(value)], ":=") {
		return 0, false
	}
	rest := strings.TrimLeft(value, "0123456789,.'")
	return parseNumber(strings.TrimRight(value[:len(value)-len(rest)], ",.'"))
}

// parseNumber reads a whole number, with or without separators of thousands.
func parseNumber(text string) (n int64, ok bool) {
	since := -1 // digits since the last separator; -1 before the first
	for i, c := range []byte(text) {
		switch {
		case c < '0':
			if i == 0 || since >= 0 && since != 3 || since < 0 && i > 3 {
				return 0, false
			}
			since = 0
			continue
		case since >= 0:
			since++
		}
		if n = 10*n + int64(c-'0'); n > maxClaim {
			return 0, false
		}
	}
	return n, text != "" && (since < 0 || since == 3)
}

func idOf(text string) string {
	for _, w := range idWords {
		_, after, _ := strings.Cut(text, w)
		after = strings.TrimLeft(after, " :=")
		if n := len(after) - len(strings.TrimLeft(after, "0123456789abcdefghijklmnopqrstuvwxyz-_")); n > 0 {
			return after[:min(n, idBytes)]
		}
	}
	return ""
}
