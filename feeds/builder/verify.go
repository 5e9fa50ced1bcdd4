package builder

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"feedmill/feeds"
)

// verify checks what the encoders take for granted: that every item has an id of
// its own, that addresses are absolute and dates plausible at the time now. That
// documents are well-formed whatever a feed holds is the promise of the encoders.
func verify(f *feeds.Feed, now time.Time) error {
	ids := make(map[string]bool, len(f.Items))
	for _, it := range f.Items {
		if strings.TrimSpace(it.ID) == "" {
			return errors.New("an item has no id")
		}
		if ids[it.ID] {
			return fmt.Errorf("the id %s is there twice", it.ID)
		}
		ids[it.ID] = true
		if err := verifyItem(it, now); err != nil {
			return err
		}
	}
	return absolute(f.Site.BaseURL, f.Site.HomeURL, f.Site.Icon, f.Site.Logo)
}

func verifyItem(it *feeds.Item, now time.Time) error {
	err := absolute(it.URL, it.OriginalURL)
	for _, i := range it.Images {
		err = cmp.Or(err, absolute(i.URL))
	}
	for _, e := range it.Enclosures {
		err = cmp.Or(err, absolute(e.URL))
	}
	for _, l := range it.AMP {
		err = cmp.Or(err, absolute(l.URL))
	}
	for _, r := range it.Related {
		err = cmp.Or(err, absolute(r.URL))
	}
	for _, t := range [...]time.Time{it.Published, it.Updated} {
		if !t.IsZero() && (t.Year() < 2 || t.After(now.Add(24*time.Hour))) { // clocks differ; year 1 is that of a time never set
			err = cmp.Or(err, fmt.Errorf("the date %q is not plausible", t.Format(time.RFC3339)))
		}
	}
	return err
}

// absolute checks that each address is, unless it is empty.
func absolute(addresses ...string) error {
	for _, a := range addresses {
		scheme, rest, ok := strings.Cut(a, ":")
		if a != "" && (!ok || rest == "" || scheme == "" || strings.ContainsAny(scheme, "/?#&. ")) {
			return fmt.Errorf("the address %q is not absolute", a)
		}
	}
	return nil
}
