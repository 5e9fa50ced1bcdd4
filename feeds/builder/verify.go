package builder

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/document"
)

// verifier looks through one document, or a part of it: ids are unique, addresses
// absolute and dates plausible.
type verifier struct {
	items  int
	ids    map[string]bool
	marks  int       // placeholders of fragments
	latest time.Time // of the dates
	err    error     // of the first thing that is wrong
}

// verify checks a document that is to take the place of a good one. Fragments
// bring the verdict on themselves along, so that here only the frame is looked
// through. A malformed document is errMalformed; anything else wrong leaves it
// readable.
func verify(d *document.Document, fragments []document.Placed, now time.Time) error {
	v := &verifier{ids: make(map[string]bool, len(fragments))}
	if err := v.document(d.Format, frame(d, fragments), len(fragments)); err != nil {
		return fmt.Errorf("%w: %w", errMalformed, err)
	}
	for _, g := range fragments {
		if errors.Is(g.Verdict.Err, errMalformed) {
			return g.Verdict.Err
		}
		v.fragment(g.Verdict)
	}
	if len(v.ids) < v.items {
		v.fail("an item has no id")
	}
	if v.latest.After(now.Add(24 * time.Hour)) { // give or take the clocks of the world
		v.fail("the date %q is not plausible: it is yet to come", v.latest.Format(time.RFC3339))
	}
	return v.err
}

// inspect checks an item in one format, as verify does but for what depends on
// other items and on the time.
func inspect(f feeds.Format, fragment []byte) document.Verdict {
	v := &verifier{ids: map[string]bool{}}
	var err error
	if f == feeds.JSON {
		var it jsonItem
		if err = json.Unmarshal(fragment, &it); err == nil {
			v.jsonItem(&it)
		}
	} else {
		err = wellFormed(fragment, v.field)
	}
	if err != nil {
		return document.Verdict{Err: fmt.Errorf("%w: %w", errMalformed, err)}
	}
	found := document.Verdict{Latest: v.latest, Err: v.err}
	for found.ID = range v.ids {
		return found
	}
	return found
}

// The placeholders are what nothing else in a frame is.
const (
	xmlPlaceholder  = "<fragment></fragment>"
	jsonPlaceholder = "null"
)

// frame is a document with a placeholder for each fragment: it is well-formed
// with all of them in their places if, and only if, the document is with well-formed
// fragments.
func frame(d *document.Document, fragments []document.Placed) []byte {
	if len(fragments) == 0 {
		return d.Body
	}
	placeholder := xmlPlaceholder
	if d.Format == feeds.JSON {
		placeholder = jsonPlaceholder
	}
	var b []byte
	from := 0
	for _, g := range fragments {
		b = append(append(b, d.Body[from:g.At]...), placeholder...)
		from = g.At + len(g.Bytes)
	}
	return append(b, d.Body[from:]...)
}

// document checks a document in which that many placeholders stand.
func (v *verifier) document(f feeds.Format, body []byte, placeholders int) error {
	var err error
	if f == feeds.JSON {
		err = v.json(body)
	} else {
		err = wellFormed(body, v.field)
	}
	if err == nil && v.marks != placeholders {
		err = fmt.Errorf("%d of %d items are not where items stand", placeholders-v.marks, placeholders)
	}
	return err
}

func (v *verifier) fragment(found document.Verdict) {
	v.items++
	if found.Err != nil {
		v.fail("%w", found.Err)
	}
	v.id(found.ID)
	if found.Latest.After(v.latest) {
		v.latest = found.Latest
	}
}

var errMalformed = errors.New("malformed")

func (v *verifier) fail(format string, args ...any) {
	if v.err == nil {
		v.err = fmt.Errorf(format, args...)
	}
}

// field checks an element or attribute of RSS or Atom.
func (v *verifier) field(parent, name, value []byte) {
	switch string(name) {
	case "fragment":
		if p := string(parent); p == "feed" || p == "channel" {
			v.marks++
		}
	case "title", "guid", "id":
		if p := string(parent); p != "item" && p != "entry" {
			return
		}
		if string(name) == "title" { // no item is without
			v.items++
			return
		}
		v.id(string(value))
	case "link", "url", "uri", "icon", "logo", "@href", "@url":
		if len(value) > 0 || name[0] == '@' { // Atom's link has no text
			v.url(string(value))
		}
	case "pubDate", "lastBuildDate":
		v.date(string(value), time.RFC1123Z)
	case "updated", "published", "atom:updated":
		v.date(string(value), time.RFC3339)
	}
}

type jsonItem struct {
	ID            string `json:"id"`
	URL           string `json:"url"`
	ExternalURL   string `json:"external_url"`
	Image         string `json:"image"`
	DatePublished string `json:"date_published"`
	DateModified  string `json:"date_modified"`
}

// json checks a JSON Feed.
func (v *verifier) json(body []byte) error {
	var f struct {
		HomePageURL string      `json:"home_page_url"`
		FeedURL     string      `json:"feed_url"`
		Items       []*jsonItem `json:"items"`
	}
	if err := json.Unmarshal(body, &f); err != nil {
		return err
	}
	v.url(f.FeedURL)
	v.url(f.HomePageURL)
	for _, it := range f.Items {
		if it == nil {
			v.marks++
		} else {
			v.jsonItem(it)
		}
	}
	return nil
}

func (v *verifier) jsonItem(it *jsonItem) {
	v.id(it.ID)
	for _, u := range []string{it.URL, it.ExternalURL, it.Image} {
		if u != "" {
			v.url(u)
		}
	}
	for _, d := range []string{it.DatePublished, it.DateModified} {
		if d != "" {
			v.date(d, time.RFC3339)
		}
	}
}

func (v *verifier) id(id string) {
	if strings.TrimSpace(id) == "" {
		v.fail("an item has no id")
	}
	if v.ids[id] {
		v.fail("the id %s is there twice", id)
	}
	v.ids[id] = true
}

func (v *verifier) url(u string) {
	scheme, rest, ok := strings.Cut(u, ":")
	if !ok || rest == "" || scheme == "" || strings.ContainsAny(scheme, "/?#&. ") {
		v.fail("the address %q is not absolute", u)
	}
}

// date is one that somebody can have stated: year 1 is that of a time never set.
func (v *verifier) date(s, layout string) {
	t, err := time.Parse(layout, s)
	if err != nil || t.Year() < 2 {
		v.fail("the date %q is not plausible", s)
	} else if t.After(v.latest) {
		v.latest = t
	}
}
