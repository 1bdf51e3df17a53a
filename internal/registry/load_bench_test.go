package registry_test

import (
	"testing"

	"muster/internal/registry"
	"muster/internal/reserve"
	"muster/internal/testkit"
)

// BenchmarkLoad measures the building of the roll at unlock, a person.
func BenchmarkLoad(b *testing.B) {
	n := lockedNode(b, testkit.SQLite(b), testkit.Keyring(b))
	n.unlock()
	rows := crowd(b.N)
	for i := range rows {
		rows[i].Ref, rows[i].Row, rows[i].Channel = "", i+1, reserve.ChannelSheet
	}
	if _, err := n.Import(ctx(), desk("d"), registry.ImportPlan{Drive: "test-drive", Digest: []byte("crowd"), Rows: rows}); err != nil {
		b.Fatal(err)
	}
	n.lock()
	begin := cpu(b)
	b.ResetTimer()
	n.unlock()
	b.ReportMetric((cpu(b)-begin)/float64(b.N), "cpu-µs/op")
}
