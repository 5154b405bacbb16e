package gate

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDiffering(t *testing.T) {
	with := func(key, value string) map[string]string {
		config := map[string]string{}
		for _, k := range conditions() {
			config[k] = "same"
		}
		config["grid"], config[key] = "somewhere", value
		return config
	}
	for _, key := range conditions() {
		require.Equal(t, key+" same → other", differing(with(key, "same"), with(key, "other"), nil), "each counts")
		require.Equal(t, key+" same → (none)", differing(with(key, "same"), with(key, ""), nil), "what is no longer said is not the same")
		require.Empty(t, differing(with(key, "same"), with(key, "other"), []string{"threads", key}), "unless it differs on purpose")
	}
	require.Equal(t, "host same → other", differing(with("host", "same"), with("host", "other"), []string{"threads"}), "what may differ excuses nothing else")
	require.Empty(t, differing(with("grid", "here"), with("grid", "there"), nil), "grams are not tested")
	require.Equal(t, "host a → b, cache warm → cold", differing(map[string]string{"cache": "warm", "host": "a"}, map[string]string{"host": "b", "cache": "cold"}, nil), "all are named, in order")
}

func TestCheckAcross(t *testing.T) {
	for _, tt := range []struct {
		why  string
		keys []string
		want string
	}{
		{"nothing", nil, ""},
		{"an upgrade", []string{"ollama", "ollama-cpu", "ollama-settings"}, ""},
		{"the same twice is once", []string{"ollama", "ollama"}, ""},
		{"two meters", []string{"ollama", "meter"}, "gate: -across meter: numbers of two meters cannot be compared"},
		{"two machines", []string{"host"}, "gate: -across host: "},
		{"two sets", []string{"set"}, "gate: -across set: "},
		{"what is no condition", []string{"grid"}, "gate: -across grid: want some of the lines that results are compared by: host, meter, "},
		{"a comma too many", []string{"ollama", ""}, "gate: -across : want some of"},
	} {
		err := CheckAcross(tt.keys)
		if tt.want == "" {
			require.NoError(t, err, tt.why)
			continue
		}
		require.ErrorContains(t, err, tt.want, tt.why)
	}
}
