// Package front serves HTTP: it has the sockets, the parsing and the limits, and
// asks a [Handler] what to answer. It knows nothing of what is served.
package front
