package main

import (
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/joulebench/joulebench/tools/internal/command"
)

// A getter brings public sets from their homes into a cache.
type getter struct {
	sets   []publicSet
	cache  string // folder that gets a folder for each set
	client *http.Client
}

// newGetter is the getter of the sets in sets.json into the user's cache.
func newGetter() (*getter, error) {
	sets, err := parseCatalogue(setsJSON)
	if err != nil {
		return nil, err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, fmt.Errorf("dataset: get: %w", err)
	}
	return &getter{sets, filepath.Join(cache, "joulebench", "sets"), http.DefaultClient}, nil
}

func (g *getter) run(args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("dataset get", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintln(stderr, "usage: dataset get [NAME [flags]]")
		flags.PrintDefaults()
	}
	accept := flags.Bool("accept-licence", false, "accept the licence, which is printed first in any case, and download")
	file := flags.String("file", "", "take the file or archive at this `path`, and download nothing")
	names, err := command.Parse(flags, args)
	switch {
	case err != nil:
		return err
	case len(names) == 0 && flags.NFlag() == 0:
		return g.list(stdout)
	case len(names) != 1:
		return fmt.Errorf("dataset: get: want one name, got %d (usage: dataset get [NAME [flags]])", len(names))
	}
	s, err := find(g.sets, names[0])
	if err != nil {
		return err
	}
	if err := g.describe(stdout, s); err != nil {
		return err
	}
	if *file == "" {
		switch {
		case g.cached(s):
			fmt.Fprintln(stdout, "it is in the cache already, with the right hash")
			return g.next(stdout, s)
		case s.URL == "":
			return fmt.Errorf("dataset: get %s: %s (download it there by hand and run: %s; %s has SHA-256 %s)",
				s.Name, s.ByHand, byHand(s), s.original(), s.SHA256)
		case !*accept:
			return fmt.Errorf("dataset: get %s: nothing was downloaded (to accept the licence above, repeat with -accept-licence)",
				s.Name)
		}
		fmt.Fprintln(stdout, "downloading", s.URL)
	}
	data, err := g.fetch(s, *file)
	if err != nil {
		return fmt.Errorf("dataset: get %s: %w (nothing was kept; download it from %s by hand and run: %s)",
			s.Name, err, s.Home, byHand(s))
	}
	if err := write(g.path(s), data); err != nil {
		return fmt.Errorf("dataset: get %s: %w", s.Name, err)
	}
	fmt.Fprintln(stdout, "it is in the cache now, with the right hash")
	return g.next(stdout, s)
}

// byHand is the command for a set that the user has downloaded.
func byHand(s *publicSet) string { return "go run ./tools/dataset get " + s.Name + " -file PATH" }

// original is the name that the file has at home.
func (s *publicSet) original() string {
	if s.Member != "" {
		return s.Member
	}
	return s.File
}

// list prints a line for each set.
func (g *getter) list(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "set\trecords\tlicence\tcached\t")
	for i := range g.sets {
		s, cached := &g.sets[i], "no"
		if g.cached(s) {
			cached = "yes"
		}
		fmt.Fprintf(t, "%s\t%d\t%s\t%s\t%s\n", s.Name, s.Records, s.Licence.Name, cached, s.Title)
	}
	return t.Flush()
}

// describe prints what the set is and on which terms it comes.
func (g *getter) describe(w io.Writer, s *publicSet) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range [][2]string{
		{"set", s.Name + ": " + s.Title},
		{"home", s.Home},
		{"licence", s.Licence.Name + ": " + s.Licence.Allows},
		{"", s.Licence.URL + " (looked up on " + s.LookedUp + ")"},
		{"records", fmt.Sprintf("%d, as %s", s.Records, s.Form)},
		{"size", fmt.Sprintf("%d bytes", s.Bytes)},
		{"file", g.path(s)},
	} {
		fmt.Fprintf(t, "%s\t%s\n", row[0], row[1])
	}
	return t.Flush()
}

// next prints what to do with the set.
func (g *getter) next(w io.Writer, s *publicSet) error {
	path := g.path(s)
	if strings.Contains(path, " ") {
		path = `"` + path + `"`
	}
	_, err := fmt.Fprintf(w, "audit it:    go run ./tools/dataset %s%s\nclassify it: go test ./bench -run Sentiment -bench . -set %s%s\n",
		path, s.flags(), path, s.flags())
	return err
}
