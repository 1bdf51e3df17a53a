package web

import (
	"bytes"
	"compress/gzip"
	"embed"
	"errors"
	"fmt"
	"net/http"
	"path"
	"strings"
)

//go:embed static third_party/*/*.js
var assetFiles embed.FS

// asset is one file of the console, ready to send.
type asset struct {
	name, kind    string
	plain, packed []byte
}

// assets are the files of the console by name. An address carries the digest of its file, so a browser keeps it for ever
// and fetches a new one at once.
type assets map[string]asset

func loadAssets() (assets, error) {
	out := assets{}
	for name, file := range map[string]string{
		"console.css": "static/console.css", "console.js": "static/console.js", "icon.svg": "static/icon.svg",
		"htmx.js": "third_party/htmx/htmx.min.js", "sse.js": "third_party/htmx-ext-sse/sse.min.js",
	} {
		plain, err := assetFiles.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, err = z.Write(plain)
		if err := errors.Join(err, z.Close()); err != nil {
			return nil, fmt.Errorf("pack %s: %w", name, err)
		}
		kind := map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}[path.Ext(name)]
		out[name] = asset{name, kind, plain, b.Bytes()}
	}
	return out, nil
}

// address is where a file is served.
func (a assets) address(name string) string {
	return "/console/static/" + digest(a[name].plain)[:12] + "/" + name
}

// serveAsset sends a file of the console. It holds nothing about anybody, so it needs no sign-in.
func (w *Web) serveAsset(rw http.ResponseWriter, r *http.Request) error {
	a, ok := w.assets[r.PathValue("file")]
	if !ok || r.URL.Path != w.assets.address(a.name) {
		return notFound()
	}
	h := rw.Header()
	h.Set("Content-Type", a.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	body := a.plain
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = a.packed
	}
	_, err := rw.Write(body)
	return broken(err)
}
