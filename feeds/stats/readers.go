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
// contain, in lower case; where nothing follows, that is the name. The first one that
// matches counts. Bots, scripts and browsers come last, because many readers have
// their names in the User-Agent as well.
var readers = [...]struct {
	family   family
	programs [][]string
}{
	// Services, each of which polls for many people.
	{service, [][]string{
		{"Feedly"}, // also FeedlyBot and FeedlyApp
		{"Inoreader"}, {"NewsBlur"},
		{"The Old Reader", "theoldreader"},
		{"Feedbin"}, {"BazQux"}, {"FeedHQ"},
		{"Feed Wrangler", "feed wrangler", "feedwrangler"},
		{"Dreamwidth"}, {"LiveJournal"}, {"NewsGator"}, {"Netvibes"}, {"Bloglovin"}, {"Blogtrottr"},
		{"Feedspot"}, {"FeedPress"}, {"FeedBurner"},
		{"Google", "feedfetcher-google"}, // after Feedly, which also contains it
		{"Superfeedr"}, {"livedoor"}, {"Fastladder"}, {"HanRSS"}, {"Readwise"}, {"Flipboard"},
		{"G2Reader"}, {"MiniReader"}, {"Feedmailer"}, {"FeedMail"},
		{"RSS Parrot", "rss-parrot"},
		{"Scour", "scourrss"},
		{"Gwene"}, {"MonitoRSS"}, {"IFTTT"}, {"Zapier"}, {"Overcast"},
		{"Pocket Casts", "pocketcasts", "pocket casts"},
		{"Breaker", "breaker/"},
		{"Apple Podcasts", "itms"},
		{"Spotify"},
	}},
	{bot, [][]string{
		{"Link preview", "slackbot-"}, // Slackbot-LinkExpanding
	}},
	{service, [][]string{
		{"Slack", "slackbot"},
	}},
	// Apps, which poll for whoever runs them, also on a server.
	{app, [][]string{
		{"FreshRSS"}, {"Miniflux"}, {"Tiny Tiny RSS"}, {"CommaFeed"},
		{"Nextcloud News", "nextcloud-news"},
		{"selfoss"}, {"Stringer"}, {"yarr"}, {"NetNewsWire"}, {"Reeder"},
		{"Newsboat", "newsboat", "newsbeuter"},
		{"Liferea"}, {"Thunderbird"}, {"rss2email"},
		{"Vienna", "vienna/"},
		{"Feeder", "spacecowboys", "nononsenseapps"},
		{"Akregator"}, {"QuiteRSS"},
		{"RSS Guard", "rss guard", "rssguard"},
		{"RSSOwl"},
		{"RSS Bandit", "rssbandit"},
		{"FeedDemon"}, {"Feeddler"}, {"Omea Reader"}, {"ReadKit"}, {"Unread"},
		{"Fiery Feeds", "fiery"},
		{"feeeed"},
		{"News Explorer", "news/explorer", "newsexplorer"},
		{"lire", "lire/"},
		{"Capy Reader", "capyreader"},
		{"Read You", "readyou"},
		{"NewsFlash"}, {"Elfeed"}, {"Emacs"},
		{"Raven Reader", "raven"},
		{"Plenary"}, {"Feedbro"}, {"Vivaldi"},
		{"Apple PubSub", "apple-pubsub"},
		{"Windows RSS", "windows-rss-platform"},
		{"Outlook"}, {"AntennaPod"}, {"gPodder"},
		{"Podcast Addict", "podcastaddict"},
		{"WordPress"}, {"SimplePie"}, {"feedparser"}, {"gofeed"}, {"rss-parser"},
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
		{"Wget"},
		{"Python", "python", "aiohttp", "httpx"},
		{"Go", "go-http-client"},
		{"Java", "okhttp", "apache-httpclient", "java/"},
		{"JavaScript", "axios", "node", "undici"},
		{"PHP", "guzzle", "php"},
		{"Ruby", "ruby", "http.rb", "faraday"},
		{"Perl", "libwww-perl"},
		{"PowerShell"},
	}},
	{browser, [][]string{
		{"Browser", "mozilla/", "opera/"},
	}},
}

func init() {
	for _, group := range readers {
		for i, program := range group.programs {
			if len(program) == 1 {
				group.programs[i] = append(program, strings.ToLower(program[0]))
			}
		}
	}
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
