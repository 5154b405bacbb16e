package gate

import (
	"fmt"
	"slices"
	"strings"
)

// conditions are the configuration lines under which costs were measured. Where
// one of them differs, so may the costs, without anybody's fault.
//
// host is the class of the machine: processor, cores online, memory, governor of
// the clock, and what virtualizes it, as package host describes them.
func conditions() []string {
	return []string{
		"host", "meter", "set", "prompt", "max-tokens", "context", "protocol", "ollama", "ollama-cpu", "ollama-settings",
		"threads", "concurrency", "cache",
	}
}

// CheckAcross refuses keys that cannot be compared across: joules of two meters
// or two machines, and answers to two sets, say nothing about each other.
func CheckAcross(keys []string) error {
	for _, key := range keys {
		switch {
		case !slices.Contains(conditions(), key):
			return fmt.Errorf("gate: -across %s: want some of the lines that results are compared by: %s", key, strings.Join(conditions(), ", "))
		case slices.Contains([]string{"host", "meter", "set"}, key):
			return fmt.Errorf("gate: -across %s: numbers of two %ss cannot be compared, whatever the purpose", key, key)
		}
	}
	return nil
}

// differing says which conditions differ, as in "meter rapl:package-0 → estimate:cpu-time",
// leaving out those to compare across.
func differing(old, new map[string]string, across []string) string {
	var list []string
	for _, key := range conditions() {
		if old[key] != new[key] && !slices.Contains(across, key) {
			list = append(list, fmt.Sprintf("%s %s → %s", key, orNone(old[key]), orNone(new[key])))
		}
	}
	return strings.Join(list, ", ")
}

func orNone(value string) string {
	if value == "" {
		return "(none)"
	}
	return value
}
