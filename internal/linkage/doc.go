// Package linkage says how likely it is that two records are one person. It holds a Fellegi–Sunter model whose weights
// come from how common a value is (term frequencies) and, where there are enough records, from the records themselves
// without labels (EM); blocking rules that find the pairs worth comparing; an index of a million people in memory; and
// the measures of its own quality.
//
// A pair is weighed against two rivals: strangers, and relatives who share a phone, a village, a father and a family
// name but are two people. That is what tells brothers on one phone, twins, and a father from his son of the same name.
//
// It never merges, never decides, never keeps a record it was not given and never reads a file or a clock: it suggests,
// and a person at the desk decides. It changes no value and gives no value back, only levels, weights and codes.
package linkage
