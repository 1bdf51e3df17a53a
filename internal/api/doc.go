// Package api is the house's door for programs: one public route that takes registrations, and the routes of staff, all
// in JSON, with every fault of a request told at once as problem+json (RFC 9457) and described in an OpenAPI 3.1
// document that is made from the same table that serves them.
//
// It decodes, calls one method of a package below, and writes the answer: it decides nothing. It never tells a sender
// whether a person or number is known, never shows the text of an internal error, and never writes an address, a body or
// a path with an id to the log: route patterns only.
package api
