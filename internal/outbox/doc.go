// Package outbox delivers texts: it claims due rows of the store, looks up whom they are for, writes them in the person's
// language and hands them to a carrier, as fast as the carrier may be used and no faster, over all nodes together.
//
// A text is handed over at least once and, as far as anybody can know, once: where a carrier's answer is lost, the text is
// tried again only if the carrier tells our own reference apart, and is put to a person as "unknown" if it does not. What
// has expired, what its call-up needs no more and what is meant for somebody who has withdrawn or said STOP is not sent.
//
// It never decides who is asked, never keeps a number or a text outside a sealed box, never logs either, and while the
// node is locked it sends only replies that this process sealed under its memory key.
package outbox
