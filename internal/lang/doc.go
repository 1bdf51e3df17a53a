// Package lang holds every sentence a person may read, in every language of the house, and the rules of short text
// messages: which alphabet a text needs, how many parts it costs, how to spell it plainly.
//
// One language is one file, catalog/<code>.json: its metadata under "meta" and its sentences under "texts", flat keys
// in alphabetical order, {placeholders} in braces, plural forms as an object of CLDR categories. Adding a language is
// adding a file; the tests say which keys or placeholders it lacks. The prefixes are:
//
//	error.   one for every code of reserve.Error            reason.  why a person is not asked
//	join.    the public form and its answers                 link.    why two records look like one person
//	me.      the self-service page                           state.   states of people, call-ups, lists, invitations
//	sms.     texts that are sent; neutral, short             function. qualification. role. recipient.  default names
//	console. pages and boards of the staff
//
// The package never reads a drive, a clock or a file outside itself, never escapes for HTML (the page does) and never
// shows a key in place of a sentence without a mark around it.
package lang
