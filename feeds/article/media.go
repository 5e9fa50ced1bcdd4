package article

import (
	"cmp"
	"mime"
	"path"
	"strings"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/article/internal/body"
)

// addImages adds pictures, each once.
func (r *reader) addImages(v value) {
	addAll(r, v, &r.item.Images, (*reader).picture, func(i feeds.Image) string { return i.URL })
}

// picture reads keys, or an address.
func (r *reader) picture(v value) feeds.Image {
	if !v.IsMap() {
		return feeds.Image{URL: r.web(v)}
	}
	return feeds.Image{
		URL: r.web(v.In("url", "path", "src", "image")), Width: r.pixels(v.In("width")), Height: r.pixels(v.In("height")),
		Title: r.plain(v.In("title", "alt", "caption")), Credit: r.plain(v.In("attribution", "credit")),
	}
}

// video describes the video of an article of type video; nil if it has no address.
func (r *reader) video() *feeds.Video {
	v := &feeds.Video{PageURL: r.item.URL}
	if src := body.Player(r.featured); src != "" {
		if u, err := r.p.site.Web(src); err == nil {
			page, _ := body.WatchPage(u)
			v.PlayerURL, v.PageURL = u, cmp.Or(v.PageURL, page)
		}
	}
	if v.PageURL == "" && v.PlayerURL == "" {
		return nil
	}
	return v
}

// pixels reads a width or height; 0 if there is none or it cannot be read.
func (r *reader) pixels(v value) int {
	n := r.number(v)
	if n < 0 || n > 1e6 {
		r.warn(v, "must be a number of pixels")
		return 0
	}
	return int(n)
}

// enclosures adds files to download or play. Those at one address are several if they
// differ in anything else.
func (r *reader) enclosures(v value) {
	addAll(r, v, &r.item.Enclosures, (*reader).enclosure, func(e feeds.Enclosure) (key feeds.Enclosure) {
		if e.URL != "" {
			key = e
		}
		return key
	})
}

// enclosure reads keys, or an address.
func (r *reader) enclosure(v value) feeds.Enclosure {
	if !v.IsMap() {
		u := r.web(v)
		return feeds.Enclosure{URL: u, Type: mediaType(u)}
	}
	enc := feeds.Enclosure{URL: r.web(v.In("url", "src")), Type: r.line(v.In("type", "mime_type"))}
	enc.Length = int64(max(0, r.number(v.In("length", "size", "size_in_bytes"))))
	enc.Duration = time.Duration(max(0, min(1e8, r.number(v.In("duration", "duration_in_seconds"))))) * time.Second
	if len(enc.Type) > maxType {
		r.warn(v.In("type", "mime_type"), "longer than 255 bytes")
		enc.Type = ""
	}
	if _, _, err := mime.ParseMediaType(enc.Type); err != nil || !strings.Contains(enc.Type, "/") {
		enc.Type = mediaType(enc.URL)
	}
	return enc
}

// mediaTypes are known by their endings. The operating system's table is not used,
// because it would make other documents on other machines.
var mediaTypes = map[string]string{
	".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".ogg": "audio/ogg", ".opus": "audio/ogg", ".wav": "audio/wav", ".flac": "audio/flac",
	".mp4": "video/mp4", ".m4v": "video/mp4", ".webm": "video/webm", ".mov": "video/quicktime",
	".pdf": "application/pdf", ".epub": "application/epub+zip", ".zip": "application/zip",
	".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".gif": "image/gif", ".webp": "image/webp", ".svg": "image/svg+xml",
}

// mediaType returns the media type of the file at u, judging by its ending.
func mediaType(u string) string {
	u, _, _ = strings.Cut(u, "?")
	if t, ok := mediaTypes[strings.ToLower(path.Ext(u))]; ok {
		return t
	}
	return "application/octet-stream"
}
