package article

import (
	"cmp"
	"strings"

	"feedmill/feeds"
)

// links sets the address of the article's page: the first one that the file
// states, else one made of a pattern; slug is the file's name without its date.
// An original address that is the same is dropped.
func (r *reader) links(slug string) {
	it, permalink := r.item, ""
	if it.URL == "" {
		permalink = r.raw(r.permalink)
		it.URL = cmp.Or(r.stated(permalink), it.OriginalURL)
	}
	r.a.Link = strings.Clone(r.p.site.Own(it.URL))
	if it.URL == "" {
		it.URL = r.fromPattern(permalink, slug)
	}
	if it.OriginalURL == it.URL {
		it.OriginalURL = ""
	}
}

// stated returns the address that the permalink states; "" if it is a pattern.
func (r *reader) stated(permalink string) string {
	s := strings.TrimSpace(permalink)
	switch {
	case s == "" || placeholder.MatchString(s) && !strings.Contains(s, "://"):
		return ""
	case strings.HasPrefix(s, "/") && !strings.HasPrefix(s, "//"):
		if s = r.p.site.Below(s); !r.fits(r.permalink, s) {
			return ""
		}
		return s
	}
	return r.web(r.permalink)
}

// fromPattern returns the address made of the permalink, if it is a pattern, or of
// the pattern of the article's folder; "" if that is not possible.
func (r *reader) fromPattern(permalink, slug string) string {
	dir, folder, _ := r.p.folder(r.path)
	pattern := folder.Link
	switch {
	case !placeholder.MatchString(permalink):
	case len(permalink) > maxPattern:
		r.warn(r.permalink, "a pattern longer than 1 KiB")
	default:
		pattern = permalink
	}
	if pattern == "" {
		return ""
	}
	s := r.p.site.Below(expand(pattern, r.linkParts(dir, folder, slug).named))
	if !r.fits(value{}, s) {
		return ""
	}
	return s
}

// addAMP adds the address of an AMP version of the page.
func (r *reader) addAMP(v value, title string) {
	if u := r.web(v); u != "" {
		r.item.AMP = append(r.item.AMP, feeds.Link{URL: u, Title: title})
	}
}
