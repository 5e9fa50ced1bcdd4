package main

import (
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strings"
)

var reference = regexp.MustCompile(`(?:(?:href|src|xmlUrl|htmlUrl)=|"next_url": )"([^"]+)"`)

// crawl fetches everything below base that pages, feeds and OPML lead to, as a
// browser does. The result has the escaped paths, from the root of the host on,
// without that of base.
func crawl(base string, get func(path string) ([]byte, error)) (map[string][]byte, error) {
	site, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	pages := map[string][]byte{}
	queue := []string{"/"}
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		if _, seen := pages[path]; seen {
			continue
		}
		body, err := get(path)
		if err != nil {
			return nil, fmt.Errorf("crawl %s: %w", base, err)
		}
		pages[path] = body
		for _, m := range reference.FindAllSubmatch(body, -1) {
			u, err := site.Parse(html.UnescapeString(string(m[1])))
			if err != nil {
				return nil, fmt.Errorf("crawl %s: %w", path, err)
			}
			if rel, ok := strings.CutPrefix(u.EscapedPath(), site.EscapedPath()); ok && u.Host == site.Host {
				queue = append(queue, "/"+rel)
			}
		}
	}
	return pages, nil
}
