// Package roll holds the people of an unlocked node in memory: who they are by id, number and receipt, a search that
// forgives spelling, and the index of linkage that finds possible duplicates.
//
// It never reads or writes a disk and never decides: the roll suggests, and the row of the store decides in the
// transaction that acts on it. It is built at unlock, fed by the log of changes, and gone at lock.
package roll
