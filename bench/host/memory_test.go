package host

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

func TestLimited(t *testing.T) {
	tree := func(files ...string) fstest.MapFS {
		root := fstest.MapFS{}
		for i := 0; i < len(files); i += 2 {
			root[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
		}
		return root
	}
	const own = "proc/self/cgroup"
	for _, c := range []struct {
		why         string
		root        fstest.MapFS
		free, total uint64 // of 800 and 1000
		fault       string
	}{
		{"no control groups, as on other systems", tree(), 800, 1000, ""},
		{"version 1 limits elsewhere", tree(own, "4:memory:/docker/1\n"), 800, 1000, ""},
		{"no limit", tree(own, "0::/a\n", "sys/fs/cgroup/a/memory.max", "max\n"), 800, 1000, ""},
		{"a container sees its own group as the root", tree(own, "0::/\n", "sys/fs/cgroup/memory.max", "500\n", "sys/fs/cgroup/memory.current", "200\n"), 300, 500, ""},
		// 200 used, of which 150 can be given back: 500 − 50.
		{"files that nobody reads are as good as free", tree(own, "0::/\n", "sys/fs/cgroup/memory.max", "500\n", "sys/fs/cgroup/memory.current", "200\n",
			"sys/fs/cgroup/memory.stat", "anon 50\ninactive_file 150\n"), 450, 500, ""},
		{"the limit of a slice above", tree(own, "0::/a/b\n", "sys/fs/cgroup/a/memory.max", "600\n", "sys/fs/cgroup/a/memory.current", "100\n", "sys/fs/cgroup/a/b/memory.max", "max\n"), 500, 600, ""},
		{"the machine has less than the limit", tree(own, "0::/\n", "sys/fs/cgroup/memory.max", "5000\n", "sys/fs/cgroup/memory.current", "10\n"), 800, 1000, ""},
		{"more used than allowed, for a moment", tree(own, "0::/\n", "sys/fs/cgroup/memory.max", "500\n", "sys/fs/cgroup/memory.current", "510\n"), 0, 500, ""},
		{"a failed reading is no number", tree(own, "0::/\n", "sys/fs/cgroup/memory.max", "many\n"), 0, 0, "sys/fs/cgroup/memory.max"},
	} {
		free, total, err := limited(c.root, 800, 1000)
		if c.fault != "" {
			require.ErrorContains(t, err, c.fault, c.why)
			continue
		}
		require.NoError(t, err, c.why)
		require.Equal(t, [2]uint64{c.free, c.total}, [2]uint64{free, total}, c.why)
	}
	free, total, err := Memory()
	require.NoError(t, err)
	require.Positive(t, free)
	require.LessOrEqual(t, free, total)
}
