// Package web serves the pages people see: the public form, a person's own page, and the console of staff. A handler
// reads the request, calls one method of a work package and writes the answer; it holds no rule and no SQL. Public pages
// are plain HTML that need no JavaScript. A page never shows an internal error's text, only a reference that is in the log too.
package web
