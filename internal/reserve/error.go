package reserve

import (
	"errors"
	"fmt"
	"strings"
)

// Kind says who can do something about an Error. Doors map kinds, and only kinds, to status codes.
type Kind string

// The closed list of kinds. Whatever is not an *Error or Faults is internal: its text is for the log, never for a screen.
const (
	Invalid   Kind = "invalid"    // the sender can mend it
	NotFound  Kind = "not-found"  // no such thing, or not for this actor: the two look the same from outside
	Conflict  Kind = "conflict"   // the same reference with other content, or somebody was faster
	Forbidden Kind = "forbidden"  // a rule or a right refuses it
	SignedOut Kind = "signed-out" // no valid sign-in
	TooMany   Kind = "too-many"   // rate or budget; try later
	Locked    Kind = "locked"     // the node holds no key now
	Closed    Kind = "closed"     // the drive or call-up takes nothing (any more)
	Busy      Kind = "busy"       // the machine cannot take it now; try later
)

// Error is the one error type that may reach a person. Code is the key of its sentence in the language
// catalogues ("error." + Code); Field names the field of the form as the CONTRACT spells it, or is empty;
// Args fill the sentence and never hold personal data.
type Error struct {
	Kind  Kind
	Code  string
	Field string
	Args  map[string]string
}

// Error gives kind, field and code for logs. It holds no personal data, because none of its parts may.
func (e *Error) Error() string {
	if e.Field == "" {
		return string(e.Kind) + ": " + e.Code
	}
	return string(e.Kind) + ": " + e.Field + ": " + e.Code
}

// Fault makes an Invalid error for one field.
func Fault(field, code string) *Error {
	return &Error{Kind: Invalid, Field: field, Code: code}
}

// With returns a copy of e with one more argument for its sentence.
func (e *Error) With(key, value string) *Error {
	args := make(map[string]string, len(e.Args)+1)
	for k, v := range e.Args {
		args[k] = v
	}
	args[key] = value
	return &Error{Kind: e.Kind, Code: e.Code, Field: e.Field, Args: args}
}

// Faults is every fault of one form or file, in the order of its fields. A nil Faults is no fault.
type Faults []*Error

// Error lists the codes.
func (f Faults) Error() string {
	codes := make([]string, len(f))
	for i, e := range f {
		codes[i] = e.Error()
	}
	return fmt.Sprintf("%d faults: %s", len(f), strings.Join(codes, "; "))
}

// Err returns f as an error, or nil where there is no fault (a nil slice in an interface would not be nil).
func (f Faults) Err() error {
	if len(f) == 0 {
		return nil
	}
	return f
}

// KindOf finds the kind of err, looking through wrapping; faults of a form are Invalid unless one of them is of
// another kind. An empty kind means internal.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	if f, ok := errors.AsType[Faults](err); ok && len(f) > 0 {
		for _, e := range f {
			if e.Kind != Invalid {
				return e.Kind
			}
		}
		return Invalid
	}
	return ""
}

// CodeOf finds the code of err, looking through wrapping; of several faults it is the first's. Empty means internal.
func CodeOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	if f, ok := errors.AsType[Faults](err); ok && len(f) > 0 {
		return f[0].Code
	}
	return ""
}

// FaultsOf returns the errors inside err that may be shown: one, several, or none where err is internal.
func FaultsOf(err error) Faults {
	if f, ok := errors.AsType[Faults](err); ok {
		return f
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return Faults{e}
	}
	return nil
}
