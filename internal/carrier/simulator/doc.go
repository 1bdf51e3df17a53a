// Package simulator is the SMS carrier of demonstrations, tests and rehearsals: phones in memory, and a network that can be
// slow, lossy, repeating and out of order. It sends to nobody, and what it was given is forgotten with the process.
//
// It knows nothing of volunteers or call-ups and shares no figure with the planner: how phones answer is the business of
// whoever plays them.
package simulator
