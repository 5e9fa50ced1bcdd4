package main

import (
	"cmp"
	"fmt"
	"runtime/metrics"
	"strconv"
	"strings"
	"time"

	"feedmill/config"
	"feedmill/feeds/builder"
	"feedmill/feeds/server"
)

// State implements [server.Operations].
func (s *serve) State() *server.State {
	state := &server.State{
		Started: s.started, Problems: []string{}, Rounds: []server.Round{}, Scheduled: []server.Turn{}, Settings: []server.Setting{}, Memory: memoryNow(),
	}
	if cfg := s.inForce.Load(); cfg != nil {
		state.Folder, state.Settings, state.Cache.Limit = cfg.Dir, settingsInForce(s.effective(cfg)), int64(cfg.Cache)
	}
	if b := s.current.Load(); b != nil {
		report(state, b.Report())
	}
	return state
}

// effective is cfg with what flags say, and with what it changes at the next start
// only as it is now.
func (s *serve) effective(cfg *settings) *config.Config {
	c := *cfg.Config
	c.Listen, c.BaseURL = s.address, cmp.Or(c.BaseURL, s.baseURL)
	c.HTTPServer, c.Browsers, c.TrustedProxies, c.StatusToken, c.State = s.first.HTTPServer, s.first.Browsers, s.first.TrustedProxies, s.first.StatusToken, s.first.State
	return &c
}

// report tells what became of every file.
func report(to *server.State, r builder.Report) {
	for _, p := range r.Problems {
		to.Problems = append(to.Problems, p.Error())
	}
	to.Kept, to.Left, to.Cache.Used = r.Kept, map[string]int{}, int64(r.Cached)
	for _, l := range r.Left {
		to.Left[reason(l)]++
	}
	to.Scan = server.Scan{At: r.Scan.At.UTC(), Files: r.Scan.Files, Took: milliseconds(r.Scan.Took)}
	for _, x := range r.Rounds {
		to.Rounds = append(to.Rounds, server.Round{At: x.At.UTC(), Files: x.Files, Feeds: x.Feeds, Took: milliseconds(x.Took), Delay: milliseconds(x.Delay)})
	}
	for _, t := range r.Scheduled {
		to.Scheduled = append(to.Scheduled, server.Turn(t))
	}
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func memoryNow() server.Memory {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(s)
	return server.Memory{Live: int64(s[0].Value.Uint64()), Total: int64(s[1].Value.Uint64() - s[2].Value.Uint64())}
}

// settingsInForce are the settings as they are, whoever made them. What lets
// people in is only said to be there.
func settingsInForce(cfg *config.Config) []server.Setting {
	secret := ""
	if cfg.StatusToken != "" {
		secret = "set, not shown"
	}
	return []server.Setting{
		{Key: "folder", Value: cfg.Dir + " (" + cfg.Flavor.String() + ")"},
		{Key: "settings file", Value: cfg.File},
		{Key: "listen", Value: cfg.Listen},
		{Key: "base_url", Value: cfg.BaseURL},
		{Key: "http_server", Value: cfg.HTTPServer},
		{Key: "browsers", Value: cfg.Browsers},
		{Key: "trusted_proxies", Value: listed(cfg.TrustedProxies)},
		{Key: "status_token", Value: secret},
		{Key: "state", Value: cfg.State},
		{Key: "cache", Value: fmt.Sprintf("%d MiB", cfg.Cache>>20)},
		{Key: "site.url", Value: cfg.Site.URL},
		{Key: "site.id", Value: cfg.Site.ID},
		{Key: "site.title", Value: cfg.Site.Title},
		{Key: "site.description", Value: cfg.Site.Description},
		{Key: "site.language", Value: cfg.Site.Language},
		{Key: "site.icon", Value: cfg.Site.Icon},
		{Key: "site.logo", Value: cfg.Site.Logo},
		{Key: "site.copyright", Value: cfg.Site.Copyright},
		{Key: "site.author.name", Value: cfg.Site.Author.Name},
		{Key: "site.author.email", Value: cfg.Site.Author.Email},
		{Key: "site.author.url", Value: cfg.Site.Author.URL},
		{Key: "site.author.avatar", Value: cfg.Site.Author.Avatar},
		{Key: "site.time_zone", Value: cfg.Site.TimeZone.String()},
		{Key: "articles.folders", Value: collections(cfg, func(i int) string { return cfg.Collections[i].Dir })},
		{Key: "articles.link", Value: collections(cfg, func(i int) string { return cfg.Collections[i].Link })},
		{Key: "articles.ignore", Value: listed(cfg.Articles.Ignore)},
		{Key: "articles.extensions", Value: some(len(cfg.Articles.Extensions), "ending")},
		{Key: "articles.fields", Value: some(len(cfg.Articles.Fields), "key")},
		{Key: "articles.embed_hosts", Value: listed(cfg.Articles.EmbedHosts)},
		{Key: "articles.defaults", Value: some(len(cfg.Articles.Defaults), "entry")},
		{Key: "feeds.items", Value: strconv.Itoa(cfg.Feeds.Items)},
		{Key: "feeds.max_age", Value: age(cfg.Feeds.MaxAge)},
		{Key: "feeds.max_bytes", Value: fmt.Sprintf("%d KiB", cfg.Feeds.MaxBytes>>10)},
		{Key: "feeds.tombstones", Value: age(cfg.Tombstones)},
		{Key: "feeds.kinds", Value: some(len(cfg.Kinds), "kind")},
		{Key: "topics", Value: some(len(cfg.Topics), "topic")},
		{Key: "watch.mode", Value: cfg.Watch.Mode},
		{Key: "watch.scan_interval", Value: cfg.Watch.ScanInterval.String()},
		{Key: "guard.items", Value: strconv.Itoa(cfg.Guard.Items)},
		{Key: "guard.percent", Value: strconv.Itoa(cfg.Guard.Percent)},
	}
}

func listed[T any](all []T) string {
	texts := make([]string, len(all))
	for i, v := range all {
		texts[i] = fmt.Sprint(v)
	}
	return strings.Join(texts, ", ")
}

func collections(cfg *config.Config, of func(int) string) string {
	var all []string
	for i := range cfg.Collections {
		if text := of(i); text != "" {
			all = append(all, text)
		}
	}
	return strings.Join(all, ", ")
}

func some(n int, noun string) string {
	if n == 0 {
		return ""
	}
	return plural(n, noun)
}

// age is a time span in days where it is of some.
func age(d time.Duration) string {
	if d == 0 || d%(24*time.Hour) != 0 {
		return d.String()
	}
	return strconv.Itoa(int(d/(24*time.Hour))) + "d"
}
