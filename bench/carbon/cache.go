package carbon

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// kept is what stands in a file of the cache. It saves requests, of which free
// plans have few, and it holds the `grid:` line still for an hour.
type kept struct {
	Spec string
	Hour time.Time // in which it is valid, as it began
	Grid Grid
}

func (l live) file() string {
	return filepath.Join(l.cache, strings.ReplaceAll(l.spec, ":", "-")+".json")
}

// cached returns the hour's grid if there is one. A file that cannot be read,
// or holds anything else, is as good as none: it will be written anew.
func (l live) cached(hour time.Time) (Grid, bool) {
	if l.cache == "" {
		return Grid{}, false
	}
	b, err := os.ReadFile(l.file())
	if err != nil {
		return Grid{}, false
	}
	var k kept
	if json.Unmarshal(b, &k) != nil || k.Spec != l.spec || !k.Hour.Equal(hour) || plausible(k.Grid, hour) != nil {
		return Grid{}, false
	}
	return k.Grid, true
}

// keep writes the hour's grid. If that fails, the next process asks again: the
// grid at hand is as right as it was.
func (l live) keep(hour time.Time, g Grid) {
	if l.cache == "" || os.MkdirAll(l.cache, 0o755) != nil {
		return
	}
	b, err := json.Marshal(kept{l.spec, hour, g})
	if err != nil {
		return
	}
	f, err := os.CreateTemp(l.cache, ".new-*")
	if err != nil {
		return
	}
	_, err = f.Write(b)
	if f.Close() != nil || err != nil || os.Rename(f.Name(), l.file()) != nil {
		os.Remove(f.Name())
	}
}
