package article

import "feedmill/feeds"

// folder returns the folder that the file at name lies in, that with the longest
// path if there are several, and its directory as it is spelled in name.
func (p *Parser) folder(name string) (dir string, f feeds.Folder, ok bool) {
	length := -1
	for _, c := range p.opt.Folders {
		d, in := c.Contains(name)
		if in && len(d) > length {
			dir, f, ok, length = d, c, true, len(d)
		}
	}
	return dir, f, ok
}
