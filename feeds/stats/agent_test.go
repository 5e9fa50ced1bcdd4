package stats

import (
	"strings"
	"testing"
)

// none stands for no number of subscribers.
const none = -1

// TestAgents has User-Agents from logs and from the sources of readers.
func TestAgents(t *testing.T) {
	for _, c := range []struct {
		userAgent   string
		name        string
		family      family
		subscribers int64
		id          string
	}{
		{"Feedly/1.0 (+http://www.feedly.com/fetcher.html; 457 subscribers; like FeedFetcher-Google)", "Feedly", service, 457, ""},
		{"Feedly/1.0 (poller; 131 subscribers;)", "Feedly", service, 131, ""},
		{"Feedly/1.0 (+http://www.feedly.com/fetcher.html; 1,234 subscribers; )", "Feedly", service, 1234, ""},
		{"FeedlyBot/1.0 (+http://www.feedly.com/feedlybot.html)", "Feedly", service, none, ""},
		{"Inoreader/1.0 (+http://www.inoreader.com/feed-fetcher; 26 subscribers; )", "Inoreader", service, 26, ""},
		{"Mozilla/5.0 (compatible; inoreader.com; 7 subscribers)", "Inoreader", service, 7, ""},
		{`NewsBlur Feed Fetcher - 54 subscribers - https://www.newsblur.com/site/6865328/grumpy-website ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/14.0.1 Safari/605.1.15")`, "NewsBlur", service, 54, "6865328"},
		{"NewsBlur Feed Fetcher - 1 subscriber - http://www.newsblur.com/site/0000000/webpage (Mozilla/5.0 (Macintosh))", "NewsBlur", service, 1, "0000000"},
		{"Mozilla/5.0 (compatible; theoldreader.com; 2 subscribers; feed-id=0719795c4d27c784217b0bc0)", "The Old Reader", service, 2, "0719795c4d27c784217b0bc0"},
		{"Feedbin feed-id:1344882 - 122 subscribers", "Feedbin", service, 122, "1344882"},
		{"Feedbin - 1 subscribers", "Feedbin", service, 1, ""},
		{"Mozilla/5.0 (compatible; BazQux/2.4; +https://bazqux.com/fetcher; 6 subscribers)", "BazQux", service, 6, ""},
		{"Netvibes (http://www.netvibes.com/; 5 subscribers; feedId: 5404723)", "Netvibes", service, 5, "5404723"},
		{"Feedfetcher-Google; (+http://www.google.com/feedfetcher.html; 3 subscribers; feed-id=7675226481817637975)", "Google", service, 3, "7675226481817637975"},
		{"FeedFetcher-Google; (+http://www.google.com/feedfetcher.html)", "Google", service, none, ""},
		{"Bloglovin/1.0 (http://www.bloglovin.com; 1 subscribers)", "Bloglovin", service, 1, ""},
		{"NewsGatorOnline/2.0 (http://www.newsgator.com; 5 subscribers)", "NewsGator", service, 5, ""},
		{"livedoor FeedFetcher/0.01 (http://reader.livedoor.com/; 1 subscriber)", "livedoor", service, 1, ""},
		{"Overcast/1.0 Podcast Sync (210 subscribers; feed-id=735461; +http://overcast.fm/)", "Overcast", service, 210, "735461"},
		{"Breaker/v315 (subscribers=9999; feed-id=123456; url=https://www.breaker.audio/url-slug-to-podcast)", "Breaker", service, 9999, "123456"},
		{"Superfeedr bot/2.0 http://superfeedr.com - Make your feeds realtime: get in touch - feed-id:46271263", "Superfeedr", service, none, "46271263"},
		{"Blogtrottr/2.0", "Blogtrottr", service, none, ""},
		{"Slackbot 1.0 (+https://api.slack.com/robots)", "Slack", service, none, ""},
		{"Zapier", "Zapier", service, none, ""},
		{"Dreamwidth Studios (webmaster@dreamwidth.org; for https://www.dreamwidth.org/users/example_feed/; 2 readers)", "Dreamwidth", service, 2, ""},
		{"LiveJournal.com (webmaster@livejournal.com; for http://www.livejournal.com/users/example/; 488 readers)", "LiveJournal", service, 488, ""},
		{"LiveJournal.com (webmaster@livejournal.com; for http://www.livejournal.com/users/example/; 1 readers)", "LiveJournal", service, 1, ""},
		{"iTMS", "Apple Podcasts", service, none, ""},
		{"Spotify/1.0", "Spotify", service, none, ""},

		// Services that the table does not know.
		{"Bloglines/3.1 (http://www.bloglines.com; 1 subscriber)", "Other", service, 1, "bloglines "},
		{"Zhuaxia.com 1 Subscribers", "Other", service, 1, "zhuaxia.com "},
		{"AideRSS/1.0 (aiderss.com); 2 subscribers", "Other", service, 2, "aiderss "},
		{"xianguo-rssbot/0.1 (http://www.xianguo.com/; 1 subscribers)", "Other", service, 1, "xianguo-rssbot "},
		{"Mozilla/5.0 (X11; U; Linux i686; en-US; rv:1.2.1; Rojo 1.0;; Aggregating on behalf of 3 subscriber(s) online at http://www.rojo.com) Gecko/20021130", "Other", service, 3, "mozilla "},
		{"Lecteur/1.0 (+https://example.fr; 12 abonnés)", "Other", service, 12, "lecteur "},
		{"Leser/2 (1.204 Abonnenten; feed-id=7)", "Other", service, 1204, "leser 7"},
		{"Reader.jp (購読: 15)", "Other", service, 15, "reader.jp "},
		{"PlainFeeder v0.0.1 (+http://plainfeeder.com/about ; Subscriber Count: 42)", "Other", service, 42, "plainfeeder "},
		{"OohDirectory/1.0 (+ 1 subscribers)", "Other", service, 1, "oohdirectory "},
		{"SomeReader/2.1 (1,204 readers)", "Other", service, 1204, "somereader "},

		{"FreshRSS/1.23.1 (Linux; https://freshrss.org)", "FreshRSS", app, none, ""},
		{"Mozilla/5.0 (compatible; Miniflux/2.2.3; +https://miniflux.app)", "Miniflux", app, none, ""},
		{"Tiny Tiny RSS/25.07-dea3f2d (Unsupported) (https://tt-rss.org/)", "Tiny Tiny RSS", app, none, ""},
		{"CommaFeed/4.6.0 (https://github.com/Athou/commafeed)", "CommaFeed", app, none, ""},
		{"NextCloud-News/1.0", "Nextcloud News", app, none, ""},
		{"NetNewsWire (RSS Reader; https://netnewswire.com/)", "NetNewsWire", app, none, ""},
		{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_9_2) AppleWebKit/537.74.9 (KHTML, like Gecko) Version/6.0 NetNewsWire/4.0.0", "NetNewsWire", app, none, ""},
		{"Reeder/5050102 CFNetwork/3860.700.2 Darwin/25.6.0", "Reeder", app, none, ""},
		{"newsboat/2.13 (Linux x86_64)", "Newsboat", app, none, ""},
		{"newsbeuter/2.7 (Linux x86_64)", "Newsboat", app, none, ""},
		{"Liferea/1.10.6 (Linux; en_US.UTF8; http://liferea.sf.net/) AppleWebKit (KHTML, like Gecko)", "Liferea", app, none, ""},
		{"Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Thunderbird/115.6.1", "Thunderbird", app, none, ""},
		{"rss2email/3.11 (https://github.com/rss2email/rss2email)", "rss2email", app, none, ""},
		{"Mozilla/5.0 Vienna/3.9.5", "Vienna", app, none, ""},
		{"SpaceCowboys Android RSS Reader / 2.13.0(3764)", "Feeder", app, none, ""},
		{"Akregator/5.24.0 (23.08.0); syndication", "Akregator", app, none, ""},
		{"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.21 (KHTML, like Gecko) akregator/4.11.5 Safari/537.21", "Akregator", app, none, ""},
		{"FeedDemon/4.5 (http://www.feeddemon.com/; Microsoft Windows XP)", "FeedDemon", app, none, ""},
		{"RSSOwl/2.2.1.201312301316 (X11; U; en)", "RSSOwl", app, none, ""},
		{"JetBrains Omea Reader 2.2 (http://www.jetbrains.com/omea/reader/)", "Omea Reader", app, none, ""},
		{"ReadKit/7017 CFNetwork/673.2.1 Darwin/13.1.0 (x86_64) (MacBookPro10%2C1)", "ReadKit", app, none, ""},
		{"Unread RSS Reader - https://www.goldenhillsoftware.com/unread/", "Unread", app, none, ""},
		{"Fiery%20Feeds/572 CFNetwork/3860.100.1 Darwin/25.0.0", "Fiery Feeds", app, none, ""},
		{"Emacs Elfeed 3.4.2", "Elfeed", app, none, ""},
		{"WordPress/6.9; https://www.domain.com", "WordPress", app, none, ""},
		{"feedparser/6.0.2 +https://github.com/kurtmckee/feedparser/", "feedparser", app, none, ""},
		{"Roy and Rianne's Righteously Royalty-free RSS Reader v 0.1", "Other", app, none, ""},
		{"Windows 10 users", "Other", app, none, ""},
		{"Subscriber Notes 2.0: a reader", "Other", app, none, ""},
		{"RSS 2 Reader", "Other", app, none, ""},

		{"curl/8.5.0", "curl", script, none, ""},
		{"Wget/1.21.4", "Wget", script, none, ""},
		{"python-requests/2.32.3", "Python", script, none, ""},
		{"Go-http-client/2.0", "Go", script, none, ""},
		{"node", "JavaScript", script, none, ""},
		{"", "Unnamed", script, none, ""},
		{"-", "Unnamed", script, none, ""},
		{"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/121.0.0.0 Safari/537.36", "Browser", browser, none, ""},
		{"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Search engine", bot, none, ""},
		{"Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)", "Search engine", bot, none, ""},
		{"Mastodon/4.4.2 (http.rb/5.2.0; +https://mastodon.social/)", "Fediverse", bot, none, ""},
		{"Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "Link preview", bot, none, ""},
		{"meta-externalagent/1.1 (+https://developers.facebook.com/docs/sharing/webmasters/crawler)", "Other bot", bot, none, ""},
		{"Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", "Other bot", bot, none, ""},
	} {
		a := parseAgent([]byte(c.userAgent))
		subscribers := a.subscribers
		if !a.stated {
			subscribers = none
		}
		if a.name != c.name || a.family != c.family || subscribers != c.subscribers || a.id != c.id {
			t.Errorf("%s:\n got %s, %s, %d, %q\nwant %s, %s, %d, %q", c.userAgent, a.name, a.family, subscribers, a.id, c.name, c.family, c.subscribers, c.id)
		}
	}
}

// TestReaders fails for lines of the table that can never match.
func TestReaders(t *testing.T) {
	families := map[string]family{}
	var before []string
	for _, group := range readers {
		for _, program := range group.programs {
			for _, token := range program[1:] {
				if token == "" || token != strings.ToLower(token) {
					t.Errorf("%q is empty or not in lower case", token)
				}
				for _, earlier := range before {
					if strings.Contains(token, earlier) {
						t.Errorf("%q never counts: %q comes before it", token, earlier)
					}
				}
				before = append(before, token)
			}
			if f, ok := families[program[0]]; ok && f != group.family {
				t.Errorf("%s is of two families", program[0])
			}
			families[program[0]] = group.family
		}
	}
}

// programs lists all of readers, in order.
func programs() (all [][]string) {
	for _, group := range readers {
		all = append(all, group.programs...)
	}
	return all
}

func TestParseNumber(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "12": 12, "1,234": 1234, "1.234.567": 1234567, "1'234": 1234, "10000000": maxClaim,
		"": none, "1,23": none, "1234,567": none, "10000001": none, "99999999999999999999999": none, ",123": none, "1,": none,
	} {
		n, ok := parseNumber(text)
		if !ok {
			n = none
		}
		if n != want {
			t.Errorf("%q: %d, want %d", text, n, want)
		}
	}
}

func FuzzParseAgent(f *testing.F) {
	for _, s := range []string{
		"Feedly/1.0 (+http://www.feedly.com/fetcher.html; 457 subscribers; like FeedFetcher-Google)",
		"Netvibes (5 subscribers; feedId: 5404723)", "1,234 abonnés feed-id=\xff\x00", "subscribers=1 subscribers=2", "購読: 1", strings.Repeat("1 subscriber", 100),
	} {
		f.Add([]byte(s))
	}
	known := map[string]bool{otherReader: true, "Unnamed": true}
	for _, p := range programs() {
		known[p[0]] = true
	}
	f.Fuzz(func(t *testing.T, userAgent []byte) {
		a := parseAgent(userAgent)
		if !known[a.name] {
			t.Errorf("made-up reader %q", a.name)
		}
		if a.subscribers < 0 || a.subscribers > maxClaim || !a.stated && a.subscribers != 0 {
			t.Errorf("%d subscribers, stated: %v", a.subscribers, a.stated)
		}
		if len(a.id) > 2*idBytes+1 {
			t.Errorf("id of %d bytes", len(a.id))
		}
	})
}

// BenchmarkParseAgent measures a User-Agent that has not been seen before.
func BenchmarkParseAgent(b *testing.B) {
	for name, userAgent := range map[string]string{"feedly": feedlyAgent, "browser": browserAgent, "unknown": strings.Repeat("unknown 1 ", 25)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				parseAgent([]byte(userAgent))
			}
		})
	}
}
