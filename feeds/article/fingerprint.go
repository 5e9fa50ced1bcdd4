package article

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
)

// parsing goes up when a file gives another Article than before.
const parsing = 2

// Fingerprint writes to w what the articles that p makes depend on, besides their
// files and TopicName. Equal writings mean equal articles.
func (p *Parser) Fingerprint(w io.Writer) {
	o := p.opt
	o.TopicName, o.EmbedHosts = nil, nil // the one is unknown, the other only matters when rendering
	zone := o.TimeZone.String()
	o.TimeZone = nil
	fmt.Fprintf(w, "%d %q %q\n", parsing, program(), zone)
	if err := json.NewEncoder(w).Encode(o); err != nil {
		fmt.Fprintf(w, "%#v", o)
	}
}

// program tells versions of this program apart, as far as they say so.
func program() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	var version strings.Builder
	version.WriteString(info.Main.Version)
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" || s.Key == "vcs.modified" {
			version.WriteString(" " + s.Value)
		}
	}
	return version.String()
}
