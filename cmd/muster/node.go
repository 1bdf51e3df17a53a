package main

import (
	"fmt"
	"io"
	"os"

	"muster/internal/server"
	"muster/internal/store"
)

// nodeCommand is about field nodes: laptops at sites that hold the public key only.
type nodeCommand struct {
	Kit    nodeKit    `cmd:"" help:"On the registry: write the kit a new field node starts from."`
	Init   nodeInit   `cmd:"" help:"On the field node: make its data folder from a kit."`
	List   nodeList   `cmd:"" help:"On the registry: list the nodes, and those that wait for a person."`
	Trust  nodeTrust  `cmd:"" help:"On the registry: trust a node whose fingerprint was compared."`
	Revoke nodeRevoke `cmd:"" help:"On the registry: take nothing more from a node."`
}

type nodeKit struct {
	Name string `arg:"" help:"The node's name, for example gaya-1."`
	Site string `help:"The site where it stands."`
	Out  string `help:"The kit file." required:"" type:"path"`
}

func (c *nodeKit) Run(r *run) error {
	return r.hub(func(n *server.Node) error {
		kit, err := n.Hub.Kit(r.ctx, n.Operator(), c.Name, c.Site)
		if err != nil {
			return err
		}
		if err := os.WriteFile(c.Out, kit, 0o600); err != nil {
			return err
		}
		return r.print(map[string]string{"kit": c.Out}, func(w io.Writer) {
			fmt.Fprintf(w, "Carry %s to the node and say there: muster --data FOLDER node init --kit %s\n", c.Out, c.Out)
		})
	})
}

type nodeInit struct {
	Kit string `required:"" type:"existingfile"`
}

func (c *nodeInit) Run(r *run) error {
	kit, err := os.ReadFile(c.Kit)
	if err != nil {
		return err
	}
	id, err := server.InitField(r.ctx, r.data, kit, r.log)
	if err != nil {
		return err
	}
	return r.print(id, func(w io.Writer) {
		fmt.Fprintf(w, "Node %s is ready. It needs no passphrase and can read nobody.\nIts fingerprint, to be compared by voice before the registry trusts it: %s\nNext: muster --data %s serve\n", id.Name, id.Fingerprint, r.data)
	})
}

type nodeList struct{}

func (c *nodeList) Run(r *run) error {
	return r.hub(func(n *server.Node) error {
		nodes, err := n.Hub.Nodes(r.ctx)
		if err != nil {
			return err
		}
		type row struct {
			ID          string `json:"id"`
			Name        string `json:"name"`
			Site        string `json:"site"`
			State       string `json:"state"`
			LastContact string `json:"last_contact"`
			Undelivered int64  `json:"undelivered"`
		}
		rows := []row{}
		for _, k := range nodes {
			rows = append(rows, row{k.ID, k.Name, k.Site, string(k.State), store.Time(k.LastContactAt).Format("2006-01-02 15:04"), k.Undelivered})
		}
		return r.print(rows, func(w io.Writer) {
			for _, k := range rows {
				fmt.Fprintf(w, "%-8s %-12s %-12s last contact %s, undelivered %d  %s\n", k.State, k.Name, k.Site, k.LastContact, k.Undelivered, k.ID)
			}
		})
	})
}

type nodeTrust struct {
	ID string `arg:""`
}

func (c *nodeTrust) Run(r *run) error {
	return r.hub(func(n *server.Node) error {
		if err := n.Hub.Trust(r.ctx, n.Operator(), c.ID); err != nil {
			return err
		}
		return r.print(map[string]string{"trusted": c.ID}, func(w io.Writer) { fmt.Fprintln(w, "Its bundles are taken from now on.") })
	})
}

type nodeRevoke struct {
	ID string `arg:""`
}

func (c *nodeRevoke) Run(r *run) error {
	return r.hub(func(n *server.Node) error {
		if err := n.Hub.Revoke(r.ctx, n.Operator(), c.ID); err != nil {
			return err
		}
		return r.print(map[string]string{"revoked": c.ID}, func(w io.Writer) { fmt.Fprintln(w, "Nothing more is taken from it.") })
	})
}

// hub is offline on a registry; a field node has no other nodes.
func (r *run) hub(do func(n *server.Node) error) error {
	return r.offline(func(n *server.Node) error {
		if n.Hub == nil {
			return server.ErrFieldNode
		}
		return do(n)
	})
}

// bundleCommand carries registrations where there is no network.
type bundleCommand struct {
	Seal    bundleSeal    `cmd:"" help:"On a field node: write everything not yet delivered into a signed file."`
	Receive bundleReceive `cmd:"" help:"On the registry: take a bundle in, and write its receipt."`
	Ack     bundleAck     `cmd:"" help:"On a field node: read the receipt that came back."`
}

type bundleSeal struct {
	Out string `required:"" type:"path"`
}

func (c *bundleSeal) Run(r *run) error {
	return r.field(func(n *server.Node) error {
		f, err := os.OpenFile(c.Out, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		sealed, err := n.Field.Seal(r.ctx, f)
		if err != nil {
			_ = f.Close() // the first error is the one to tell
			return err
		}
		if err := f.Sync(); err != nil {
			return err
		}
		if err := f.Close(); err != nil {
			return err
		}
		return r.print(sealed, func(w io.Writer) {
			fmt.Fprintf(w, "%d records are in %s. They stay here too, until the receipt is back.\n", sealed.Count, c.Out)
		})
	})
}

type bundleReceive struct {
	File    string `arg:"" type:"existingfile"`
	Receipt string `help:"Where to write the receipt for the node." type:"path"`
}

func (c *bundleReceive) Run(r *run) error {
	return r.hub(func(n *server.Node) error {
		f, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer f.Close()
		res, ack, err := n.Hub.Receive(r.ctx, n.Operator(), f)
		if err != nil {
			return err
		}
		if c.Receipt != "" {
			if err := os.WriteFile(c.Receipt, ack, 0o600); err != nil {
				return err
			}
		}
		return r.print(res, func(w io.Writer) {
			fmt.Fprintf(w, "From %s: %d records, %d new, %d there already, %d in conflict.\n", res.Node, res.Total, res.Fresh, res.Repeats, res.Conflicts)
		})
	})
}

type bundleAck struct {
	File string `arg:"" type:"existingfile"`
}

func (c *bundleAck) Run(r *run) error {
	return r.field(func(n *server.Node) error {
		text, err := os.ReadFile(c.File)
		if err != nil {
			return err
		}
		delivered, err := n.Field.ReceiveAck(r.ctx, text)
		if err != nil {
			return err
		}
		left, err := n.Field.Pending(r.ctx)
		if err != nil {
			return err
		}
		return r.print(map[string]int64{"delivered": int64(delivered), "left": left}, func(w io.Writer) {
			fmt.Fprintf(w, "%d records are acknowledged, %d are left.\n", delivered, left)
		})
	})
}

// field is offline on a field node.
func (r *run) field(do func(n *server.Node) error) error {
	return r.offline(func(n *server.Node) error {
		if n.Field == nil {
			return server.ErrNotField
		}
		return do(n)
	})
}
