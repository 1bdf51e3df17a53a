package main

import (
	"fmt"
	"io"

	"muster/internal/reserve"
	"muster/internal/server"
	"muster/internal/staff"
	"muster/internal/store"
)

// staffCommand is about the people who work with the registry.
type staffCommand struct {
	Add    staffAdd    `cmd:"" help:"Add a member of staff and print a sign-in link."`
	Token  staffToken  `cmd:"" help:"Print a bearer token for the API."`
	Revoke staffRevoke `cmd:"" help:"End an account and all its sign-ins."`
}

type staffAdd struct {
	Handle   string   `arg:"" help:"The sign-in name."`
	Role     string   `help:"owner, coordinator, desk, caller, auditor or device." required:"" enum:"owner,coordinator,desk,caller,auditor,device"`
	Site     []string `help:"The sites it is for; all where none is named."`
	Function []string `help:"The functions it is for; all where none is named."`
}

func (c *staffAdd) Run(r *run) error {
	return r.offline(func(n *server.Node) error {
		by := staff.System(n.Folder.Node.ID)
		id, err := n.Staff.Add(r.ctx, by, staff.Account{Handle: c.Handle, Role: reserve.Role(c.Role), Sites: c.Site, Functions: c.Function})
		if err != nil {
			return err
		}
		link, err := n.Staff.IssueLink(r.ctx, by, id)
		if err != nil {
			return err
		}
		return r.print(map[string]string{"id": id, "link": "/console/link/" + link.Reveal()}, func(w io.Writer) {
			fmt.Fprintf(w, "%s may sign in once with this link, at the address you serve on:\n  /console/link/%s\n", c.Handle, link.Reveal())
		})
	})
}

type staffToken struct {
	Role   string `help:"The role of the token's account, made if there is none." default:"owner" enum:"owner,coordinator,desk,caller,auditor,device"`
	Handle string `help:"The account; by default one named after the role."`
}

func (c *staffToken) Run(r *run) error {
	handle := c.Handle
	if handle == "" {
		handle = c.Role + "-token"
		if c.Role == string(reserve.RoleOwner) {
			handle = "owner"
		}
	}
	return r.offline(func(n *server.Node) error {
		by := staff.System(n.Folder.Node.ID)
		id, err := n.Staff.Find(r.ctx, by, handle)
		if reserve.KindOf(err) == reserve.NotFound {
			id, err = n.Staff.Add(r.ctx, by, staff.Account{Handle: handle, Role: reserve.Role(c.Role)})
		}
		if err != nil {
			return err
		}
		kind := store.TokenBearer
		if reserve.Role(c.Role) == reserve.RoleDevice {
			kind = store.TokenDevice
		}
		token, err := n.Staff.IssueToken(r.ctx, by, id, kind)
		if err != nil {
			return err
		}
		return r.print(map[string]string{"token": token.Reveal(), "role": c.Role}, func(w io.Writer) { fmt.Fprintln(w, token.Reveal()) })
	})
}

type staffRevoke struct {
	Handle string `arg:""`
}

func (c *staffRevoke) Run(r *run) error {
	return r.offline(func(n *server.Node) error {
		by := staff.System(n.Folder.Node.ID)
		id, err := n.Staff.Find(r.ctx, by, c.Handle)
		if err != nil {
			return err
		}
		if err := n.Staff.Revoke(r.ctx, by, id); err != nil {
			return err
		}
		return r.print(map[string]string{"revoked": id}, func(w io.Writer) { fmt.Fprintf(w, "%s can no longer sign in.\n", c.Handle) })
	})
}
