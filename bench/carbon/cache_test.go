package carbon

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// counting answers with the present half-hour of Great Britain and a new figure
// every time.
func counting(asked *int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		*asked++
		from := time.Now().UTC().Truncate(30 * time.Minute)
		fmt.Fprintf(w, `{"data":[{"from":%q,"intensity":{"forecast":%d}}]}`, from.Format(minute), 100+*asked)
	}
}

// All processes of an hour must stand under the same line.
func TestCacheOfTheHour(t *testing.T) {
	at(t, "2026-11-28T22:05Z", func(t *testing.T) {
		asked := 0
		w := serve(t, counting(&asked))
		now := func() string {
			t.Helper()
			src, err := w.open("ukcarbon") // as a new process does
			require.NoError(t, err)
			g, err := src.Now(t.Context())
			require.NoError(t, err)
			return g.String()
		}
		const first = "GB 2026-11-28T22:00Z 101 gCO2/kWh (Carbon Intensity API, forecast, direct)"
		require.Equal(t, first, now())
		time.Sleep(54 * time.Minute) // 22:59, another half-hour
		require.Equal(t, first, now())
		require.Equal(t, 1, asked)
		time.Sleep(time.Minute) // 23:00
		const second = "GB 2026-11-28T23:00Z 102 gCO2/kWh (Carbon Intensity API, forecast, direct)"
		require.Equal(t, second, now())
		require.Equal(t, second, now())
		require.Equal(t, 2, asked)

		region, err := w.open("ukcarbon:13")
		require.NoError(t, err)
		_, err = region.Now(t.Context())
		require.ErrorContains(t, err, "one region", "another zone has a file of its own")

		w.cache = "" // no home folder
		now()
		now()
		require.Equal(t, 5, asked, "the region's one included")
	})
}

// A file that holds anything but the hour's grid is written anew, whole.
func TestCacheCorrupt(t *testing.T) {
	const hour, from = "2026-11-28T22:00:00Z", "2026-11-28T22:00:00Z"
	const good = `{"Spec":"ukcarbon","Hour":"` + hour + `","Grid":{"Code":"GB","Name":"Great Britain","Time":"` + from + `","Intensity":7,"Source":"x"}}`
	for why, tt := range map[string]struct {
		content string
		used    bool
	}{
		"the hour's grid, so that the others are not refused for their form": {good, true},
		"empty":                  {"", false},
		"torn":                   {good[:len(good)/2], false},
		"not JSON":               {"\x00\xff", false},
		"of another source":      {strings.Replace(good, "ukcarbon", "ukcarbon:13", 1), false},
		"of the hour before":     {strings.Replace(good, hour, "2026-11-28T21:00:00Z", 1), false},
		"of an hour to come":     {strings.Replace(good, hour, "2026-11-28T23:00:00Z", 1), false},
		"zero":                   {strings.Replace(good, ":7", ":0", 1), false},
		"negative":               {strings.Replace(good, ":7", ":-7", 1), false},
		"absurd":                 {strings.Replace(good, ":7", ":7e300", 1), false},
		"nameless":               {strings.Replace(good, `"GB"`, `""`, 1), false},
		"would spoil the output": {strings.Replace(good, `"x"`, `"x)\nPASS"`, 1), false},
		"figure of yesterday":    {strings.Replace(good, `"Time":"2026-11-28`, `"Time":"2026-11-27`, 1), false},
		"null":                   {"null", false},
		"an answer, not a grid":  {string(fixture(t, "ukcarbon.json")), false},
	} {
		t.Run(why, func(t *testing.T) {
			at(t, "2026-11-28T22:05Z", func(t *testing.T) {
				asked := 0
				w := serve(t, counting(&asked))
				file := filepath.Join(w.cache, "ukcarbon.json")
				require.NoError(t, os.WriteFile(file, []byte(tt.content), 0o644))
				for range 2 {
					src, err := w.open("ukcarbon")
					require.NoError(t, err)
					g, err := src.Now(t.Context())
					require.NoError(t, err)
					if tt.used {
						require.Equal(t, 7.0, g.Intensity)
					} else {
						require.Equal(t, 101.0, g.Intensity)
					}
				}
				if tt.used {
					require.Zero(t, asked)
				} else {
					require.Equal(t, 1, asked, "the second time it is read")
				}
				files, err := os.ReadDir(w.cache)
				require.NoError(t, err)
				require.Len(t, files, 1, "nothing half-written is left")
			})
		})
	}
}

// A cache that cannot be written costs a request, not the run.
func TestCacheUnwritable(t *testing.T) {
	at(t, "2026-11-28T22:05Z", func(t *testing.T) {
		asked := 0
		w := serve(t, counting(&asked))
		w.cache = filepath.Join(w.cache, "file", "folder")
		require.NoError(t, os.WriteFile(filepath.Dir(w.cache), nil, 0o644))
		for range 2 {
			src, err := w.open("ukcarbon")
			require.NoError(t, err)
			_, err = src.Now(t.Context())
			require.NoError(t, err)
		}
		require.Equal(t, 2, asked)
	})
}
