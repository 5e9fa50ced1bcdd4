package feedtest

import (
	"testing"
	"time"

	"feedmill/feeds"
)

// Hostile returns a feed of one item, in which every text is text, every address is
// address, and every number and time is number.
func Hostile(text, address string, number int64) *feeds.Feed {
	at := time.Unix(number, 0)
	person := feeds.Person{Name: text, Email: text, URL: address, Avatar: address}
	return &feeds.Feed{
		Site: &feeds.Site{
			Title: text, Description: text, BaseURL: address, HomeURL: address, Language: text,
			Author: person, Icon: address, Logo: address, Copyright: text,
		},
		Key: feeds.Key{Kind: feeds.Topic, Slug: text},
		ID:  address, Title: text, Name: text, Description: text, Updated: at, TTL: time.Duration(number),
		Items: []*feeds.Item{{
			ID: address, URL: address, OriginalURL: address, Title: text, Summary: text, HTML: text, Language: text,
			Published: at, Updated: at,
			AMP:        []feeds.Link{{URL: address, Title: text}},
			Authors:    []feeds.Person{person, person},
			Tags:       []feeds.Tag{{Kind: feeds.Topic, Name: text}},
			Images:     []feeds.Image{{URL: address, Width: int(number), Height: int(number), Title: text, Credit: text}},
			Video:      &feeds.Video{PlayerURL: address, PageURL: address},
			Enclosures: []feeds.Enclosure{{URL: address, Type: text, Length: number, Duration: time.Duration(number)}, {URL: address, Type: text}},
			Source:     &feeds.Source{Name: text, URL: address, Icon: address, ID: address},
			Related:    []feeds.Related{{URL: address, Title: text, Summary: text, Published: at, Provider: text}},
		}},
	}
}

// Seed adds values to a fuzz target that calls Hostile: those that are most likely to
// break a document.
func Seed(f *testing.F) {
	f.Add("plain", "https://example.com/", int64(1617035700))
	f.Add("]]> <![CDATA[ --> <b>&amp;</b> &#x26; \"'", "https://example.com/?a=\"1\"&b=<2>'", int64(0))
	f.Add("\x00\x01\x1f\x7f\u0085\ufffe\uffff\ufffd", "\x00", int64(-1<<62))
	f.Add("\xff\xed\xa0\x80 half a rune \xe6\x97", "ht tp://\xff/日本 [1]", int64(1<<62))
	f.Add("\u202eright to left\u202c 👩‍🚀 日本\u2028\u2029", "https://bücher.example/ü", int64(-1))
	f.Add(" \r\n\t ", " ", int64(253402300800))
	f.Add("", "", int64(1))
}
