package stats

import (
	"slices"
	"strings"
)

// reader is a program that polls feeds.
type reader struct {
	name   string // as shown to people
	family family
}

// otherReader is the name of all programs that the table lacks.
const otherReader = "Other"

// readers lists programs by family: the name of each, then what its User-Agents
// contain, in lower case. The first one that matches counts. Bots, scripts and
// browsers come last, because many readers have their names in the User-Agent as well.
var readers = [...]struct {
	family   family
	programs [][]string
}{
	// Services, each of which polls for many people.
	{service, [][]string{
		{"Feedly", "feedly"}, // also FeedlyBot and FeedlyApp
		{"Inoreader", "inoreader"},
		{"NewsBlur", "newsblur"},
		{"The Old Reader", "theoldreader"},
		{"Feedbin", "feedbin"},
		{"BazQux", "bazqux"},
		{"FeedHQ", "feedhq"},
		{"Feed Wrangler", "feed wrangler", "feedwrangler"},
		{"Dreamwidth", "dreamwidth"},
		{"LiveJournal", "livejournal"},
		{"NewsGator", "newsgator"},
		{"Netvibes", "netvibes"},
		{"Bloglovin", "bloglovin"},
		{"Blogtrottr", "blogtrottr"},
		{"Feedspot", "feedspot"},
		{"FeedPress", "feedpress"},
		{"FeedBurner", "feedburner"},
		{"Google", "feedfetcher-google"}, // after Feedly, which also contains it
		{"Superfeedr", "superfeedr"},
		{"livedoor", "livedoor"},
		{"Fastladder", "fastladder"},
		{"HanRSS", "hanrss"},
		{"Readwise", "readwise"},
		{"Flipboard", "flipboard"},
		{"G2Reader", "g2reader"},
		{"MiniReader", "minireader"},
		{"Feedmailer", "feedmailer"},
		{"FeedMail", "feedmail"},
		{"RSS Parrot", "rss-parrot"},
		{"Scour", "scourrss"},
		{"Gwene", "gwene"},
		{"MonitoRSS", "monitorss"},
		{"IFTTT", "ifttt"},
		{"Zapier", "zapier"},
		{"Overcast", "overcast"},
		{"Pocket Casts", "pocketcasts", "pocket casts"},
		{"Breaker", "breaker/"},
		{"Apple Podcasts", "itms"},
		{"Spotify", "spotify"},
	}},
	{bot, [][]string{
		{"Link preview", "slackbot-"}, // Slackbot-LinkExpanding
	}},
	{service, [][]string{
		{"Slack", "slackbot"},
	}},
	// Apps, which poll for whoever runs them, also on a server.
	{app, [][]string{
		{"FreshRSS", "freshrss"},
		{"Miniflux", "miniflux"},
		{"Tiny Tiny RSS", "tiny tiny rss"},
		{"CommaFeed", "commafeed"},
		{"Nextcloud News", "nextcloud-news"},
		{"selfoss", "selfoss"},
		{"Stringer", "stringer"},
		{"yarr", "yarr"},
		{"NetNewsWire", "netnewswire"},
		{"Reeder", "reeder"},
		{"Newsboat", "newsboat", "newsbeuter"},
		{"Liferea", "liferea"},
		{"Thunderbird", "thunderbird"},
		{"rss2email", "rss2email"},
		{"Vienna", "vienna/"},
		{"Feeder", "spacecowboys", "nononsenseapps"},
		{"Akregator", "akregator"},
		{"QuiteRSS", "quiterss"},
		{"RSS Guard", "rss guard", "rssguard"},
		{"RSSOwl", "rssowl"},
		{"RSS Bandit", "rssbandit"},
		{"FeedDemon", "feeddemon"},
		{"Feeddler", "feeddler"},
		{"Omea Reader", "omea reader"},
		{"ReadKit", "readkit"},
		{"Unread", "unread"},
		{"Fiery Feeds", "fiery"},
		{"feeeed", "feeeed"},
		{"News Explorer", "news/explorer", "newsexplorer"},
		{"lire", "lire/"},
		{"Capy Reader", "capyreader"},
		{"Read You", "readyou"},
		{"NewsFlash", "newsflash"},
		{"Elfeed", "elfeed"},
		{"Emacs", "emacs"},
		{"Raven Reader", "raven"},
		{"Plenary", "plenary"},
		{"Feedbro", "feedbro"},
		{"Vivaldi", "vivaldi"},
		{"Apple PubSub", "apple-pubsub"},
		{"Windows RSS", "windows-rss-platform"},
		{"Outlook", "outlook"},
		{"AntennaPod", "antennapod"},
		{"gPodder", "gpodder"},
		{"Podcast Addict", "podcastaddict"},
		{"WordPress", "wordpress"},
		{"SimplePie", "simplepie"},
		{"feedparser", "feedparser"},
		{"gofeed", "gofeed"},
		{"rss-parser", "rss-parser"},
	}},
	// Bots, among them those that fetch a link when somebody posts it.
	{bot, [][]string{
		{"Fediverse", "mastodon", "pleroma", "akkoma", "misskey", "lemmy"},
		{"Link preview", "facebookexternalhit", "whatsapp"},
		{"Validator", "feedvalidator", "w3c_validator"},
		{"Monitor", "uptime", "pingdom", "monitor"},
		{"Search engine", "slurp", "bingbot", "googlebot", "googleother", "yandex", "baiduspider", "duckduck", "applebot"},
		{"Other bot", "bot", "crawl", "externalagent", "spider", "archive.org", "headless"},
	}},
	// Scripts and browsers.
	{script, [][]string{
		{"curl", "curl/"},
		{"Wget", "wget"},
		{"Python", "python", "aiohttp", "httpx"},
		{"Go", "go-http-client"},
		{"Java", "okhttp", "apache-httpclient", "java/"},
		{"JavaScript", "axios", "node", "undici"},
		{"PHP", "guzzle", "php"},
		{"Ruby", "ruby", "http.rb", "faraday"},
		{"Perl", "libwww-perl"},
		{"PowerShell", "powershell"},
	}},
	{browser, [][]string{
		{"Browser", "mozilla/", "opera/"},
	}},
}

// findReader returns the program of a User-Agent, which is in lower case.
func findReader(text string) reader {
	if strings.Trim(text, " -") == "" {
		return reader{"Unnamed", script}
	}
	isIn := func(token string) bool { return strings.Contains(text, token) }
	for _, group := range readers {
		for _, program := range group.programs {
			if slices.ContainsFunc(program[1:], isIn) {
				return reader{program[0], group.family}
			}
		}
	}
	return reader{otherReader, app}
}
