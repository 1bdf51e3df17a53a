// Package cases holds the field cases of cases/ as tests, by their ids: what went wrong in other people's registries, and what
// has to come out here. A case is fed from its file through the doors of a whole node, and every line of its expectations is a
// subtest. The package has no code of its own, and nothing imports it.
package cases
