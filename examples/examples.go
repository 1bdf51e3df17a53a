// Package examples embeds the drives that ship with Muster, for the demo, the benchmarks and a first try. It holds files
// and nothing else.
package examples

import _ "embed"

// Niger is the text of the shipped drive file.
//
//go:embed niger/drive.yaml
var Niger []byte

// NigerCode is its drive's code.
const NigerCode = "niger-civil-reserve"
