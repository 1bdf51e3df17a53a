// Package planner says how many people to invite now so that a need is filled by its deadline with the certainty asked, how
// many confirmations it can take for the no-shows expected, and which volunteer goes to which of many open needs.
//
// It is a calculation: figures in, figures out. It never reads a clock, never draws a random number, never sends or stores
// anything, never sees a name or a number, and never decides who is asked: eligibility and the order of asking are the
// caller's, and a person lets each wave go.
//
// The model is the chain reached × replies × says yes × arrives in time (field notes on planning, §2.4). Each link is a
// share with a Beta law, shrunk to the drive's mean and learnt live; people of one call-up succeed or fail together to a
// degree (a rumour, a dead mast), so counts follow the beta-binomial law and not the binomial.
package planner
