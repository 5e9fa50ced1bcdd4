package article

import (
	"crypto/sha256"
	"encoding/json"
	"io"
	"strings"
	"time"

	"golang.org/x/net/html/atom"

	"feedmill/feeds"
)

// Digest stands for what a reader sees.
type Digest [16]byte

// digests returns two: visible covers everything the item and its membership are
// made of, content only what the file holds, whatever it is called and wherever
// it lies. Neither depends on an id made of the path, on the order of keys, on
// the address the site is published at, or on white space without meaning.
func (a *draft) digests() (visible, content Digest) {
	base := a.local()
	text := canonical(a.body.text, a.body.markup)
	visible = sum(text, base, a.Member, a.Published, a.NotBefore, a.Expires, a.Hidden, a.body.markup, a.body.featured)
	base.URL, base.Video, base.ID = "", nil, ""
	if a.named.title {
		base.Title = ""
	}
	published := a.Published
	if a.named.date {
		published, base.Published, base.Updated = time.Time{}, time.Time{}, a.Stated
	}
	return visible, sum(text, base, a.Member, published, a.body.markup, a.body.featured)
}

func sum(text string, values ...any) (d Digest) {
	h := sha256.New()
	json.NewEncoder(h).Encode(values) // plain data: cannot fail
	io.WriteString(h, text)
	copy(d[:], h.Sum(nil))
	return d
}

// local is the item with every address of the site's own cut down to its path.
func (a *draft) local() feeds.Item {
	it := a.base
	if !a.Explicit {
		it.ID = ""
	}
	own := a.body.p.urls.own
	it.URL, it.OriginalURL = own(it.URL), own(it.OriginalURL)
	it.AMP = mapped(it.AMP, func(l *feeds.Link) { l.URL = own(l.URL) })
	it.Authors = mapped(it.Authors, func(p *feeds.Person) { p.URL, p.Avatar = own(p.URL), own(p.Avatar) })
	it.Images = mapped(it.Images, func(i *feeds.Image) { i.URL = own(i.URL) })
	it.Enclosures = mapped(it.Enclosures, func(e *feeds.Enclosure) { e.URL = own(e.URL) })
	it.Related = mapped(it.Related, func(r *feeds.Related) { r.URL = own(r.URL) })
	if it.Video != nil {
		v := feeds.Video{PlayerURL: own(it.Video.PlayerURL), PageURL: own(it.Video.PageURL)}
		it.Video = &v
	}
	if it.Source != nil {
		s := *it.Source
		s.URL, s.Icon = own(s.URL), own(s.Icon)
		it.Source = &s
	}
	return it
}

// mapped is a copy of list with change made to each element.
func mapped[T any](list []T, change func(*T)) []T {
	if list == nil {
		return nil
	}
	all := make([]T, len(list))
	for i, e := range list {
		change(&e)
		all[i] = e
	}
	return all
}

// own is what tells an address from others wherever the site is published:
// without the scheme, and below the site without its host and folder.
func (r resolver) own(u string) string {
	_, rest, ok := strings.Cut(u, "://")
	if !ok || r.site == nil {
		return u
	}
	if path, ok := strings.CutPrefix(rest, r.site.Host+r.site.EscapedPath()); ok {
		return "/" + path
	}
	return rest
}

// canonical is a body without the white space that readers never see: at the
// ends of lines and of the text, and, in HTML, wherever more than one space
// stands outside of pre elements.
func canonical(text string, m Markup) string {
	if m == HTML && !strings.Contains(text, "<pre") && !strings.Contains(text, "<textarea") {
		return tighten(text)
	}
	var out []string
	blank, fence := false, ""
	for line := range strings.SplitSeq(text, "\n") {
		if m == Markdown {
			fence = fenceAfter(fence, line)
		}
		if fence == "" {
			line = trimEnd(line, m)
		}
		if line == "" && fence == "" {
			blank = true
			continue
		}
		if blank && len(out) > 0 {
			out = append(out, "")
		}
		blank = false
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

// trimEnd takes white space off the end of a line, but not a hard line break.
func trimEnd(line string, m Markup) string {
	trimmed := strings.TrimRight(line, " \t")
	if m == Markdown && trimmed != "" && strings.HasSuffix(line, "  ") {
		trimmed += "  "
	}
	return trimmed
}

// fenceAfter is the mark of the code block that is open after a line; empty
// where none is.
func fenceAfter(open, line string) string {
	line = strings.TrimLeft(line, " ")
	for _, mark := range []string{"```", "~~~"} {
		if strings.HasPrefix(line, mark) {
			switch open {
			case "":
				return mark
			case mark:
				return ""
			}
		}
	}
	return open
}

// tighten makes one space of each run of white space, and none next to the tags
// of blocks.
func tighten(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		end := strings.IndexByte(s[i:], '>')
		if end < 0 {
			b.WriteString(s)
			return b.String()
		}
		before, tag, after := s[:i], s[i:i+end+1], s[i+end+1:]
		if blockTag(tag) {
			before, after = strings.TrimSuffix(before, " "), strings.TrimPrefix(after, " ")
		}
		b.WriteString(before)
		b.WriteString(tag)
		s = after
	}
}

func blockTag(tag string) bool {
	name := strings.ToLower(strings.Trim(tag, "</>"))
	name, _, _ = strings.Cut(name, " ")
	return block(atom.Lookup([]byte(name)))
}
