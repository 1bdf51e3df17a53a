// Package testkit is what tests share: stores on both engines, a standing clock, a drive, a vault with fresh keys.
// Only tests import it; it holds nothing that a product could use.
package testkit
