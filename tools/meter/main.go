// Command meter lists every energy meter of this machine: which can be read
// and which not, why not, and what to do about it; what each measures, how far
// it can be trusted, and what it reads now.
//
//	go run ./tools/meter [-meter NAME] [-for 3s] [-watch] [-sys DIR]
//
// All meters that can be read are read at once, for three seconds or as long
// as -for says. Watts of different meters differ, and should: a CPU's counters
// know nothing of the screen, a wall plug knows of all. With -watch they are
// drawn anew each second on a terminal, and written a line a second elsewhere,
// until interrupted or for as long as -for says.
//
// -meter takes what the benchmark's flag of that name takes, and looks at that
// meter alone. -sys reads meters from another sysfs tree than /sys: the host's
// in a container, or a copy (whose counters stand still).
//
// Exit status: 0, whatever can or cannot be read, but 1 if a meter that was
// asked for by name cannot, and 2 for arguments that are none.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/joulebench/joulebench/bench/energy"
)

// errUsage marks what package flag has told already.
var errUsage = errors.New("usage")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	info, err := os.Stdout.Stat()
	t := tool{
		meters:   energy.Meters,
		stdout:   os.Stdout,
		stderr:   os.Stderr,
		terminal: err == nil && info.Mode()&os.ModeCharDevice != 0,
	}
	err = t.run(ctx, os.Args[1:])
	stop()
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errUsage):
		os.Exit(2)
	default:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// tool is what a test replaces.
type tool struct {
	meters         func(energy.Options) []energy.Candidate
	stdout, stderr io.Writer
	terminal       bool // stdout is one
}

func (t tool) run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("meter", flag.ContinueOnError)
	flags.SetOutput(t.stderr)
	flags.Usage = func() {
		fmt.Fprintln(t.stderr, "usage: meter [flags]\nlists the energy meters of this machine, and what each reads now")
		flags.PrintDefaults()
	}
	var o energy.Options
	flags.StringVar(&o.Name, "meter", "", "look only at this meter, by `NAME`, as the benchmark's flag of that name has it")
	long := flags.Duration("for", 3*time.Second, "read for this `long`; with -watch until interrupted if it is not given")
	watch := flags.Bool("watch", false, "show what each meter reads, once a second")
	sys := flags.String("sys", "", "read meters from the sysfs tree in this `DIR` instead of /sys")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return err
	} else if err != nil {
		return errUsage
	}
	if flags.NArg() > 0 || *long <= 0 {
		fmt.Fprintf(t.stderr, "meter: %q: want flags only, and -for something above 0\n", args)
		flags.Usage()
		return errUsage
	}
	forever := *watch
	flags.Visit(func(f *flag.Flag) { forever = forever && f.Name != "for" })
	if *sys != "" {
		if _, err := os.Stat(*sys + "/class"); err != nil {
			return fmt.Errorf("meter: -sys %s: %w (want a tree like /sys, with class below it)", *sys, err)
		}
		o.Sys = os.DirFS(*sys)
	}
	rows, err := open(t.meters(o), o)
	switch {
	case err != nil:
		return err
	case *watch && forever:
		return t.watch(ctx, rows, 0)
	case *watch:
		return t.watch(ctx, rows, *long)
	}
	fmt.Fprintf(t.stderr, "meter: reading for %v\n", *long)
	if err := read(ctx, rows, *long); err != nil {
		return err
	}
	if err := list(t.stdout, rows, *long); err != nil {
		return err
	}
	if o.Name != "" {
		return rows[0].err // it is the only one
	}
	return nil
}
