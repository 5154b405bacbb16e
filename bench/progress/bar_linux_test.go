package progress

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/joulebench/joulebench/bench/internal/pty"
)

func openPTY(tb testing.TB) *pty.Terminal {
	p, err := pty.Open()
	require.NoError(tb, err)
	return p
}

// sees waits until the screen matches.
func sees(t *testing.T, p *pty.Terminal, pattern string) {
	t.Helper()
	require.Eventually(t, func() bool {
		shown, _ := pty.Screen(p.Written()) // in the middle of writing it is none yet
		return regexp.MustCompile(pattern).MatchString(shown)
	}, time.Minute, 10*time.Millisecond, "want %s", pattern)
}

// What a person sees: the bar with all that it has to tell, notices above it, and in the end nothing of it.
func TestBar(t *testing.T) {
	p := openPTY(t)
	r, err := Open(p.Slave, "", "1")
	require.NoError(t, err)
	r.showAfter, r.drawEvery = 0, 10*time.Millisecond
	require.True(t, r.Terminal())

	r.Note("joulebench: starting the server")
	task := r.Start(Work{What: "pair 2 of 15: model=m/precision=q8_0", Unit: "sentence", Total: 300, Also: func() string { return "57.2 J so far" }})
	task.Add(1)
	sees(t, p, `^joulebench: starting the server\npair 2 of 15: model=m/precision=q8_0\n\[-+\] sentence 1 of 300, \S+ sentences/s, 57.2 J so far, \S+ left\n$`)
	task.Add(149)
	sees(t, p, `\n\[=+>-+\] sentence 150 of 300, `)
	r.Note("joulebench: a notice meanwhile")
	sees(t, p, `^joulebench: starting the server\njoulebench: a notice meanwhile\npair 2 of 15: .*\n\[=.*\n$`)
	task.Done()
	task.Done()
	sees(t, p, `^joulebench: starting the server\njoulebench: a notice meanwhile\n$`)

	// The next one in the place of another, which nobody ended.
	r.Start(Work{What: strings.Repeat("long ", 20), Unit: Bytes})
	sees(t, p, `\nlong .*\n\[-+\] 0 B\n$`)
	r.Start(Work{What: "pulling m", Unit: Bytes, Total: 2_500_000_000}).Set(1_250_000_000)
	sees(t, p, `meanwhile\npulling m\n\[=+>-+\] 1.25 GB of 2.5 GB, \S+ .B/s, \d+s left\n$`)
	require.NoError(t, r.Close())
	<-p.Gone
	shown, err := pty.Screen(p.Written())
	require.NoError(t, err)
	require.Equal(t, "joulebench: starting the server\njoulebench: a notice meanwhile\n", shown)
}

// What is done within a second draws nothing.
func TestNoBarForAMoment(t *testing.T) {
	p := openPTY(t)
	r, err := Open(p.Slave, "", "1")
	require.NoError(t, err)
	r.showAfter = time.Hour
	task := r.Start(Work{What: "pair 1 of 1", Unit: "sentence", Total: 1})
	r.Note("a notice")
	task.Add(1)
	task.Done()
	require.NoError(t, r.Close())
	<-p.Gone
	require.Equal(t, "a notice\r\n", p.Written())
}

// A terminal that went away is no reason for the work to stop.
func TestTerminalIsGone(t *testing.T) {
	p := openPTY(t)
	r, err := Open(p.Slave, "", "1")
	require.NoError(t, err)
	r.showAfter, r.drawEvery = 0, 10*time.Millisecond
	task := r.Start(Work{What: "pair 1 of 1", Unit: "sentence", Total: 2})
	sees(t, p, `sentence 0 of 2`)
	require.NoError(t, p.Slave.Close())
	<-p.Gone
	r.Note("to nobody")
	task.Add(1)
	task.Done()
	require.NoError(t, r.Close())
}

// BenchmarkDraw is the CPU time that it takes to draw the bar once, that of reading the terminal included.
func BenchmarkDraw(b *testing.B) {
	p := openPTY(b)
	r, err := Open(p.Slave, "", "1")
	require.NoError(b, err)
	r.showAfter, r.drawEvery = 0, time.Millisecond
	cpu := func() time.Duration {
		var u unix.Rusage
		require.NoError(b, unix.Getrusage(unix.RUSAGE_SELF, &u))
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	before := cpu()
	r.Start(Work{What: "pair 2 of 15: model=m/precision=q8_0", Unit: "sentence", Total: 300}).Add(150)
	for b.Loop() {
		time.Sleep(10 * time.Millisecond)
	}
	require.NoError(b, r.Close())
	<-p.Gone
	b.ReportMetric(float64(cpu()-before)/float64(strings.Count(p.Written(), "150 of 300")), "cpu-ns/draw")
}
