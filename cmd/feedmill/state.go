package main

import (
	"cmp"
	"runtime/metrics"
	"time"

	"feedmill/config"
	"feedmill/feeds/builder"
	"feedmill/feeds/status"
)

// State implements [status.Program].
func (s *serve) State() *status.State {
	state := &status.State{
		Started: s.started, Problems: []string{}, Rounds: []status.Round{}, Scheduled: []status.Turn{}, Settings: []status.Setting{}, Memory: memoryNow(),
	}
	if cfg := s.inForce.Load(); cfg != nil {
		state.Folder, state.Settings, state.Cache.Limit = cfg.Dir, settingsInForce(s.effective(cfg)), int64(cfg.Cache)
	}
	if b := s.current.Load(); b != nil {
		report(state, b.Report())
	}
	return state
}

// effective is cfg with the addresses that flags and the system have chosen, and
// without what takes effect at the next start.
func (s *serve) effective(cfg *settings) *config.Config {
	c := cfg.InForce(s.first.Config)
	c.Listen, c.Site.BaseURL = s.address, cmp.Or(c.Site.BaseURL, s.baseURL)
	return c
}

// report tells what became of every file.
func report(to *status.State, r builder.Report) {
	for _, p := range r.Problems {
		to.Problems = append(to.Problems, p.Error())
	}
	to.Kept, to.Left, to.Cache.Used = r.Kept, map[string]int{}, int64(r.Cached)
	for _, l := range r.Left {
		to.Left[reason(l)]++
	}
	to.Scan = status.Scan{At: r.Scan.At.UTC(), Files: r.Scan.Files, Took: milliseconds(r.Scan.Took)}
	for _, x := range r.Rounds {
		to.Rounds = append(to.Rounds, status.Round{At: x.At.UTC(), Files: x.Files, Feeds: x.Feeds, Took: milliseconds(x.Took), Delay: milliseconds(x.Delay)})
	}
	for _, t := range r.Scheduled {
		to.Scheduled = append(to.Scheduled, status.Turn(t))
	}
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func memoryNow() status.Memory {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(s)
	return status.Memory{Live: int64(s[0].Value.Uint64()), Total: int64(s[1].Value.Uint64() - s[2].Value.Uint64())}
}

// settingsInForce are the settings as they are, whoever made them.
func settingsInForce(cfg *config.Config) []status.Setting {
	all := []status.Setting{{Key: "folder", Value: cfg.Dir + " (" + cfg.Flavor.String() + ")"}, {Key: "settings file", Value: cfg.File}}
	for _, s := range cfg.Shown() {
		all = append(all, status.Setting(s))
	}
	return all
}
