package article

import (
	"fmt"
	"html"
	"net/url"
	"path"
	"slices"
	"strings"

	nethtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"feedmill/feeds"
)

// player is the address of the first frame in an HTML snippet.
func player(snippet string) string {
	if !strings.Contains(snippet, "<iframe") && !strings.Contains(snippet, "<IFRAME") {
		return ""
	}
	nodes, err := fragment(snippet)
	if err != nil {
		return ""
	}
	for _, n := range nodes {
		for d := range n.Descendants() {
			if d.DataAtom == atom.Iframe {
				return frameSource(d)
			}
		}
		if n.DataAtom == atom.Iframe {
			return frameSource(n)
		}
	}
	return ""
}

func frameSource(n *nethtml.Node) string {
	if s := attr(n, "src"); s != "" && !strings.HasPrefix(s, "about:") {
		return s
	}
	return attr(n, "data-src")
}

// video describes the moving picture of an article of type video.
func (r *reader) video(featured string, it *feeds.Item) *feeds.Video {
	v := &feeds.Video{PageURL: it.URL}
	if src := player(featured); src != "" {
		if u, err := r.p.urls.web(src); err == nil {
			v.PlayerURL = u
			if page, _ := watchPage(u); v.PageURL == "" {
				v.PageURL = page
			}
		}
	}
	if v.PageURL == "" && v.PlayerURL == "" {
		return nil
	}
	return v
}

// watchPage turns the address of a player into that of the page to watch on,
// with a picture where the service has one at a known place.
func watchPage(src string) (page, picture string) {
	u, err := url.Parse(src)
	if err != nil {
		return src, ""
	}
	id := path.Base(u.Path)
	switch host := strings.TrimPrefix(u.Hostname(), "www."); {
	case (host == "youtube.com" || host == "youtube-nocookie.com") && strings.HasPrefix(u.Path, "/embed/") && id != "videoseries":
		return "https://www.youtube.com/watch?v=" + url.QueryEscape(id), "https://i.ytimg.com/vi/" + url.PathEscape(id) + "/hqdefault.jpg"
	case host == "player.vimeo.com" && strings.HasPrefix(u.Path, "/video/"):
		return "https://vimeo.com/" + url.PathEscape(id), ""
	case host == "dailymotion.com" && strings.HasPrefix(u.Path, "/embed/video/"):
		return "https://www.dailymotion.com/video/" + url.PathEscape(id), ""
	}
	return src, ""
}

// allows reports whether players of this address's host may be embedded.
func (s *sanitiser) allows(src string) bool {
	u, err := url.Parse(src)
	return err == nil && slices.ContainsFunc(s.hosts, func(h string) bool { return strings.EqualFold(h, u.Hostname()) })
}

// embed is a frame for the player at src, or empty where its host is not allowed.
func (s *sanitiser) embed(src string) string {
	u, err := s.urls.web(src)
	if src == "" || err != nil || !s.allows(u) {
		return ""
	}
	return fmt.Sprintf(`<iframe src="%s" width="640" height="360" allowfullscreen=""></iframe>`, html.EscapeString(u))
}
