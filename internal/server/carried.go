package server

import (
	"context"
	"io"

	"muster/internal/reserve"
	"muster/internal/web"
)

// carriedIn takes a bundle that somebody uploads in the console. It joins two doors that know nothing of each other.
func (n *Node) carriedIn(ctx context.Context, actor reserve.Actor, file io.Reader) (web.Received, error) {
	got, answer, err := n.Hub.Receive(ctx, actor, file)
	return web.Received{Node: got.Node, Total: got.Total, Fresh: got.Fresh, Answer: answer}, err
}
