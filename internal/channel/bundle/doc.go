// Package bundle carries what a field node has taken in to its registry: as a file on a stick where there is no network,
// in small parcels over HTTP where there is one. Both are the same signed bundle of sealed records with the sealed keys
// that open them, so neither end needs a secret: a locked node can give, a locked registry can take.
//
// A record is kept once by its reference, whatever is sent again, in which order, and wherever the line was cut. The node
// goes on holding everything until the registry's signed acknowledgement of that very bundle is back. What comes from a
// node nobody has compared a fingerprint with is not kept at all.
//
// It never opens a record, and never deletes one.
package bundle
