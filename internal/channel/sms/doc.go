// Package sms is the door of text messages and missed calls: carriers post what came in, people answer call-ups, register in a
// dialogue, say STOP or withdraw.
//
// What a carrier posts is sealed and on disk before the carrier is told "taken", also while the node is locked; it is handled
// once, afterwards, with its effect in the transaction that marks it. A copy under another id is the same text. Half-finished
// registrations live in this process's memory only and start anew after a restart; they work while the node is locked.
//
// It decides nothing about people: that is the registry's and the call-up's. It never tells a sender whether a number is known,
// never answers its own texts, and never writes a number or a text into a log, an address or an act.
package sms
