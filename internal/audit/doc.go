// Package audit is the Merkle log of who did what. It turns acts into leaves,
// leaves into stored hashes, and a tree head into a signed checkpoint; it proves
// that a leaf is in the log and that an older log is the beginning of a newer
// one; and it walks a whole log and names the first damaged place.
//
// The tree is that of RFC 6962 as golang.org/x/mod/sumdb/tlog computes it, so
// proofs can be checked with other people's tools.
//
// It never touches a database, a file or a clock, and it never holds personal
// data: a leaf carries salted ids, counts and codes, and Encode refuses text.
package audit
