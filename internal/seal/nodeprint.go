package seal

// Fingerprint is what two people read to each other before a registry trusts a node: 32 hex digits of the SHA-256 of its
// public key, in groups of four.
func (p NodePublic) Fingerprint() string { return fingerprint(p.String()) }
