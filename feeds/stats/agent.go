package stats

import (
	"crypto/sha256"
	"strings"
)

// family is what kind of program polls.
type family uint8

// The families of programs. Only services and apps have subscribers.
const (
	app     family = iota // polls for whoever runs it
	service               // polls for many people
	script                // a library or command that can be part of any program
	browser               // a person looks at the document
	bot                   // search engines, previews of links, monitors
)

var familyNames = [...]string{"app", "service", "script", "browser", "bot"}

// String is the family's name: "service".
func (f family) String() string { return familyNames[f] }

// agent is what a User-Agent says.
type agent struct {
	reader
	claim
	hash [sha256.Size]byte // tells clients apart: of a service's name and id, else of the User-Agent
}

// parseAgent reads a User-Agent, which may be any bytes.
func parseAgent(userAgent []byte) *agent {
	userAgent = userAgent[:min(len(userAgent), agentBytes)]
	text := strings.ToLower(string(userAgent))
	a := &agent{reader: findReader(text), hash: sha256.Sum256(userAgent)}
	a.claim = parseClaim(text, a.family == service)
	if a.stated && a.family != service {
		// A service that the table does not know, or an app that polls for several people.
		if a.family != app || a.name == otherReader {
			a.name, a.id = otherReader, product(text)+" "+a.id
		}
		a.family = service
	}
	if a.family == service {
		a.hash = sha256.Sum256([]byte(a.name + " " + a.id))
	}
	return a
}

// product is the name that a User-Agent begins with.
func product(text string) string {
	if i := strings.IndexAny(text, "/ (;"); i >= 0 {
		text = text[:i]
	}
	return text[:min(len(text), idBytes)]
}

// agents holds User-Agents that have been parsed.
type agents map[string]*agent

const maxAgents = 4096

// parse returns what parseAgent does, without parsing a User-Agent each time.
func (known agents) parse(userAgent []byte) *agent {
	if a := known[string(userAgent)]; a != nil {
		return a
	}
	if len(known) == maxAgents {
		clear(known) // most are made up; those in use are soon parsed again
	}
	a := parseAgent(userAgent)
	known[string(userAgent)] = a
	return a
}
