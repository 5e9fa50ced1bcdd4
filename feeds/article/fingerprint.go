package article

import (
	"fmt"
	"io"
	"runtime/debug"
)

// parsing goes up when a file gives another Article than before.
const parsing = 3

// Fingerprint writes to w what the articles that p makes depend on, besides their
// files and TopicName. Equal writings mean equal articles.
func (p *Parser) Fingerprint(w io.Writer) {
	o, version := p.opt, ""
	if info, ok := debug.ReadBuildInfo(); ok {
		version = info.Main.Version // made of the commit, as a rule
	}
	fmt.Fprintf(w, "%d %q %q\n", parsing, version, o.TimeZone)
	// TopicName is unknown, and EmbedHosts only matter when rendering.
	o.TimeZone, o.TopicName, o.EmbedHosts = nil, nil, nil
	fmt.Fprintf(w, "%#v", o) // in which maps are sorted
}
