package ollama

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/ollama/ollama/api"
)

// Options says how a server is started; the zero value is one request at a time in a store that goes with the server.
// But for Parallel they do not concern a server that runs already.
type Options struct {
	// Models is the folder of a model store that is kept and may be shared, such as [StoreDir]; "" is a temporary one. A
	// large store makes every request slower, since Ollama reads all its manifests for each.
	Models string
	// Parallel is how many requests the server computes at once; 0 is 1. Only at 1 are answers reproducible to the bit, see
	// [Runner.BatchDependent]. Someone else's server cannot be asked how many it computes: to ask it more than one, its
	// user must state the number for it and for this process, by OLLAMA_NUM_PARALLEL.
	Parallel int
	// KVCache is the precision of the KV cache, f16, q8_0 or q4_0, and FlashAttention true or false. "" leaves them to the
	// user's environment (OLLAMA_KV_CACHE_TYPE, OLLAMA_FLASH_ATTENTION), and that to Ollama, which takes f16 and, of
	// llama.cpp, what the processor can do. Both are asked of a server that is started here only; see [Server.CheckRunner].
	KVCache, FlashAttention string
	// Port to listen on; 0 is any free one.
	Port int
	// Ready is how long the server may take until it answers; 0 is a minute.
	Ready time.Duration
	// Pulls lets the proxies and certificates of the user's environment (HTTPS_PROXY and others) through to the server,
	// which pulls by them. They do not concern requests on this machine.
	Pulls bool
	// Stall is how long a pull may go on without a byte, whoever's the server is; 0 is two minutes. Ollama takes a second
	// for the smallest file.
	Stall time.Duration
	// Disk tells what room the store has; nil is the file system's own account.
	Disk Disk
}

// Server is a running Ollama server. Its methods may be called from several goroutines.
type Server struct {
	url      *url.URL
	version  string
	parallel int          // requests that it was told to compute at once; 0 is unknown
	settings string       // as Settings
	keeper   *keeper      // nil for someone else's server
	origin   string       // what only the server that was started here lets through, "" for someone else's
	pid      int32        // someone else's server's, once it has been looked up
	http     *http.Client // for what is not measured
	wire     *wire        // for /api/generate
	store    store        // of a server that was started here, else ""
	kept     bool         // the store outlives the server and others may use it
	stall    time.Duration
	disk     Disk

	mu      sync.Mutex
	log     serverLog
	created []string // models made here that are still there
	pulled  []string // models pulled here that are still there
	close   func() error
}

var errPortTaken = errors.New("the port is in use by another program")

// Start starts the server at loc, or connects to the one that runs there, and returns once it answers. It fails with the
// end of the server's log where that does not get ready in time or ends before.
func Start(ctx context.Context, loc Location, o Options) (*Server, error) {
	if loc.URL != "" {
		return connect(ctx, loc, o)
	}
	// Between choosing a free port and the server's listening on it, anybody may take it.
	var s *Server
	var err error
	for range 3 {
		if s, err = start(ctx, loc, o); !errors.Is(err, errPortTaken) || o.Port != 0 {
			break
		}
	}
	return s, err
}

func connect(ctx context.Context, loc Location, o Options) (*Server, error) {
	if err := checkStated(loc, o.Parallel); err != nil {
		return nil, err
	}
	if o.KVCache != "" || o.FlashAttention != "" {
		return nil, fmt.Errorf("ollama: the server at %s (%s) runs already, with a KV cache and an attention that cannot be changed from here (unset OLLAMA_HOST to have one started)", loc.URL, loc.Origin)
	}
	u, err := url.Parse(loc.URL)
	if err != nil {
		return nil, fmt.Errorf("ollama: %s: %w", loc.Origin, err)
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	s := newServer(u, nil)
	s.parallel, s.settings, s.stall = statedParallel(), "unknown", o.Stall
	if s.version, err = s.askVersion(ctx); err != nil {
		return nil, fmt.Errorf("ollama: no server answers at %s (%s): %w (start it, or unset OLLAMA_HOST to have one started)", u, loc.Origin, err)
	}
	return s, nil
}

func start(ctx context.Context, loc Location, o Options) (*Server, error) {
	port := o.Port
	if port == 0 {
		var err error
		if port, err = freePort(); err != nil {
			return nil, fmt.Errorf("ollama: no free port on 127.0.0.1: %w", err)
		}
	}
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	origin := "http://" + strings.ToLower(rand.Text()) + ".invalid"
	parallel, settings := max(1, o.Parallel), o.passing()
	env := append([]string{"OLLAMA_HOST=" + address, "OLLAMA_ORIGINS=" + origin, "OLLAMA_NUM_PARALLEL=" + strconv.Itoa(parallel)}, settings...)
	if o.Models != "" {
		env = append(env, "OLLAMA_MODELS="+o.Models) // the last one counts
	}
	if o.Pulls {
		env = append(env, network()...)
	}
	k, err := keep(order{Binary: loc.Binary, Env: env})
	if err != nil {
		return nil, err
	}
	s := newServer(&url.URL{Scheme: "http", Host: address}, k)
	s.origin, s.parallel, s.settings = origin, parallel, strings.Join(settings, " ")
	s.store, s.kept, s.stall, s.disk = store(cmp.Or(o.Models, filepath.Join(k.dir, "models"))), o.Models != "", o.Stall, o.Disk
	if err := s.await(ctx, o.Ready); err != nil {
		return nil, errors.Join(fmt.Errorf("ollama: %s (%s) on %s: %w", loc.Binary, loc.Origin, address, err), s.Close())
	}
	return s, nil
}

func newServer(u *url.URL, k *keeper) *Server {
	s := &Server{
		url:    u,
		keeper: k,
		// No proxy, whatever the environment says: the server is on this machine.
		http: &http.Client{Transport: &http.Transport{}},
		wire: &wire{url: &url.URL{Scheme: u.Scheme, Host: u.Host, Path: path.Join("/", u.Path, "api/generate")}},
	}
	s.close = sync.OnceValue(s.end)
	return s
}

// await polls the server until it answers, ends, or has had its time.
func (s *Server) await(ctx context.Context, patience time.Duration) error {
	if patience == 0 {
		patience = time.Minute
	}
	deadline, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		version, err := s.askVersion(deadline)
		if err == nil {
			s.version = version
			return nil
		}
		if fate := s.keeper.fate(10 * time.Millisecond); fate != "" {
			if strings.Contains(fate, "address already in use") {
				return fmt.Errorf("%w: %s", errPortTaken, fate)
			}
			return errors.New(fate)
		}
		if errors.Is(err, errPortTaken) {
			return err
		}
		if deadline.Err() != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fmt.Errorf("not ready after %v: %w%s", patience, err, s.keeper.lastWords())
		}
	}
}

// askVersion asks for /api/version. Where the server was started here, it also makes sure that this one answers and not
// another that has taken the port: only ours knows the origin that it was given to let through (CORS).
func (s *Server) askVersion(ctx context.Context) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url.JoinPath("/api/version").String(), nil)
	if err != nil {
		return "", err
	}
	if s.origin != "" {
		r.Header.Set("Origin", s.origin)
	}
	resp, err := s.http.Do(r)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
	if err != nil {
		return "", err
	}
	if s.origin != "" && resp.Header.Get("Access-Control-Allow-Origin") != s.origin {
		return "", fmt.Errorf("%w: it answered %s", errPortTaken, resp.Status)
	}
	var answer struct{ Version string }
	if err := json.Unmarshal(body, &answer); err != nil || answer.Version == "" {
		return "", fmt.Errorf("what answers there is not Ollama: /api/version gave %s, %.80q", resp.Status, body)
	}
	return answer.Version, nil
}

// Version is the server's, as it says itself.
func (s *Server) Version() string { return s.version }

// URL is the server's base address.
func (s *Server) URL() string { return s.url.String() }

// Client is the official client of the server, for everything that is not measured.
func (s *Server) Client() *api.Client { return api.NewClient(s.url, s.http) }

// Temp is a folder for large files that nobody needs once the server has ended: that of a server that was started here goes
// with it, however this process ends. Of someone else's it is the system's.
func (s *Server) Temp() string {
	if s.keeper == nil {
		return os.TempDir()
	}
	return s.keeper.dir
}

// Ended reports whether a server that was started here has ended by itself. Close it all the same.
func (s *Server) Ended() bool {
	if s.keeper == nil {
		return false
	}
	select {
	case <-s.keeper.down:
		return true
	default:
		return false
	}
}

// Close ends a server that was started here, with its runners, and returns once no process, port or file of it is left; the
// error says what is. In someone else's server it deletes the models that were made there. Further calls return the same.
func (s *Server) Close() error { return s.close() }

func (s *Server) end() error {
	defer s.http.CloseIdleConnections()
	defer s.wire.close()
	if s.keeper != nil {
		return s.keeper.close()
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, model := range s.created {
		errs = append(errs, s.remove(ctx, model))
	}
	return errors.Join(errs...)
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}
