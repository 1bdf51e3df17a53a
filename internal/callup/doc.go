// Package callup calls people up: it opens call-ups, asks as many as the planner says, reads what they answer, settles places,
// checks in who arrives, stands the rest down and asks whether they are home.
//
// Who is asked follows from reserve.Eligible and from who has been asked least; how many, from planner.Plan; who gets a place,
// from the store's conditional updates. Everyone who was asked learns the outcome, by a row of the outbox in the same
// transaction as the outcome itself.
//
// It never sends anything itself, never reads a carrier's form, never lets a machine decide what an unclear answer means, and
// writes no name, number or text into a log or an act.
package callup
