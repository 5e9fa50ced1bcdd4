package stats

import (
	"crypto/sha256"
	"strings"
)

// Family is what kind of program polls.
type Family uint8

// The families. Only services and apps have subscribers.
const (
	App     Family = iota // polls for whoever runs it
	Service               // polls for many people
	Script                // a library or command that anything may be built on
	Browser               // somebody looks at the document
	Bot                   // search engines, previews of links, monitors
)

var familyNames = [...]string{"app", "service", "script", "browser", "bot"}

// String is the family's name: "service".
func (f Family) String() string { return familyNames[f] }

// agent is what a User-Agent says.
type agent struct {
	reader
	claim
	who [sha256.Size]byte // tells agents apart: of a service its name and id, else of the User-Agent
}

// identify reads a User-Agent, of any bytes.
func identify(userAgent []byte) *agent {
	userAgent = userAgent[:min(len(userAgent), agentBytes)]
	text := lower(userAgent)
	a := &agent{reader: readerOf(text), who: sha256.Sum256(userAgent)}
	a.claim = claimOf(text, a.family == Service)
	if a.stated && a.family != Service {
		// A service that the table does not know, or an app that somebody runs for others.
		if a.family != App || a.name == otherReader {
			a.name, a.id = otherReader, product(text)+" "+a.id
		}
		a.family = Service
	}
	if a.family == Service {
		a.who = sha256.Sum256([]byte(a.name + " " + a.id))
	}
	return a
}

// lower is text in lower case, as far as it is ASCII.
func lower(text []byte) string {
	b := make([]byte, len(text))
	for i, c := range text {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		b[i] = c
	}
	return string(b)
}

// product is the name that a User-Agent begins with.
func product(text string) string {
	if i := strings.IndexAny(text, "/ (;"); i >= 0 {
		text = text[:i]
	}
	return text[:min(len(text), idBytes)]
}

// agents remembers what User-Agents say.
type agents map[string]*agent

const maxAgents = 4096

func (known agents) of(userAgent []byte) *agent {
	if a := known[string(userAgent)]; a != nil {
		return a
	}
	if len(known) == maxAgents {
		clear(known) // a flood; real ones are back at once
	}
	a := identify(userAgent)
	known[string(userAgent)] = a
	return a
}
