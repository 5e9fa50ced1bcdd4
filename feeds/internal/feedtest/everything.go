package feedtest

import (
	"time"

	"feedmill/feeds"
)

// Site returns a site with every field set.
func Site() *feeds.Site {
	return &feeds.Site{
		Title:       "Example News & Views",
		Description: "All the news of <example>",
		BaseURL:     "https://feeds.example.com/",
		HomeURL:     "https://www.example.com/",
		Language:    "en-GB",
		Author:      feeds.Person{Name: "Ed Itor", Email: "ed@example.com", URL: "https://www.example.com/ed", Avatar: "https://www.example.com/ed.png"},
		Icon:        "https://www.example.com/icon.png",
		Logo:        "https://www.example.com/logo.svg",
		Copyright:   "© 2021 Example & Sons",
	}
}

// Empty returns a feed without items, of a site with few fields set.
func Empty() *feeds.Feed {
	site := &feeds.Site{Title: "Bare", BaseURL: "https://feeds.example.com/", HomeURL: "https://feeds.example.com/", Language: "en"}
	return &feeds.Feed{Site: site, ID: "urn:uuid:7d1e2a1c-64a3-5c0f-9f0e-0d4c1f1c8a01", Title: "Bare", Description: "Everything from Bare"}
}

// Archive returns an archive between two others.
func Archive() *feeds.Feed {
	f := Everything()
	f.Items = f.Items[:1]
	f.History = feeds.History{Period: "2021-03", Prev: "2021-02-b", Next: "2021-04"}
	return f
}

// Complete returns a feed that has all items of its topic, and a tombstone.
func Complete() *feeds.Feed {
	f := Empty()
	f.Complete = true
	f.Tombstones = []feeds.Tombstone{{ID: "urn:x:lost & found", When: time.Date(2021, 3, 31, 8, 0, 0, 0, time.UTC)}}
	return f
}

// Everything returns the feed of a topic. Its items together have every field set,
// and some have hardly any.
func Everything() *feeds.Feed {
	return &feeds.Feed{
		Site:        Site(),
		Key:         feeds.Key{Kind: feeds.Topic, Slug: "日本"},
		ID:          "urn:uuid:7d1e2a1c-64a3-5c0f-9f0e-0d4c1f1c8a02",
		Title:       "日本 & Korea – Example News",
		Name:        "日本 & Korea",
		Description: "What AT&T <3 about 日本",
		Updated:     time.Date(2021, 3, 30, 8, 0, 0, 0, time.UTC),
		TTL:         15 * time.Minute,
		Items:       []*feeds.Item{article(), video(), podcast(), undated(), bare()},
	}
}

func article() *feeds.Item {
	return &feeds.Item{
		ID:          "https://www.example.com/2021/03/29/white-house",
		URL:         "https://www.example.com/2021/white-house?a=1&b=2",
		OriginalURL: "https://www.reuters.com/article/us-usa-northkorea-biden/idUSKBN2BL2GU",
		AMP: []feeds.Link{
			{URL: "https://mobile.reuters.com/article/amp/idUSKBN2BL2GU", Title: "AMP"},
			{URL: "https://mobile-reuters-com.cdn.ampproject.org/c/s/mobile.reuters.com/article/amp/idUSKBN2BL2GU", Title: "cached"},
		},
		Title:     "White house says \"Biden\" <does not> intend to meet with AT&T & North Korea's &amp; Kim",
		Summary:   "U.S. President Joe Biden does not intend to meet <Kim Jong Un> & Co., the White House said on Monday.",
		HTML:      "<p><img src=\"https://s4.example.net/r/?m=02&amp;d=20210329\" alt=\"\"></p>\n<p>Ends in ]]&gt; and ]]> &amp; more – 日本 👩‍🚀</p>",
		Published: time.Date(2021, 3, 29, 16, 35, 0, 0, time.UTC),
		Updated:   time.Date(2021, 3, 30, 8, 0, 0, 0, time.UTC),
		Authors: []feeds.Person{
			{Name: "Reuters", URL: "https://reuters.com/", Avatar: "https://www.example.com/reuters.com-50x50.jpg"},
			{Name: "Jane \"J\" Doe & Co", Email: "jane@example.com"},
		},
		Language: "ko",
		Tags: []feeds.Tag{
			{Kind: feeds.Topic, Name: "日本 & Korea"}, {Kind: feeds.Topic, Name: "C++"}, {Kind: feeds.Topic, Name: "news"},
			{Kind: feeds.Category, Name: "news"}, {Kind: feeds.Type, Name: "article"}, {Kind: feeds.Provider, Name: "Reuters"},
		},
		Images: []feeds.Image{
			{URL: "https://s4.example.net/r/?m=02&d=20210329", Width: 787, Height: 545, Title: "Kim & <Biden>", Credit: "AP & Reuters"},
			{URL: "https://s4.example.net/second image.jpg"},
		},
		Source: &feeds.Source{Name: "Reuters & Co", URL: "https://reuters.com/", Icon: "https://www.example.com/reuters.com-50x50.jpg", ID: "https://reuters.com/"},
		Related: []feeds.Related{
			{
				URL: "https://www.reuters.com/article/kim-says-biden-idUSKBN29D2YA", Title: "North Korea's Kim calls U.S. 'our biggest enemy' & more",
				Summary: "North Korean leader Kim Jong Un called for more", Published: time.Date(2021, 1, 9, 9, 2, 0, 0, time.UTC), Provider: "Reuters",
			},
			{URL: "https://www.usatoday.com/videos/news/6976087002/"},
		},
	}
}

func video() *feeds.Item {
	return &feeds.Item{
		ID:        "tag:example.com,2021:video",
		URL:       "https://www.example.com/video",
		Title:     "A video",
		Summary:   "To watch",
		Published: time.Date(2021, 3, 28, 12, 0, 0, 0, time.UTC),
		Updated:   time.Date(2021, 3, 28, 12, 0, 0, 0, time.UTC),
		Authors:   []feeds.Person{{Name: "Ann Author", Email: "ann@example.com", URL: "https://www.example.com/ann"}},
		Tags:      []feeds.Tag{{Kind: feeds.Topic, Name: "日本 & Korea"}, {Kind: feeds.Type, Name: "video"}},
		Images:    []feeds.Image{{URL: "https://www.example.com/poster.jpg", Width: 1920, Height: 1080}},
		Video:     &feeds.Video{PlayerURL: "https://www.example.com/embed/42?autoplay=0&rel=0", PageURL: "https://www.example.com/watch/42"},
	}
}

func podcast() *feeds.Item {
	return &feeds.Item{
		ID:        "urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a",
		URL:       "https://www.example.com/podcast",
		Title:     "Something to hear",
		HTML:      "<p>Listen &amp; learn</p>",
		Published: time.Date(2021, 3, 27, 12, 0, 0, 0, time.UTC),
		Updated:   time.Date(2021, 3, 27, 12, 30, 0, 0, time.UTC),
		Tags:      []feeds.Tag{{Kind: feeds.Topic, Name: "日本 & Korea"}},
		Enclosures: []feeds.Enclosure{
			{URL: "https://www.example.com/episode.mp3", Type: "audio/mpeg", Length: 12345678, Duration: 90*time.Minute + 500*time.Millisecond},
			{URL: "https://www.example.com/episode.ogg", Type: "audio/ogg"},
		},
	}
}

func undated() *feeds.Item {
	return &feeds.Item{
		ID:      "https://www.example.com/undated",
		URL:     "https://www.example.com/undated",
		Title:   "No date",
		Summary: "Summary & no date",
		Updated: time.Date(2021, 3, 26, 12, 0, 0, 0, time.UTC),
		Tags:    []feeds.Tag{{Kind: feeds.Topic, Name: "日本 & Korea"}},
		Video:   &feeds.Video{PageURL: "https://www.example.com/watch/43"},
	}
}

func bare() *feeds.Item {
	return &feeds.Item{
		ID:      "https://www.example.com/bare",
		Title:   "Nothing but a title",
		Updated: feeds.Undated.Add(-12 * time.Hour),
		Tags:    []feeds.Tag{{Kind: feeds.Topic, Name: "日本 & Korea"}},
	}
}
