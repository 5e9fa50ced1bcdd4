package builder

import (
	"fmt"
	"runtime"
	"strings"
)

// heapInUse is how many bytes are in use.
func heapInUse() int64 {
	for range 3 {
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// corpusLike is an article in the seed's schema, of about 4 KB.
func corpusLike(i int) string {
	var s strings.Builder
	fmt.Fprintf(&s, "---\ncategory: news\ntitle: \"Officials said on Monday that market prices rose sharply %d\"\nexcerpt: \"%s\"\npublishedDateTime: %d-%02d-%02dT%02d:35:00Z\n",
		i, strings.Repeat("a summary of it ", 8), 2020, i%12+1, i%28+1, i%24)
	fmt.Fprintf(&s, "webUrl: \"https://www.example.com/article/us-politics/officials-said-on-monday-%d\"\ntype: article\nquality: %d\nheat: %d\npublished: true\n\n", i, i%200, i%300)
	fmt.Fprintf(&s, "provider:\n  name: Provider %d\n  domain: p%d.example.com\n\ntopics:\n  - Topic %d\n  - Topic %d\n  - Topic %d\n\n", i%20, i%20, i%67, 67+i%66, 133+i%67)
	fmt.Fprintf(&s, "images:\n  - url: \"https://img.example.com/%08x.jpg\"\n    width: 787\n    height: 545\n\n---\n%s\n", i, strings.Repeat("The text of the article goes on for a while here.\n\n", 65))
	return s.String()
}
