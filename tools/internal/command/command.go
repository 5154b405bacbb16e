// Package command holds what the commands below tools have in common.
package command

import (
	"errors"
	"flag"
	"fmt"
	"os"
)

// Exit ends the process as its command did: with 0, with 2 where help was asked for, else with 1 and the error on standard
// error.
func Exit(err error) {
	switch {
	case err == nil:
		os.Exit(0)
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// Parse parses flags on both sides of the other arguments, as people type them, and returns these.
func Parse(flags *flag.FlagSet, args []string) (others []string, err error) {
	for {
		if err := flags.Parse(args); err != nil {
			return nil, err
		}
		if flags.NArg() == 0 {
			return others, nil
		}
		others, args = append(others, flags.Arg(0)), flags.Args()[1:]
	}
}
