// Package sms is the door of texts and missed calls. A carrier posts here; what came in is kept sealed before the carrier
// is answered, and handled once: STOP and withdrawal first, then registration by text, then answers to a call-up. It
// decodes and answers; registry and callup decide. It never logs a number or a text.
package sms
