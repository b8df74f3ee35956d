// Command balaikota is the whole program: the server, the simulated city and
// the commands for officers and scripts. This package wires the parts together
// and is the only one that may import all of them.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"balaikota/backend/city"
)

// version is set by the Makefile.
var version = "unversioned"

//go:generate go run . generate ../../docs

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() {
		<-ctx.Done()
		stop() // a second signal ends the program at once
	}()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run executes one command line and returns the exit status: 0 only on
// success. An error is one line on stderr.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	err := execute(ctx, args, stdin, stdout, stderr)
	var quit exit
	switch {
	case err == nil:
		return 0
	case errors.As(err, &quit):
		return int(quit)
	}
	_, _ = fmt.Fprintln(stderr, "balaikota: "+oneLine(err))
	if city.CodeOf(err) == city.Invalid {
		return 2
	}
	return 1
}

// oneLine writes an error as one line without its causes' own line breaks.
func oneLine(err error) string {
	return strings.Join(strings.Fields(err.Error()), " ")
}
