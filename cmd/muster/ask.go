package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// askHidden asks a question and reads the answer without showing it. Where the input is no terminal, it is a pipe, and one line is read.
func askHidden(in *os.File, out io.Writer, question string) (string, error) {
	if !term.IsTerminal(int(in.Fd())) {
		line, err := bufio.NewReader(in).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", err
		}
		if line = strings.TrimRight(line, "\r\n"); line == "" {
			return "", usageError{errors.New("no passphrase: give --passphrase-file, or type it")}
		}
		return line, nil
	}
	fmt.Fprint(out, question)
	answer, err := term.ReadPassword(int(in.Fd()))
	fmt.Fprintln(out)
	return string(answer), err
}
