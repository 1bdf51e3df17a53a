package linkage

import (
	"slices"
	"strings"

	"muster/internal/reserve"
)

// layout says how a labelled file is read.
type layout struct {
	schema func() *Schema
	label  string
	entity func(string) string
	fill   func(t *trial, without []string) error
}

var layouts = map[string]layout{
	"febrl":  {Febrl, "rec_id", febrlEntity, fillColumns},
	"muster": {Sahel, "entity", strings.TrimSpace, fillImport},
	"splink": {Historical, "cluster", strings.TrimSpace, fillColumns},
}

// febrlEntity reads rec-1070-dup-0 as 1070.
func febrlEntity(id string) string {
	parts := strings.Split(strings.TrimSpace(id), "-")
	if len(parts) < 2 {
		return id
	}
	return parts[1]
}

// fillColumns files rows whose columns are named as the fields of the schema.
func fillColumns(t *trial, without []string) error {
	x := t.index
	at := make([]int, len(x.rows.schema.Fields))
	for i, f := range x.rows.schema.Fields {
		at[i] = slices.Index(t.data.columns, f.Name)
		if at[i] < 0 {
			return reserve.Fault("dataset", "column-missing").With("column", f.Name)
		}
		if slices.Contains(without, f.Name) {
			at[i] = -1
		}
	}
	for id, row := range t.data.rows {
		for i := range at {
			x.fields[i] = nil
			if at[i] >= 0 {
				x.fields[i] = x.rows.encode(i, row[at[i]])
			}
		}
		x.probe.set(x.fields)
		x.put(uint32(id), &x.probe)
	}
	return nil
}
