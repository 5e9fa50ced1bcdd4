package server

import (
	"feedmill/feeds"
)

// Picture is what a link to the page is shown with: the picture of its newest
// article that has one, or the site's own. It is empty where there is none.
func (p *page) Picture() string {
	for _, it := range p.Items {
		if it.Image != nil {
			return it.Image.URL
		}
	}
	if logo := web(p.Site().Logo); logo != "" {
		return logo
	}
	return web(p.Site().Icon)
}

// Linked is the page as linked data (schema.org), for search engines. It runs
// nothing: templates write it as JSON in which no markup can begin.
func (p *page) Linked() map[string]any {
	if p.Of == nil || p.Path == "" || p.Unlisted {
		return nil
	}
	site := map[string]any{"@type": "WebSite", "name": p.Site().Title, "url": p.Site().BaseURL}
	about := map[string]any{"@type": "CollectionPage", "name": p.Title, "url": p.Canonical(), "isPartOf": site}
	if p.IsIndex() {
		about = site
		if p.Live() {
			about["potentialAction"] = map[string]any{
				"@type": "SearchAction", "target": p.Site().URL(searchPath) + "?q={q}", "query-input": "required name=q",
			}
		}
	}
	about["@context"] = "https://schema.org"
	if p.Description != "" {
		about["description"] = p.Description
	}
	if !p.Of.Updated.IsZero() && p.Of.Key.Kind != feeds.All {
		about["dateModified"] = stamp(p.Of.Updated)
	}
	return about
}
