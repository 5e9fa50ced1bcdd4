package article

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"feedmill/feeds"
)

// What follows writes the JSON that package encoding/json would, to the byte:
// digests are kept over restarts. Every address is cut down to what tells it
// apart wherever the site is published.

func (d *digester) item(it *feeds.Item) {
	d.field(`[{"ID":`, it.ID)
	d.url(`,"URL":`, it.URL)
	d.part(0, func() {
		d.url(`,"OriginalURL":`, it.OriginalURL)
		d.raw(`,"AMP":`)
		array(d, it.AMP, d.link)
	})
	d.field(`,"Title":`, it.Title)
	d.part(1, func() {
		d.field(`,"Summary":`, it.Summary)
		d.field(`,"HTML":`, it.HTML)
	})
	d.raw(`,"Published":`)
	d.time(it.Published)
	d.raw(`,"Updated":`)
	d.time(it.Updated)
	d.part(2, func() {
		d.raw(`,"Authors":`)
		array(d, it.Authors, d.person)
		d.field(`,"Language":`, it.Language)
		d.raw(`,"Tags":`)
		d.tags(it.Tags)
		d.raw(`,"Images":`)
		array(d, it.Images, d.image)
	})
	d.raw(`,"Video":`)
	d.video(it.Video)
	d.part(3, func() {
		d.raw(`,"Enclosures":`)
		array(d, it.Enclosures, d.enclosure)
		d.raw(`,"Source":`)
		d.source(it.Source)
		d.raw(`,"Related":`)
		array(d, it.Related, d.related)
	})
	d.raw(`}`)
}

// part writes what is the same in both digests, the second time as the first.
func (d *digester) part(i int, write func()) {
	if len(d.parts[i]) > 0 {
		d.json = append(d.json, d.parts[i]...)
		return
	}
	start := len(d.json)
	write()
	d.parts[i] = append(d.parts[i], d.json[start:]...)
}

func (d *digester) link(l *feeds.Link) {
	d.url(`{"URL":`, l.URL)
	d.field(`,"Title":`, l.Title)
}

func (d *digester) person(p *feeds.Person) {
	d.field(`{"Name":`, p.Name)
	d.field(`,"Email":`, p.Email)
	d.url(`,"URL":`, p.URL)
	d.url(`,"Avatar":`, p.Avatar)
}

func (d *digester) tags(tags []feeds.Tag) {
	array(d, tags, func(t *feeds.Tag) {
		d.number(`{"Kind":`, int64(t.Kind))
		d.field(`,"Name":`, t.Name)
	})
}

func (d *digester) image(i *feeds.Image) {
	d.url(`{"URL":`, i.URL)
	d.number(`,"Width":`, int64(i.Width))
	d.number(`,"Height":`, int64(i.Height))
	d.field(`,"Title":`, i.Title)
	d.field(`,"Credit":`, i.Credit)
}

func (d *digester) video(v *feeds.Video) {
	if v == nil {
		d.raw("null")
		return
	}
	d.url(`{"PlayerURL":`, v.PlayerURL)
	d.url(`,"PageURL":`, v.PageURL)
	d.raw("}")
}

func (d *digester) enclosure(e *feeds.Enclosure) {
	d.url(`{"URL":`, e.URL)
	d.field(`,"Type":`, e.Type)
	d.number(`,"Length":`, e.Length)
	d.number(`,"Duration":`, int64(e.Duration))
}

func (d *digester) source(s *feeds.Source) {
	if s == nil {
		d.raw("null")
		return
	}
	d.field(`{"Name":`, s.Name)
	d.url(`,"URL":`, s.URL)
	d.url(`,"Icon":`, s.Icon)
	d.field(`,"ID":`, s.ID)
	d.raw("}")
}

func (d *digester) related(r *feeds.Related) {
	d.url(`{"URL":`, r.URL)
	d.field(`,"Title":`, r.Title)
	d.field(`,"Summary":`, r.Summary)
	d.raw(`,"Published":`)
	d.time(r.Published)
	d.field(`,"Provider":`, r.Provider)
}

// array writes elements, of which element writes all but the closing brace.
func array[T any](d *digester, list []T, element func(*T)) {
	if list == nil {
		d.raw("null")
		return
	}
	d.raw("[")
	for i := range list {
		if i > 0 {
			d.raw(",")
		}
		element(&list[i])
		d.raw("}")
	}
	d.raw("]")
}

func (d *digester) raw(s string) { d.json = append(d.json, s...) }

func (d *digester) field(name, s string) {
	d.raw(name)
	d.string(s)
}

func (d *digester) url(name, u string) { d.field(name, d.urls.Own(u)) }

func (d *digester) number(name string, n int64) {
	d.raw(name)
	d.json = strconv.AppendInt(d.json, n, 10)
}

func (d *digester) time(t time.Time) {
	d.raw(`"`)
	d.json = t.AppendFormat(d.json, time.RFC3339Nano)
	d.raw(`"`)
}

func (d *digester) times(all ...time.Time) {
	for _, t := range all {
		d.raw(",")
		d.time(t)
	}
}

func (d *digester) strings(all ...string) {
	for _, s := range all {
		d.field(",", s)
	}
}

// jsonByte is set for what needs no escape, also not within HTML.
var jsonByte = func() (set [256]bool) {
	for c := byte(' '); c < utf8.RuneSelf; c++ {
		set[c] = strings.IndexByte("\"\\<>&", c) < 0
	}
	return set
}()

func (d *digester) string(s string) {
	d.raw(`"`)
	start := 0
	for i := 0; i < len(s); {
		if jsonByte[s[i]] {
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r < utf8.RuneSelf || r == '\u2028' || r == '\u2029' || r == utf8.RuneError && n == 1 {
			d.raw(s[start:i])
			d.escape(r)
			start = i + n
		}
		i += n
	}
	d.raw(s[start:])
	d.raw(`"`)
}

// jsonEscapes are the characters that JSON has a letter for.
const jsonEscapes = "\"\"\\\\\bb\ff\nn\rr\tt"

func (d *digester) escape(r rune) {
	if i := strings.IndexRune(jsonEscapes, r); i >= 0 && i%2 == 0 {
		d.json = append(d.json, '\\', jsonEscapes[i+1])
		return
	}
	const hex = "0123456789abcdef"
	d.json = append(d.json, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}
