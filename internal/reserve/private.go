package reserve

import "log/slog"

// Private is text about a person: a name, a number, a message, a note. It shows itself as "•••" to fmt and slog, so
// that a log line or an error cannot leak it by accident; Reveal is the one way to the text, easy to search for.
// JSON encoding writes the text itself: JSON of a person exists only inside sealed boxes and answers to those with the right.
type Private string

const mask = "•••"

// String masks the text.
func (p Private) String() string {
	if p == "" {
		return ""
	}
	return mask
}

// GoString masks the text for %#v.
func (p Private) GoString() string { return p.String() }

// LogValue masks the text for slog.
func (p Private) LogValue() slog.Value { return slog.StringValue(p.String()) }

// Reveal gives the text. The caller answers for where it goes.
func (p Private) Reveal() string { return string(p) }
