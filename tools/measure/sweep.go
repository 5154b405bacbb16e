package main

import (
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// A dimension is what -sweep varies: by a flag of the test binary, told apart by a line of the results.
type dimension struct {
	name, flag, key string
	values          []string // by default: those of the study where it gives any
}

func dimensions() []dimension {
	return []dimension{
		{"batch", "concurrency", "concurrency", []string{"1", "8"}},
		{"tokens", "max-tokens", "max-tokens", []string{"256", "512"}},
		{"cache", "cache", "cache", []string{"warm", "cold"}},
		{"threads", "threads", "threads", powersOfTwo(runtime.NumCPU())},
		{"kv-cache", "kv-cache", "kv-cache", []string{"f16", "q8_0", "q4_0"}},
		{"flash-attention", "flash-attention", "flash-attention", []string{"false", "true"}},
	}
}

// powersOfTwo are those up to n, and n.
func powersOfTwo(n int) (list []string) {
	for i := 1; i < n; i *= 2 {
		list = append(list, strconv.Itoa(i))
	}
	return append(list, strconv.Itoa(n))
}

// parseSweep reads what -sweep says: a dimension, or one with values, as in threads=1,4.
func parseSweep(s string) (d dimension, err error) {
	name, values, given := strings.Cut(s, "=")
	var names []string
	for _, d := range dimensions() {
		names = append(names, d.name)
		if d.name != name {
			continue
		}
		if given {
			d.values = strings.Split(values, ",")
		}
		seen := map[string]bool{}
		for _, v := range d.values {
			if v == "" || seen[v] {
				return d, fmt.Errorf("measure: -sweep %s: want values that differ, as in %s=%s", s, d.name, strings.Join(d.values, ","))
			}
			seen[v] = true
		}
		return d, nil
	}
	return d, fmt.Errorf("measure: -sweep %s: want one of %s, or values with it, as in threads=1,4", s, strings.Join(names, ", "))
}

// sweepSides are the sides of a sweep: one a value, with one file of results, in which a line tells them apart.
func (m *measurement) sweepSides(now *side) (sides []*side) {
	for _, v := range m.swept.values {
		s := *now
		s.name, s.out = m.swept.name+" "+v, now.out+".sweep"
		s.flags = []string{"-" + m.swept.flag, v}
		sides = append(sides, &s)
	}
	return sides
}

// files are the sides that write a file of their own.
func (m *measurement) files() []*side {
	return slices.CompactFunc(slices.Clone(m.sides), func(a, b *side) bool { return a.out == b.out })
}
