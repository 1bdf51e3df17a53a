package web

import "muster/internal/reserve"

// section is one entry of the console's menu.
type section struct {
	Name, Label, Path string
	right             reserve.Right
}

// current is the value of aria-current for a menu entry.
func (s section) current(name string) string {
	if s.Name == name {
		return "page"
	}
	return "false"
}

// sections lists what the reader may open, in the order of a working day.
func (v desk) sections() []section {
	var list []section
	if v.Drive != nil {
		list = []section{
			{"board", "console.board", v.under(""), reserve.MaySeeBoard},
			{"callups", "console.callups", v.under("/callups"), reserve.MaySeeBoard},
			{"people", "console.people", v.under("/people"), reserve.MaySeePeople},
			{"duplicates", "console.duplicates", v.under("/duplicates"), reserve.MayDecidePairs},
			{"map", "console.map", v.under("/map"), reserve.MaySeeBoard},
			{"handovers", "console.handovers", v.under("/handovers"), reserve.MayPrepareList},
			{"import", "console.import", v.under("/import"), reserve.MayImport},
		}
	}
	list = append(list,
		section{"nodes", "console.nodes", "/console/nodes", reserve.MayReceive},
		section{"audit", "console.audit", "/console/audit", reserve.MayReadAudit},
		section{"staff", "console.staff", "/console/staff", reserve.MayManageStaff},
		section{"lock", "console.lock", "/console/lock", reserve.MayUnlock},
	)
	out := list[:0]
	for _, s := range list {
		if v.may(s.right) {
			out = append(out, s)
		}
	}
	return out
}
