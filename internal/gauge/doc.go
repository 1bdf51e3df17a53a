// Package gauge measures how fast this machine does each part, always beside a peer or a limit in the same run, because
// machines are noisy and only ratios travel. It measures the product as it ships: the server under load is the real
// command in a process of its own. It changes nothing and its figures gate nothing at run time.
package gauge
