// Package demo tells the product's main job as one story, on embedded parts, with synthetic people who behave like
// people: they fall silent, answer unclearly, come late or not at all. Everything goes through the real doors. It checks
// every promise it shows and says which one failed. The crowd here shares no code and no parameter with the planner; no
// other package may depend on this one's.
package demo
