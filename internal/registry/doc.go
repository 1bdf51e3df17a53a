// Package registry takes people in and looks after their entries: it judges what a channel decoded, keeps it sealed, opens
// it on an unlocked node, offers likely duplicates to the desk, verifies, corrects, merges and unmerges, ends consents,
// withdraws, erases and imports.
//
// It is the one door of the house: every registration comes through Apply, and every change of a person through a method
// of Registry. It never merges two people by itself, never refuses somebody for being a duplicate, never tells a sender
// whether a person or number is known, and never writes a name or number in clear.
package registry
