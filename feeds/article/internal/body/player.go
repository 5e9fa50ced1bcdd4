package body

import (
	"context"
	"fmt"
	"html"
	"net/url"
	"path"
	"slices"
	"strings"

	nethtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Player returns the address of the first frame in an HTML snippet; "" if it has
// none.
func Player(snippet string) string { return player(context.Background(), snippet) }

// player is Player that stops when ctx has ended.
func player(ctx context.Context, snippet string) string {
	if !strings.Contains(snippet, "<iframe") && !strings.Contains(snippet, "<IFRAME") {
		return ""
	}
	if weigh(ctx, snippet) != nil {
		if snippet = tidied(ctx, snippet); weigh(ctx, snippet) != nil {
			return ""
		}
	}
	root, _ := fragment(ctx, snippet) // empty after an error
	for n := range root.Descendants() {
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

// WatchPage returns the page on which people watch the video of a player, which is
// src itself if the service is not known, and a picture of the video, which only
// some services have at a known address.
func WatchPage(src string) (page, picture string) {
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

// allows reports whether the settings allow players of the host of src.
func (r *Renderer) allows(src string) bool {
	u, err := url.Parse(src)
	return err == nil && slices.ContainsFunc(r.hosts, func(h string) bool { return strings.EqualFold(h, u.Hostname()) })
}

// embed returns a frame for the player at src; "" if its host is not allowed.
func (r *Renderer) embed(src string) string {
	u, err := r.site.Web(src)
	if src == "" || err != nil || !r.allows(u) {
		return ""
	}
	return fmt.Sprintf(`<iframe src="%s" width="640" height="360" allowfullscreen=""></iframe>`, html.EscapeString(u))
}
