package registry

// feedMark is how far this node has read what others changed.
type feedMark struct {
	changed int64 // µs UTC
}
