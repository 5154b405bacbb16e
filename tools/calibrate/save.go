package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/joulebench/joulebench/bench/energy"
)

// save writes the file whole or not at all, and prints what it holds.
func save(c *energy.Calibration, file string, stdout io.Writer) error {
	b, err := c.Encode()
	if err != nil {
		return fmt.Errorf("calibrate: the measured curve is no calibration: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return fmt.Errorf("calibrate: %w", err)
	}
	part := file + ".part"
	if err := os.WriteFile(part, b, 0o666); err != nil {
		os.Remove(part)
		return fmt.Errorf("calibrate: %w", err)
	}
	if err := os.Rename(part, file); err != nil {
		os.Remove(part)
		return fmt.Errorf("calibrate: %w", err)
	}
	return show(c, file, stdout)
}

func show(c *energy.Calibration, file string, stdout io.Writer) error {
	fmt.Fprintf(stdout, "%s, %d threads, by %s (±%.3g %%) on %s\n\n", c.CPU, c.Threads, c.Meter, 100*c.MeterError, c.Date)
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "level\tbusy\tmeasured\tcurve\toff\t")
	for _, p := range c.Points {
		at := c.Watts(p.Load)
		fmt.Fprintf(table, "%s\t%.1f %%\t%.2f W\t%.2f W\t%+.1f %%\t\n", p.How, 100*p.Load, p.Watts, at, 100*(p.Watts/at-1))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "\nwatts = %.4g + %.4g × load^%.4g\n", c.Idle, c.Span, c.Exponent)
	fmt.Fprintf(stdout, "off by %.1f %% in the mean and %.1f %% in nine of ten levels, those in between left out of their curve\n",
		100*c.MeanError, 100*c.Error90)
	_, err := fmt.Fprintf(stdout, "wrote %s\n", file)
	return err
}
