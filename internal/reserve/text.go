package reserve

import "time"

// OutboundText is one text to hand to a carrier. Ref is our own reference: the same text tried again carries the same
// one, so that a carrier that keeps it sends once.
type OutboundText struct {
	Ref        string
	To         Private // E.164
	Body       Private
	ValidUntil time.Time // a carrier that can, drops the text after this
}

// InboundKind says what came in.
type InboundKind string

// The kinds of inbound.
const (
	InboundText InboundKind = "text"
	InboundCall InboundKind = "call" // a missed call
)

// Inbound is a text or a missed call as a carrier posted it. ID is the carrier's own id, empty where it gives none.
type Inbound struct {
	Carrier string
	ID      string
	Kind    InboundKind
	From    Private // as posted
	To      string
	Body    []byte    // raw bytes, kept sealed
	SentAt  time.Time // as the carrier says; zero where it does not
}

// DeliveryState is what became of a text, as a carrier reports it.
type DeliveryState string

// The delivery states. Delivered is final; a true delivery corrects an earlier failure.
const (
	Delivered   DeliveryState = "delivered"
	Undelivered DeliveryState = "failed"
	Underway    DeliveryState = "sent"
)

// DeliveryReport is one report of a carrier about one text. Reports come in any order, again, and days later.
type DeliveryReport struct {
	Carrier    string
	CarrierRef string // the id the carrier gave when it took the text
	Ref        string // our own reference, where the carrier gives it back
	Part       int    // of a text of several parts, from 1; 0 is the whole text
	State      DeliveryState
	At         time.Time
}

// SendError is a carrier's refusal. Retry says whether the same text may be tried again; Unknown that nobody knows
// whether it was taken (the answer was lost); Ours that the fault is in our settings and worth an alarm; Wait how long
// the whole connection should pause (throttled). Any other error of a carrier counts as Unknown.
type SendError struct {
	Code    string
	Retry   bool
	Unknown bool
	Ours    bool
	Wait    time.Duration
}

// Error gives the code; it holds no number and no text.
func (e *SendError) Error() string { return "send: " + e.Code }
