package stats

import "strings"

// reader is a program that polls feeds.
type reader struct {
	name   string // as shown to people
	family family
}

// otherReader is the name of all programs that the table lacks.
const otherReader = "Other"

// readers lists programs by what their User-Agents contain, in lower case. The
// first line that matches counts. Bots, scripts and browsers come last, because
// many readers have their names in the User-Agent as well.
var readers = [...]struct {
	token string
	reader
}{
	// Services, each of which polls for many people.
	{"feedly", reader{"Feedly", service}}, // also FeedlyBot and FeedlyApp
	{"inoreader", reader{"Inoreader", service}},
	{"newsblur", reader{"NewsBlur", service}},
	{"theoldreader", reader{"The Old Reader", service}},
	{"feedbin", reader{"Feedbin", service}},
	{"bazqux", reader{"BazQux", service}},
	{"feedhq", reader{"FeedHQ", service}},
	{"feed wrangler", reader{"Feed Wrangler", service}},
	{"feedwrangler", reader{"Feed Wrangler", service}},
	{"dreamwidth", reader{"Dreamwidth", service}},
	{"livejournal", reader{"LiveJournal", service}},
	{"newsgator", reader{"NewsGator", service}},
	{"netvibes", reader{"Netvibes", service}},
	{"bloglovin", reader{"Bloglovin", service}},
	{"blogtrottr", reader{"Blogtrottr", service}},
	{"feedspot", reader{"Feedspot", service}},
	{"feedpress", reader{"FeedPress", service}},
	{"feedburner", reader{"FeedBurner", service}},
	{"feedfetcher-google", reader{"Google", service}}, // after Feedly, which also contains it
	{"superfeedr", reader{"Superfeedr", service}},
	{"livedoor", reader{"livedoor", service}},
	{"fastladder", reader{"Fastladder", service}},
	{"hanrss", reader{"HanRSS", service}},
	{"readwise", reader{"Readwise", service}},
	{"flipboard", reader{"Flipboard", service}},
	{"g2reader", reader{"G2Reader", service}},
	{"minireader", reader{"MiniReader", service}},
	{"feedmailer", reader{"Feedmailer", service}},
	{"feedmail", reader{"FeedMail", service}},
	{"rss-parrot", reader{"RSS Parrot", service}},
	{"scourrss", reader{"Scour", service}},
	{"gwene", reader{"Gwene", service}},
	{"monitorss", reader{"MonitoRSS", service}},
	{"ifttt", reader{"IFTTT", service}},
	{"zapier", reader{"Zapier", service}},
	{"overcast", reader{"Overcast", service}},
	{"pocketcasts", reader{"Pocket Casts", service}},
	{"pocket casts", reader{"Pocket Casts", service}},
	{"breaker/", reader{"Breaker", service}},
	{"itms", reader{"Apple Podcasts", service}},
	{"spotify", reader{"Spotify", service}},
	{"slackbot-", reader{"Link preview", bot}}, // Slackbot-LinkExpanding
	{"slackbot", reader{"Slack", service}},

	// Apps, which poll for whoever runs them, also on a server.
	{"freshrss", reader{"FreshRSS", app}},
	{"miniflux", reader{"Miniflux", app}},
	{"tiny tiny rss", reader{"Tiny Tiny RSS", app}},
	{"commafeed", reader{"CommaFeed", app}},
	{"nextcloud-news", reader{"Nextcloud News", app}},
	{"selfoss", reader{"selfoss", app}},
	{"stringer", reader{"Stringer", app}},
	{"yarr", reader{"yarr", app}},
	{"netnewswire", reader{"NetNewsWire", app}},
	{"reeder", reader{"Reeder", app}},
	{"newsboat", reader{"Newsboat", app}},
	{"newsbeuter", reader{"Newsboat", app}},
	{"liferea", reader{"Liferea", app}},
	{"thunderbird", reader{"Thunderbird", app}},
	{"rss2email", reader{"rss2email", app}},
	{"vienna/", reader{"Vienna", app}},
	{"spacecowboys", reader{"Feeder", app}},
	{"nononsenseapps", reader{"Feeder", app}},
	{"akregator", reader{"Akregator", app}},
	{"quiterss", reader{"QuiteRSS", app}},
	{"rss guard", reader{"RSS Guard", app}},
	{"rssguard", reader{"RSS Guard", app}},
	{"rssowl", reader{"RSSOwl", app}},
	{"rssbandit", reader{"RSS Bandit", app}},
	{"feeddemon", reader{"FeedDemon", app}},
	{"feeddler", reader{"Feeddler", app}},
	{"omea reader", reader{"Omea Reader", app}},
	{"readkit", reader{"ReadKit", app}},
	{"unread", reader{"Unread", app}},
	{"fiery", reader{"Fiery Feeds", app}},
	{"feeeed", reader{"feeeed", app}},
	{"news/explorer", reader{"News Explorer", app}},
	{"newsexplorer", reader{"News Explorer", app}},
	{"lire/", reader{"lire", app}},
	{"capyreader", reader{"Capy Reader", app}},
	{"readyou", reader{"Read You", app}},
	{"newsflash", reader{"NewsFlash", app}},
	{"elfeed", reader{"Elfeed", app}},
	{"emacs", reader{"Emacs", app}},
	{"raven", reader{"Raven Reader", app}},
	{"plenary", reader{"Plenary", app}},
	{"feedbro", reader{"Feedbro", app}},
	{"vivaldi", reader{"Vivaldi", app}},
	{"apple-pubsub", reader{"Apple PubSub", app}},
	{"windows-rss-platform", reader{"Windows RSS", app}},
	{"outlook", reader{"Outlook", app}},
	{"antennapod", reader{"AntennaPod", app}},
	{"gpodder", reader{"gPodder", app}},
	{"podcastaddict", reader{"Podcast Addict", app}},
	{"wordpress", reader{"WordPress", app}},
	{"simplepie", reader{"SimplePie", app}},
	{"feedparser", reader{"feedparser", app}},
	{"gofeed", reader{"gofeed", app}},
	{"rss-parser", reader{"rss-parser", app}},

	// Bots, among them those that fetch a link when somebody posts it.
	{"mastodon", reader{"Fediverse", bot}},
	{"pleroma", reader{"Fediverse", bot}},
	{"akkoma", reader{"Fediverse", bot}},
	{"misskey", reader{"Fediverse", bot}},
	{"lemmy", reader{"Fediverse", bot}},
	{"facebookexternalhit", reader{"Link preview", bot}},
	{"whatsapp", reader{"Link preview", bot}},
	{"feedvalidator", reader{"Validator", bot}},
	{"w3c_validator", reader{"Validator", bot}},
	{"uptime", reader{"Monitor", bot}},
	{"pingdom", reader{"Monitor", bot}},
	{"monitor", reader{"Monitor", bot}},
	{"slurp", reader{"Search engine", bot}},
	{"bingbot", reader{"Search engine", bot}},
	{"googlebot", reader{"Search engine", bot}},
	{"googleother", reader{"Search engine", bot}},
	{"yandex", reader{"Search engine", bot}},
	{"baiduspider", reader{"Search engine", bot}},
	{"duckduck", reader{"Search engine", bot}},
	{"applebot", reader{"Search engine", bot}},
	{"bot", reader{"Other bot", bot}},
	{"crawl", reader{"Other bot", bot}},
	{"externalagent", reader{"Other bot", bot}},
	{"spider", reader{"Other bot", bot}},
	{"archive.org", reader{"Other bot", bot}},
	{"headless", reader{"Other bot", bot}},

	// Scripts and browsers.
	{"curl/", reader{"curl", script}},
	{"wget", reader{"Wget", script}},
	{"python", reader{"Python", script}},
	{"aiohttp", reader{"Python", script}},
	{"httpx", reader{"Python", script}},
	{"go-http-client", reader{"Go", script}},
	{"okhttp", reader{"Java", script}},
	{"apache-httpclient", reader{"Java", script}},
	{"java/", reader{"Java", script}},
	{"axios", reader{"JavaScript", script}},
	{"node", reader{"JavaScript", script}},
	{"undici", reader{"JavaScript", script}},
	{"guzzle", reader{"PHP", script}},
	{"php", reader{"PHP", script}},
	{"ruby", reader{"Ruby", script}},
	{"http.rb", reader{"Ruby", script}},
	{"faraday", reader{"Ruby", script}},
	{"libwww-perl", reader{"Perl", script}},
	{"powershell", reader{"PowerShell", script}},
	{"mozilla/", reader{"Browser", browser}},
	{"opera/", reader{"Browser", browser}},
}

// findReader returns the program of a User-Agent, which is in lower case.
func findReader(text string) reader {
	if strings.Trim(text, " -") == "" {
		return reader{"Unnamed", script}
	}
	for i := range readers {
		if strings.Contains(text, readers[i].token) {
			return readers[i].reader
		}
	}
	return reader{otherReader, app}
}
