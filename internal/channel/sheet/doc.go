// Package sheet reads lists of people as spreadsheets save them (CSV, in whatever encoding, separator and headings) and
// hands each row to the registry; it writes the rows that were refused so that they can be mended and sent again, and
// lists that any spreadsheet can open without computing a name.
//
// What it found out about a file is shown and can be changed before anything is kept. It never guesses a date row by row,
// never mends a number that a spreadsheet has damaged, never cuts a text, and never lets one bad row stop the others. It
// decides nothing about people: every row goes through the one door of the registry.
package sheet
