package audit

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"muster/internal/reserve"
)

// ErrCheckpoint is wrapped by every refusal to sign or open a checkpoint: it is
// no checkpoint, or not one that the given key signed.
var ErrCheckpoint = &reserve.Error{Kind: reserve.Invalid, Code: "checkpoint-bad"}

// Checkpoint is the head of a log at a moment. Origin names the log; a log
// that goes on after a restore takes a new one, because the acts lost with the
// old disk make it another log.
type Checkpoint struct {
	Origin string
	Size   int64
	Root   tlog.Hash
	At     int64 // microseconds UTC
}

// text is the body of the note: origin, size and root as the checkpoints of
// other transparency logs have them, then the time on a line of its own.
func (cp Checkpoint) text() string {
	return fmt.Sprintf("%s\n%d\n%s\nat %d\n", cp.Origin, cp.Size, cp.Root, cp.At)
}

// SignCheckpoint writes a checkpoint as a signed note (golang.org/x/mod/sumdb/note).
func SignCheckpoint(cp Checkpoint, signer note.Signer) ([]byte, error) {
	if cp.Origin == "" || strings.ContainsAny(cp.Origin, "\r\n") || cp.Size < 0 {
		return nil, fmt.Errorf("sign: %w", ErrCheckpoint)
	}
	msg, err := note.Sign(&note.Note{Text: cp.text()}, signer)
	if err != nil {
		return nil, fmt.Errorf("sign a checkpoint of size %d: %w", cp.Size, err)
	}
	return msg, nil
}

// OpenCheckpoint reads a signed checkpoint and returns it only if verifier's key
// signed it. The error wraps ErrCheckpoint.
func OpenCheckpoint(text []byte, verifier note.Verifier) (Checkpoint, error) {
	n, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 5 || !strings.HasPrefix(lines[3], "at ") {
		return Checkpoint{}, fmt.Errorf("%w: %d lines", ErrCheckpoint, len(lines)-1)
	}
	cp := Checkpoint{Origin: lines[0]}
	if cp.Size, err = strconv.ParseInt(lines[1], 10, 64); err != nil || cp.Size < 0 {
		return Checkpoint{}, fmt.Errorf("%w: bad size", ErrCheckpoint)
	}
	if cp.Root, err = tlog.ParseHash(lines[2]); err != nil {
		return Checkpoint{}, fmt.Errorf("%w: bad root", ErrCheckpoint)
	}
	if cp.At, err = strconv.ParseInt(strings.TrimPrefix(lines[3], "at "), 10, 64); err != nil {
		return Checkpoint{}, fmt.Errorf("%w: bad time", ErrCheckpoint)
	}
	// One checkpoint has one text: +5, 05 and the like are refused.
	if cp.Origin == "" || cp.text() != n.Text {
		return Checkpoint{}, fmt.Errorf("%w: not in its canonical form", ErrCheckpoint)
	}
	return cp, nil
}
