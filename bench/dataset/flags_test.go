package dataset

import (
	"bytes"
	"flag"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

func TestRegister(t *testing.T) {
	named := map[string]string{"0": "negative", "1": "positive"}
	for _, tt := range []struct {
		reason string
		given  Options
		args   []string
		want   Options
	}{
		{"no flag, no option", Options{}, nil, Options{}},
		{
			"each flag sets its option, and no other", Options{},
			[]string{"-form", "csv", "-encoding", "utf-8", "-skip-bad-rows", "-mixed-signs", "-names", "0=negative,1=positive"},
			Options{Form: "csv", Encoding: "utf-8", SkipBadRows: true, MixedSigns: true, Names: named},
		},
		{
			"what was given stays without a flag", Options{"tsv", "utf-8", true, named, true}, nil,
			Options{"tsv", "utf-8", true, named, true},
		},
		{
			"and gives way to one", Options{"tsv", "utf-8", true, named, true},
			[]string{"-form=csv", "-encoding=", "-skip-bad-rows=false", "-names=1=up", "-mixed-signs=false"},
			Options{Form: "csv", Names: map[string]string{"1": "up"}},
		},
		{"the empty list renames none", Options{Names: named}, []string{"-names", ""}, Options{}},
	} {
		o, fs := tt.given, flag.NewFlagSet("f", flag.ContinueOnError)
		o.Register(fs)
		require.NoError(t, fs.Parse(tt.args), tt.reason)
		if diff := cmp.Diff(tt.want, o); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.reason, diff)
		}
	}

	o, fs := Options{Names: named}, flag.NewFlagSet("f", flag.ContinueOnError)
	var usage bytes.Buffer
	fs.SetOutput(&usage)
	o.Register(fs)
	require.ErrorContains(t, fs.Parse([]string{"-names", "0"}), `"0" for flag -names: dataset: names "0": "0" is not LABEL=NAME`,
		"a bad list must not wait until a set is read")
	require.Equal(t, named, o.Names, "and changes nothing")
	require.Contains(t, usage.String(), "-names list\n", "the usage says what a flag takes")
}
