// Command calibrate measures how many watts this machine takes at which load:
//
//	go run ./tools/calibrate [-meter NAME] [-duration 20s] [-o FILE]
//
// It steps the machine through loads, reads a real meter meanwhile (RAPL, a
// plug, …; never the estimate), fits a curve and writes it to FILE, by default
// where the estimate looks for it (joulebench/calibration.json in the user's
// configuration). There the estimate uses it from then on, on this machine and,
// if the file is copied, on those with the same CPU and as many threads: for
// fleets in which one machine has a plug and the rest have not.
//
// The loads are 0, 25, 50, 75 and 100 % of the time of all threads, and 1, 2,
// 4, … and all but one threads flat out, since the same busy time draws more
// when it is whole threads. One curve goes through all of them, and the error
// that it leaves is stored and stated. The busy share is measured, not assumed,
// so that other work only moves a point along the curve; still, calibrate a
// quiet machine. The load is arithmetic on numbers in cache: what a
// language model draws at the same load, by wide vectors and by memory, can
// be more.
//
// It takes some minutes: each level lasts -duration, after a tenth of that in
// which clocks and fans settle. Ctrl-C ends it, and nothing is written.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/joulebench/joulebench/bench/energy"
	"github.com/joulebench/joulebench/tools/internal/command"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	command.Exit(err)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("calibrate", flag.ContinueOnError)
	flags.SetOutput(stderr)
	name := flags.String("meter", "", "energy meter by `NAME`; by default the best that can be read")
	duration := flags.Duration("duration", 20*time.Second, "time of each level")
	file := flags.String("o", "", "write the curve to this `FILE`; by default where the estimate looks for it")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("calibrate: what is %q? (usage: calibrate [flags])", flags.Arg(0))
	}
	if *file == "" {
		var err error
		if *file, err = energy.CalibrationFile(); err != nil {
			return fmt.Errorf("calibrate: -o: %w", err)
		}
	}
	meter, why, err := openMeter(*name)
	if err != nil {
		return fmt.Errorf("calibrate: %w", err)
	}
	fmt.Fprintln(stderr, "meter", why)
	cpu, threads, err := energy.ThisCPU()
	if err != nil {
		return fmt.Errorf("calibrate: %w", err)
	}
	c, err := calibrate(ctx, machine{cpu, threads, energy.BusyTime, spin}, meter, *duration, stderr)
	if err != nil {
		return fmt.Errorf("calibrate: %w", err)
	}
	return save(c, *file, stdout)
}

// openMeter refuses the estimate: a curve through its own figures would look
// like a measurement.
func openMeter(name string) (energy.Meter, string, error) {
	if strings.HasPrefix(name, "estimate") {
		return nil, "", errors.New("-meter: the estimate measures nothing (name a real meter, such as rapl)")
	}
	m, why, err := energy.Open(energy.Options{Name: name})
	if err != nil {
		return nil, "", err
	}
	if strings.HasPrefix(m.Name(), "estimate") {
		return nil, "", fmt.Errorf("no real meter can be read here, only the estimate "+
			"(name one with -meter, such as that of a wall plug): %s", why)
	}
	return m, why, nil
}
