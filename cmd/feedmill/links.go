package main

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"feedmill/feeds/article"
	"feedmill/watcher"
)

// follow is what the values of articles.follow_links mean.
var follow = map[string]watcher.Follow{"all": watcher.FollowAll, "inside": watcher.FollowInside, "none": watcher.FollowNone}

// class tells folders apart in which other files are articles or settings, for
// watcher.Options: where links lead to a folder outside a collection from inside, the
// articles in it are those of the collection.
func (s *site) class(dir string, parser *article.Parser) int {
	class := 0
	if parser.WantsIn(dir) {
		class |= 1
	}
	abs := filepath.Join(s.cfg.Dir, filepath.FromSlash(dir))
	if slices.ContainsFunc(s.cfg.Files, func(f string) bool { return f == abs || filepath.Dir(f) == abs }) {
		class |= 2
	}
	return class
}

// logLeftOut says once what links make of a folder that many of them lead to.
func (s *site) logLeftOut() {
	if some, all := s.articles.LeftOut(); all > 0 {
		s.log.Info("links that lead to what has a path already, or are not to be followed, are left out; feedmill check names them",
			"paths", all, "path", some[0].Path, "reason", some[0].Reason)
	}
}

// printLeftOut prints the paths that are left out because of links; dir is how the user
// calls the folder of articles.
func (s *site) printLeftOut(w io.Writer, dir string) {
	some, all := s.articles.LeftOut()
	for _, l := range some {
		if l.Forbidden {
			l.Reason += ", see articles.follow_links: " + s.cfg.Articles.FollowLinks
		}
		fmt.Fprintf(w, "%s: left out: %s\n", filepath.Join(dir, filepath.FromSlash(l.Path)), l.Reason)
	}
	if more := all - len(some); more > 0 {
		fmt.Fprintf(w, "%s more left out because of links\n", plural(more, "path"))
	}
}
