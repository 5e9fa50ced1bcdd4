package stats

import "strings"

// reader is a program that polls feeds.
type reader struct {
	name   string // as shown to people
	family Family
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
	{"feedly", reader{"Feedly", Service}}, // also FeedlyBot and FeedlyApp
	{"inoreader", reader{"Inoreader", Service}},
	{"newsblur", reader{"NewsBlur", Service}},
	{"theoldreader", reader{"The Old Reader", Service}},
	{"feedbin", reader{"Feedbin", Service}},
	{"bazqux", reader{"BazQux", Service}},
	{"feedhq", reader{"FeedHQ", Service}},
	{"feed wrangler", reader{"Feed Wrangler", Service}},
	{"feedwrangler", reader{"Feed Wrangler", Service}},
	{"dreamwidth", reader{"Dreamwidth", Service}},
	{"livejournal", reader{"LiveJournal", Service}},
	{"newsgator", reader{"NewsGator", Service}},
	{"netvibes", reader{"Netvibes", Service}},
	{"bloglovin", reader{"Bloglovin", Service}},
	{"blogtrottr", reader{"Blogtrottr", Service}},
	{"feedspot", reader{"Feedspot", Service}},
	{"feedpress", reader{"FeedPress", Service}},
	{"feedburner", reader{"FeedBurner", Service}},
	{"feedfetcher-google", reader{"Google", Service}}, // after Feedly, which also contains it
	{"superfeedr", reader{"Superfeedr", Service}},
	{"livedoor", reader{"livedoor", Service}},
	{"fastladder", reader{"Fastladder", Service}},
	{"hanrss", reader{"HanRSS", Service}},
	{"readwise", reader{"Readwise", Service}},
	{"flipboard", reader{"Flipboard", Service}},
	{"g2reader", reader{"G2Reader", Service}},
	{"minireader", reader{"MiniReader", Service}},
	{"feedmailer", reader{"Feedmailer", Service}},
	{"feedmail", reader{"FeedMail", Service}},
	{"rss-parrot", reader{"RSS Parrot", Service}},
	{"scourrss", reader{"Scour", Service}},
	{"gwene", reader{"Gwene", Service}},
	{"monitorss", reader{"MonitoRSS", Service}},
	{"ifttt", reader{"IFTTT", Service}},
	{"zapier", reader{"Zapier", Service}},
	{"overcast", reader{"Overcast", Service}},
	{"pocketcasts", reader{"Pocket Casts", Service}},
	{"pocket casts", reader{"Pocket Casts", Service}},
	{"breaker/", reader{"Breaker", Service}},
	{"itms", reader{"Apple Podcasts", Service}},
	{"spotify", reader{"Spotify", Service}},
	{"slackbot-", reader{"Link preview", Bot}}, // Slackbot-LinkExpanding
	{"slackbot", reader{"Slack", Service}},

	// Apps, which poll for whoever runs them, also on a server.
	{"freshrss", reader{"FreshRSS", App}},
	{"miniflux", reader{"Miniflux", App}},
	{"tiny tiny rss", reader{"Tiny Tiny RSS", App}},
	{"commafeed", reader{"CommaFeed", App}},
	{"nextcloud-news", reader{"Nextcloud News", App}},
	{"selfoss", reader{"selfoss", App}},
	{"stringer", reader{"Stringer", App}},
	{"yarr", reader{"yarr", App}},
	{"netnewswire", reader{"NetNewsWire", App}},
	{"reeder", reader{"Reeder", App}},
	{"newsboat", reader{"Newsboat", App}},
	{"newsbeuter", reader{"Newsboat", App}},
	{"liferea", reader{"Liferea", App}},
	{"thunderbird", reader{"Thunderbird", App}},
	{"rss2email", reader{"rss2email", App}},
	{"vienna/", reader{"Vienna", App}},
	{"spacecowboys", reader{"Feeder", App}},
	{"nononsenseapps", reader{"Feeder", App}},
	{"akregator", reader{"Akregator", App}},
	{"quiterss", reader{"QuiteRSS", App}},
	{"rss guard", reader{"RSS Guard", App}},
	{"rssguard", reader{"RSS Guard", App}},
	{"rssowl", reader{"RSSOwl", App}},
	{"rssbandit", reader{"RSS Bandit", App}},
	{"feeddemon", reader{"FeedDemon", App}},
	{"feeddler", reader{"Feeddler", App}},
	{"omea reader", reader{"Omea Reader", App}},
	{"readkit", reader{"ReadKit", App}},
	{"unread", reader{"Unread", App}},
	{"fiery", reader{"Fiery Feeds", App}},
	{"feeeed", reader{"feeeed", App}},
	{"news/explorer", reader{"News Explorer", App}},
	{"newsexplorer", reader{"News Explorer", App}},
	{"lire/", reader{"lire", App}},
	{"capyreader", reader{"Capy Reader", App}},
	{"readyou", reader{"Read You", App}},
	{"newsflash", reader{"NewsFlash", App}},
	{"elfeed", reader{"Elfeed", App}},
	{"emacs", reader{"Emacs", App}},
	{"raven", reader{"Raven Reader", App}},
	{"plenary", reader{"Plenary", App}},
	{"feedbro", reader{"Feedbro", App}},
	{"vivaldi", reader{"Vivaldi", App}},
	{"apple-pubsub", reader{"Apple PubSub", App}},
	{"windows-rss-platform", reader{"Windows RSS", App}},
	{"outlook", reader{"Outlook", App}},
	{"antennapod", reader{"AntennaPod", App}},
	{"gpodder", reader{"gPodder", App}},
	{"podcastaddict", reader{"Podcast Addict", App}},
	{"wordpress", reader{"WordPress", App}},
	{"simplepie", reader{"SimplePie", App}},
	{"feedparser", reader{"feedparser", App}},
	{"gofeed", reader{"gofeed", App}},
	{"rss-parser", reader{"rss-parser", App}},

	// Bots, among them those that fetch a link when somebody posts it.
	{"mastodon", reader{"Fediverse", Bot}},
	{"pleroma", reader{"Fediverse", Bot}},
	{"akkoma", reader{"Fediverse", Bot}},
	{"misskey", reader{"Fediverse", Bot}},
	{"lemmy", reader{"Fediverse", Bot}},
	{"facebookexternalhit", reader{"Link preview", Bot}},
	{"whatsapp", reader{"Link preview", Bot}},
	{"feedvalidator", reader{"Validator", Bot}},
	{"w3c_validator", reader{"Validator", Bot}},
	{"uptime", reader{"Monitor", Bot}},
	{"pingdom", reader{"Monitor", Bot}},
	{"monitor", reader{"Monitor", Bot}},
	{"slurp", reader{"Search engine", Bot}},
	{"bingbot", reader{"Search engine", Bot}},
	{"googlebot", reader{"Search engine", Bot}},
	{"googleother", reader{"Search engine", Bot}},
	{"yandex", reader{"Search engine", Bot}},
	{"baiduspider", reader{"Search engine", Bot}},
	{"duckduck", reader{"Search engine", Bot}},
	{"applebot", reader{"Search engine", Bot}},
	{"bot", reader{"Other bot", Bot}},
	{"crawl", reader{"Other bot", Bot}},
	{"externalagent", reader{"Other bot", Bot}},
	{"spider", reader{"Other bot", Bot}},
	{"archive.org", reader{"Other bot", Bot}},
	{"headless", reader{"Other bot", Bot}},

	// Scripts and browsers.
	{"curl/", reader{"curl", Script}},
	{"wget", reader{"Wget", Script}},
	{"python", reader{"Python", Script}},
	{"aiohttp", reader{"Python", Script}},
	{"httpx", reader{"Python", Script}},
	{"go-http-client", reader{"Go", Script}},
	{"okhttp", reader{"Java", Script}},
	{"apache-httpclient", reader{"Java", Script}},
	{"java/", reader{"Java", Script}},
	{"axios", reader{"JavaScript", Script}},
	{"node", reader{"JavaScript", Script}},
	{"undici", reader{"JavaScript", Script}},
	{"guzzle", reader{"PHP", Script}},
	{"php", reader{"PHP", Script}},
	{"ruby", reader{"Ruby", Script}},
	{"http.rb", reader{"Ruby", Script}},
	{"faraday", reader{"Ruby", Script}},
	{"libwww-perl", reader{"Perl", Script}},
	{"powershell", reader{"PowerShell", Script}},
	{"mozilla/", reader{"Browser", Browser}},
	{"opera/", reader{"Browser", Browser}},
}

// findReader returns the program of a User-Agent, which is in lower case.
func findReader(text string) reader {
	if strings.Trim(text, " -") == "" {
		return reader{"Unnamed", Script}
	}
	for i := range readers {
		if strings.Contains(text, readers[i].token) {
			return readers[i].reader
		}
	}
	return reader{otherReader, App}
}
