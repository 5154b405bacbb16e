package registry

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"strings"
	"sync"
	"testing"

	"github.com/distribution/distribution/v3/configuration"
	"github.com/distribution/distribution/v3/registry/handlers"
	_ "github.com/distribution/distribution/v3/registry/storage/driver/filesystem"
	_ "github.com/distribution/distribution/v3/registry/storage/driver/middleware/redirect"
	"github.com/sirupsen/logrus"
	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/ollama"
)

func TestMain(m *testing.M) {
	ollama.Guard()
	logrus.SetOutput(io.Discard)
	os.Exit(m.Run())
}

// start starts a server that ends with the test. Without one to start, tests are skipped, or fail under CI=true.
func start(t *testing.T, o ollama.Options) *ollama.Server {
	t.Helper()
	loc, err := ollama.Find()
	if errors.Is(err, ollama.ErrNotFound) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	require.NoError(t, err)
	if loc.Binary == "" {
		t.Skip("this test starts servers of its own: unset OLLAMA_HOST")
	}
	s, err := ollama.Start(t.Context(), loc, o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// registry is a real one on loopback that can be made to fail. It sends who wants a file to another host, as
// registry.ollama.ai does: from one that serves its files itself, Ollama pulls nothing.
type registry struct {
	prefix string // of its names: "http://127.0.0.1:41234/library/"
	files  http.Handler

	mu     sync.Mutex
	served map[string]int64 // bytes of each file that were sent, by digest
	cut    map[string]int64 // files whose transfer is cut after so many bytes: once, then the entry goes
	stalls bool             // files: no byte more
	gone   bool             // no connection lives
}

func newRegistry(t *testing.T) *registry {
	t.Helper()
	root := t.TempDir()
	r := &registry{files: http.FileServer(http.Dir(root)), served: make(map[string]int64), cut: make(map[string]int64)}
	storage := httptest.NewServer(http.HandlerFunc(r.serveFile))
	t.Cleanup(storage.Close)
	config := &configuration.Configuration{
		Storage: configuration.Storage{"filesystem": configuration.Parameters{"rootdirectory": root}},
		Middleware: map[string][]configuration.Middleware{"storage": {{
			Name:    "redirect",
			Options: configuration.Parameters{"baseurl": strings.Replace(storage.URL, "127.0.0.1", "localhost", 1)},
		}}},
	}
	config.Catalog.MaxEntries = 100 // it panics at 0
	app := handlers.NewApp(t.Context(), config)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		r.hangUp()
		app.ServeHTTP(w, q)
	}))
	t.Cleanup(server.Close)
	r.prefix = server.URL + "/library/"
	return r
}

func (r *registry) set(change func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change()
}

// hangUp cuts the connection if the registry is gone.
func (r *registry) hangUp() {
	r.mu.Lock()
	gone := r.gone
	r.mu.Unlock()
	if gone {
		panic(http.ErrAbortHandler)
	}
}

// serveFile serves docker/registry/v2/blobs/sha256/ab/abcd…/data.
func (r *registry) serveFile(w http.ResponseWriter, q *http.Request) {
	r.hangUp()
	digest := "sha256:" + path.Base(path.Dir(q.URL.Path))
	r.files.ServeHTTP(&blobWriter{ResponseWriter: w, registry: r, digest: digest, done: q.Context().Done()}, q)
}

// blobWriter counts what is sent of a blob and cuts it off.
type blobWriter struct {
	http.ResponseWriter
	registry *registry
	digest   string
	done     <-chan struct{}
}

func (w *blobWriter) Write(p []byte) (int, error) {
	r := w.registry
	r.mu.Lock()
	left, cuts := r.cut[w.digest]
	if cuts = cuts && left < int64(len(p)); cuts {
		p = p[:left]
		delete(r.cut, w.digest)
	} else if _, ok := r.cut[w.digest]; ok {
		r.cut[w.digest] -= int64(len(p))
	}
	stalls := r.stalls
	r.mu.Unlock()
	if stalls {
		<-w.done
		panic(http.ErrAbortHandler)
	}
	n, err := w.ResponseWriter.Write(p)
	r.set(func() { r.served[w.digest] += int64(n) })
	if cuts {
		w.ResponseWriter.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	return n, err
}
