package catalog

import (
	"cmp"
	"slices"

	"feedmill/feeds/article"
)

// Fill puts many articles in at once, as Put does with each, in the order of
// feeds: that is the quick way. The caller keeps the slice.
func (c *Catalog) Fill(all []*article.Article) {
	if len(c.articles) == 0 {
		c.articles, c.ids = make(map[string]*entry, len(all)), make(map[string]*entry, len(all))
	}
	for _, a := range inOrder(all) {
		c.Put(a)
	}
}

// inOrder is a copy of articles in the order of [Newer]. Comparing dates where
// they lie side by side is what makes it quick.
func inOrder(all []*article.Article) []*article.Article {
	type dated struct {
		sec     int64
		article *article.Article
	}
	keys := make([]dated, len(all))
	for i, a := range all {
		keys[i] = dated{a.Published.Unix(), a}
	}
	slices.SortFunc(keys, func(a, b dated) int {
		if a.sec != b.sec {
			return cmp.Compare(b.sec, a.sec)
		}
		return Newer(a.article, b.article)
	})
	sorted := make([]*article.Article, len(all))
	for i, k := range keys {
		sorted[i] = k.article
	}
	return sorted
}
