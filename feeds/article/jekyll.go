package article

import (
	"strings"
	"unicode"

	"feedmill/feeds"
)

// What Jekyll means by the files of its sites stands in this file; see also
// Options.Jekyll.

// addFolderCategories makes categories of the folders above a folder that can be
// anywhere, such as those above Jekyll's _posts.
func (r *reader) addFolderCategories() {
	if dir, folder, _ := r.p.folder(r.path); folder.Anywhere {
		for section := range strings.SplitSeq(folder.Above(dir), "/") {
			r.addName(feeds.Category, value{}, section)
		}
	}
}

// categoryPath joins the categories in lower case, as Jekyll does.
func categoryPath(a *draft) string {
	var parts []string
	size := 0
	for _, t := range a.Member {
		if t.Kind == feeds.Category && size <= maxAddress { // too long for an address in any case
			parts = append(parts, strings.ToLower(t.Name))
			size += len(t.Name)
		}
	}
	return strings.Join(parts, "/")
}

// jekyllTitle makes part of an address of a file's name: a hyphen for each run of
// characters that Jekyll lets stand in none.
func jekyllTitle(s string) string {
	parts := strings.FieldsFunc(s, func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.IsDigit(c) && !unicode.IsMark(c) && !strings.ContainsRune("._~!$&'()+,;=@", c)
	})
	return strings.Join(parts, "-")
}
