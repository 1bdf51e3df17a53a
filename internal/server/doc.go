// Package server puts a node together once, from a data folder and a configuration, and runs it: it listens, repeats the
// steps of the work packages, locks and unlocks, and stops everything in the reverse order. The one clock is read here
// and handed in everywhere. It holds no rule of the field and no page.
package server
