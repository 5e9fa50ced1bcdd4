package article

import (
	"errors"
	"slices"
	"sync"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/article/internal/address"
	"feedmill/feeds/article/internal/body"
	"feedmill/feeds/article/internal/frontmatter"
)

// reader reads one file: each field sets something of a, and finish what follows
// from all of them.
type reader struct {
	p    *Parser
	path string
	tree frontmatter.Tree // the file's own front matter
	a    draft
	item *feeds.Item // of a

	given     []given // what there is for each of fields
	permalink value
	slug      value
	featured  string               // HTML above the text
	members   map[feeds.Key]bool   // the feeds that a is in
	inFeeds   [feeds.KindCount]int // how many feeds of each kind a is in

	errs     []*feeds.Problem // make the file unusable
	warnings []*feeds.Problem // cost the article a value
	unlisted int              // further warnings
	beyond   *feeds.Problem   // the first of these
}

// draft is an article while its file is read.
type draft struct {
	Article                    // without its Member, which is what follows
	Member                     []feeds.Tag
	Stated, NotBefore, Expires time.Time
	base                       feeds.Item   // without HTML, and without a Summary that is taken from the text
	body                       body.Body    // of which the item's content is made
	site                       address.Site // of which the item's addresses are
	named                      named
}

// named says what is taken from the file's name.
type named struct{ title, date bool }

var readers = sync.Pool{New: func() any { return &reader{given: make([]given, len(fields)), members: map[feeds.Key]bool{}} }}

// reset makes r ready for another file and keeps the memory that can be used
// again.
func (r *reader) reset() {
	r.tree.Reset()
	clear(r.given)
	clear(r.members)
	*r = reader{tree: r.tree, given: r.given, members: r.members}
}

// Parse reads the file at name, of which src is the content. The article shares
// src, which must not change, until [BodyStore.Unload] has taken its payload.
// Its error is ErrNoFrontMatter, or joins *feeds.Problem values that make the
// file unusable; lesser problems are the article's Warnings.
func (p *Parser) Parse(name string, src []byte) (*Article, error) {
	r := readers.Get().(*reader)
	defer readers.Put(r)
	defer r.reset()
	r.p, r.path, r.item = p, name, &r.a.base
	f, err := r.tree.Parse(src)
	if p, ok := errors.AsType[*feeds.Problem](err); ok {
		f.Locate(name, []*feeds.Problem{p})
		return nil, p
	} else if err != nil {
		return nil, err
	}
	r.warnings = f.Warnings
	r.collect()
	r.addFolderCategories()
	for i, g := range r.given {
		if g.value.Exists() {
			fields[i].read(r, g.value)
		}
	}
	r.finish(f.Body)
	r.countUnlisted()
	f.Locate(name, r.errs)
	f.Locate(name, r.warnings)
	if len(r.errs) > 0 {
		return nil, feeds.JoinProblems(ordered(r.errs))
	}
	return r.a.article(ordered(r.warnings)), nil
}

// ordered sorts problems by place and keeps one of those that are equal: two
// fields can have the same key.
func ordered(problems []*feeds.Problem) []*feeds.Problem {
	slices.SortStableFunc(problems, (*feeds.Problem).Compare)
	return slices.CompactFunc(problems, func(a, b *feeds.Problem) bool { return *a == *b })
}

// article makes the article of what has been read.
func (d *draft) article(warnings []*feeds.Problem) *Article {
	d.Digest, d.Content = d.digests()
	it := &d.base
	if it.Updated.IsZero() {
		it.Updated = undated(it.ID)
	}
	a := d.Article
	a.id, a.title, a.linked = it.ID, it.Title, it.URL != ""
	a.stated, a.notBefore, a.updated, a.firstSeen = d.Stated.Unix(), d.NotBefore.Unix(), it.Updated.Unix(), time.Time{}.Unix()
	a.textSize = uint32(len(d.body.Text) * 5 / 4)
	a.Member = TagsOf(d.Member...)
	a.extra = &extra{expires: d.Expires, loaded: &payload{item: *it, body: d.body, named: d.named}}
	if len(warnings) > 0 {
		a.extra.warnings = warnings
	}
	return &a
}

// tags keeps those of an article's feeds that its item names, in the memory of
// member.
func tags(member []feeds.Tag) []feeds.Tag {
	return slices.DeleteFunc(member, func(t feeds.Tag) bool { return t.Kind != feeds.Topic && t.Kind != feeds.Category })
}
