package builder

import (
	"math/rand/v2"
	"strings"
	"testing"

	"feedmill/feeds/mix"
	"feedmill/watcher"
)

// BenchmarkCompose asks for the dearest feeds among many articles: those that
// nothing matches.
func BenchmarkCompose(b *testing.B) {
	d, r := newDisk(), rand.New(rand.NewPCG(1, 2))
	for i := range 50_000 {
		a := randomArticle(r, i)
		d.write(a.path, a.file())
	}
	build := testBuilder(d, nil, nil)
	if err := build.Apply(b.Context(), watcher.Changes{Rescan: true}); err != nil {
		b.Fatal(err)
	}
	snap := build.Snapshot()
	for _, in := range []string{"a/b", "title:nowhere", "a,b,c,d/b,c,d,a/c,d,a,b/not:type:article,video", "a/not:a"} {
		m, err := mix.Parse(strings.Split(in, "/"), keyOf(snap.Listing))
		if err != nil {
			b.Fatal(err)
		}
		b.Run(in, func(b *testing.B) {
			for b.Loop() {
				build.composer.Load().compose(m, nil)
			}
		})
	}
	b.Run("top", func(b *testing.B) {
		for b.Loop() {
			build.composer.Load().compose(&mix.Mix{Top: true}, nil)
		}
	})
}
