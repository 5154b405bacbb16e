package ollama

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/ollama/ollama/api"
	"github.com/stretchr/testify/require"
)

func TestCheckCPU(t *testing.T) {
	running := []api.ProcessModelResponse{
		{Name: "m:q8_0", Size: 100},
		{Name: "gpu:latest", Size: 100, SizeVRAM: 60},
		{Name: "host:5000/library/far:latest", Size: 100},
	}
	for _, test := range []struct{ model, fault, why string }{
		{"m:q8_0", "", "nothing on a GPU"},
		{"M:Q8_0", "", "Ollama's names do not tell case"},
		{"gpu", "60 of 100 bytes of gpu:latest are on a GPU", "no tag means latest"},
		{"m", "m is not loaded", "another tag is another model"},
		{"host:5000/library/far", "", "the colon of a port begins no tag"},
	} {
		size, err := checkCPU(running, test.model)
		if test.fault == "" {
			require.NoError(t, err, test.why)
			require.EqualValues(t, 100, size, test.why)
		} else {
			require.ErrorContains(t, err, test.fault, test.why)
		}
	}
}

// A port that another program holds and passes on (a container's proxy) has no memory of a model to show.
func TestPIDsOfProxy(t *testing.T) {
	executable, err := os.Executable()
	require.NoError(t, err)
	proxy := filepath.Join(t.TempDir(), "proxy")
	if err := os.Symlink(executable, proxy); err != nil {
		t.Skip(err)
	}
	_, err = fakeProcess(t, proxy).RSS()
	require.ErrorContains(t, err, "belongs to proxy")
	require.ErrorContains(t, err, "unset OLLAMA_HOST")

	closed := httptest.NewServer(nil)
	closed.Close()
	_, err = newServer(mustParse(t, closed.URL), nil).RSS()
	require.ErrorContains(t, err, "cannot be seen")
}
