package seal

import "time"

const ackKind = "muster-ack 1"

// Ack is the hub's answer to a bundle; with it the node may forget what it sent.
// A locked hub can give it, because it signs with its own node key.
type Ack struct {
	Origin   string    `json:"origin"`
	Node     string    `json:"node"`     // the node that sent the bundle
	Sequence int64     `json:"sequence"` // of the bundle
	Digest   []byte    `json:"digest"`   // of the bundle
	Taken    int       `json:"taken"`    // records that were new
	Repeated int       `json:"repeated"` // records that were known
	Refused  int       `json:"refused"`  // records that could not be taken
	At       time.Time `json:"at"`
}

// SignAck writes the answer as three lines of text.
func SignAck(hub NodeKey, a Ack) ([]byte, error) {
	a.At = a.At.UTC()
	return signText(ackKind, hub.key, a)
}

// OpenAck reads an answer that hub signed. Any other is refused with ErrAck.
// The node still compares Node, Sequence and Digest with what it sent.
func OpenAck(text []byte, hub NodePublic) (Ack, error) {
	var a Ack
	if !checkSigned(text, hub.key) || !readSigned(ackKind, text, &a) {
		return Ack{}, ErrAck
	}
	return a, nil
}
