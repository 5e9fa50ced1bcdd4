package builder

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"feedmill/feeds"
)

// verifier looks through one document: ids are unique, addresses absolute and
// dates plausible.
type verifier struct {
	now   time.Time
	items int
	ids   map[string]bool
	err   error // of the first thing that is wrong
}

// verify checks a document that is to take the place of a good one. A
// malformed one is errMalformed; anything else wrong leaves it readable.
func verify(d *feeds.Document, now time.Time) error {
	v := &verifier{now: now, ids: map[string]bool{}}
	var err error
	if d.Format == feeds.JSON {
		err = v.json(d.Body)
	} else {
		err = wellFormed(d.Body, v.field)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errMalformed, err)
	}
	if len(v.ids) < v.items {
		v.fail("an item has no id")
	}
	return v.err
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

// json checks a JSON Feed.
func (v *verifier) json(body []byte) error {
	var f struct {
		HomePageURL string `json:"home_page_url"`
		FeedURL     string `json:"feed_url"`
		Items       []struct {
			ID            string `json:"id"`
			URL           string `json:"url"`
			ExternalURL   string `json:"external_url"`
			Image         string `json:"image"`
			DatePublished string `json:"date_published"`
			DateModified  string `json:"date_modified"`
		} `json:"items"`
	}
	if err := json.Unmarshal(body, &f); err != nil {
		return err
	}
	v.url(f.FeedURL)
	v.url(f.HomePageURL)
	for _, it := range f.Items {
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
	return nil
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

// date is one that somebody can have stated: what is shown has happened, give or
// take the clocks of the world, and year 1 is that of a time never set.
func (v *verifier) date(s, layout string) {
	t, err := time.Parse(layout, s)
	if err != nil || t.Year() < 2 || t.After(v.now.Add(24*time.Hour)) {
		v.fail("the date %q is not plausible", s)
	}
}

// kept is the last good document of a feed in each format, and why a later one
// is not served. It outlives revisions, so that none of them has to be kept.
type kept struct {
	mu      sync.Mutex
	newest  int // number of revisions so far
	formats [len(feeds.Formats)]struct {
		good    *feeds.Document
		of      int   // revision that good or problem is of
		problem error // nil: good is the newest that was asked for
	}
}

// checked makes a revision that takes the place of the last one document by
// document, each when it is first asked for and found good.
func (b *Builder) checked(k *kept, path func(feeds.Format) string, r *feeds.Revision) *feeds.Revision {
	k.mu.Lock()
	k.newest++
	number := k.newest
	k.mu.Unlock()
	return r.Checked(func(f feeds.Format, d *feeds.Document, err error) (*feeds.Document, error) {
		if err == nil {
			err = verify(d, b.opt.Now())
		}
		if err == nil {
			k.keep(number, f, d, nil)
			return d, nil
		}
		if errors.Is(err, errMalformed) {
			d = nil
		}
		good := k.keep(number, f, d, err)
		b.opt.Logger.Error("document is not good; the last good one stays, if there is one", "url", path(f), "err", err)
		switch {
		case good != nil:
			return good, nil
		case d != nil:
			return d, nil // odd, and better than none
		}
		return nil, err
	})
}

// keep notes what became of a document and returns the last good one.
func (k *kept) keep(number int, f feeds.Format, d *feeds.Document, problem error) *feeds.Document {
	k.mu.Lock()
	defer k.mu.Unlock()
	e := &k.formats[f]
	if number >= e.of { // somebody may ask for an old revision late
		e.of, e.problem = number, problem
		if problem == nil {
			e.good = d
		}
	}
	return e.good
}

// unfit lists the documents that are not served because they are not good.
func (b *Builder) unfit() []*feeds.Problem {
	var all []*feeds.Problem
	for _, w := range b.windows {
		w.kept.mu.Lock()
		for i, e := range w.kept.formats {
			if e.problem != nil {
				all = append(all, &feeds.Problem{Message: fmt.Sprintf("%s: %s", w.meta.key.DocumentPath(feeds.Formats[i]), e.problem)})
			}
		}
		w.kept.mu.Unlock()
	}
	return all
}
