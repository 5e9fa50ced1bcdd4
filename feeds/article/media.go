package article

import (
	"mime"
	"path"
	"slices"
	"strings"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/article/internal/frontmatter"
)

// images are the article's pictures, each once.
func (r *reader) images() []feeds.Image {
	all := append(r.pictures(r.get(imagesField)), r.pictures(r.get(imageField))...)
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(i feeds.Image) bool { was := seen[i.URL]; seen[i.URL] = true; return was })
}

func (r *reader) pictures(v frontmatter.Value) []feeds.Image {
	var all []feeds.Image
	for e := range v.List() {
		img := feeds.Image{}
		if e.IsMap() {
			img.URL = r.web(e.In("url", "path", "src", "image"))
			img.Width, img.Height = r.pixels(e.In("width")), r.pixels(e.In("height"))
			img.Title, img.Credit = r.plain(e.In("title", "alt", "caption")), r.plain(e.In("attribution", "credit"))
		} else {
			img.URL = r.web(e)
		}
		if img.URL != "" {
			all = append(all, img)
		}
	}
	return all
}

func (r *reader) pixels(v frontmatter.Value) int {
	n := r.number(v)
	if n < 0 || n > 1e6 {
		r.note(v, "must be a number of pixels")
		return 0
	}
	return int(n)
}

// enclosures are files to download or play.
func (r *reader) enclosures() []feeds.Enclosure {
	var all []feeds.Enclosure
	for e := range r.get(enclosureField).List() {
		if enc := r.enclosure(e); enc.URL != "" {
			all = append(all, enc)
		}
	}
	return all
}

func (r *reader) enclosure(v frontmatter.Value) feeds.Enclosure {
	if !v.IsMap() {
		u := r.web(v)
		return feeds.Enclosure{URL: u, Type: mediaType(u)}
	}
	enc := feeds.Enclosure{URL: r.web(v.In("url", "src")), Type: r.text(v.In("type", "mime_type"))}
	enc.Length = int64(max(0, r.number(v.In("length", "size", "size_in_bytes"))))
	enc.Duration = time.Duration(max(0, min(1e8, r.number(v.In("duration", "duration_in_seconds"))))) * time.Second
	if _, _, err := mime.ParseMediaType(enc.Type); err != nil || !strings.Contains(enc.Type, "/") {
		enc.Type = mediaType(enc.URL)
	}
	return enc
}

// mediaTypes by ending: the machine's own tables would give other bytes on
// other machines.
var mediaTypes = map[string]string{
	".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".ogg": "audio/ogg", ".opus": "audio/ogg", ".wav": "audio/wav", ".flac": "audio/flac",
	".mp4": "video/mp4", ".m4v": "video/mp4", ".webm": "video/webm", ".mov": "video/quicktime",
	".pdf": "application/pdf", ".epub": "application/epub+zip", ".zip": "application/zip",
	".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".gif": "image/gif", ".webp": "image/webp", ".svg": "image/svg+xml",
}

func mediaType(u string) string {
	u, _, _ = strings.Cut(u, "?")
	if t, ok := mediaTypes[strings.ToLower(path.Ext(u))]; ok {
		return t
	}
	return "application/octet-stream"
}
