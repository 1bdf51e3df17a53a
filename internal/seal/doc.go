// Package seal is all cryptography of the product except the log and the
// passwords of staff: sealed intake, the keys of people, the keys file and its
// unlocking, the names of a reference, badges, sealed lists and feeds for
// recipients, and signed bundles for field nodes.
//
// Every box starts with the version of its format, is AES-256-GCM with a random
// nonce, and is bound to its place (AD) so that it opens nowhere else. Records
// are padded to one size, because a length alone tells the script of a name.
//
// It never reads a clock, a database or the network, never writes a file, and
// never puts a secret or a plaintext into an error. Where keys are kept is the
// business of its callers.
package seal
