package ollama

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What a server may say of a pull, and what it then has. The registry has m:q8_0 of 703 bytes.
func TestPullAccounts(t *testing.T) {
	registry := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, manifestOf(digits("a"), 700))
	}))
	defer registry.Close()
	name := registry.URL + "/library/m:q8_0"
	m, err := Remote(t.Context(), name)
	require.NoError(t, err)
	other := strings.TrimPrefix(digits("e"), "sha256:")
	layer := func(completed int) string {
		return fmt.Sprintf(`{"status":"pulling aaaaaaaaaaaa","digest":"%s","total":700,"completed":%d}`+"\n", digits("a"), completed)
	}
	const success, manifest = `{"status":"success"}` + "\n", `{"status":"pulling manifest"}` + "\n"
	dropped := layer(0) + `{"error":"max retries exceeded: EOF"}` + "\n"

	for _, test := range []struct {
		reason  string
		tries   []string // the account of each; the last is repeated
		has     string   // the digest of what is there afterwards
		deleted bool
		asked   int // how often
		fault   string
	}{
		{"as it should be", []string{manifest + layer(300) + layer(700) + success}, m.Digest, false, 1, ""},
		{"the account breaks off", []string{manifest + layer(0)}, "", false, 1, `broke off at 0B of 703B: the server's account of it broke off after "pulling aaaaaaaaaaaa" (what has come is kept`},
		{"an error in a stream of status 200", []string{dropped}, "", false, 1, "max retries exceeded: EOF"},
		{"each try brings more", []string{layer(200) + dropped[len(layer(0)):], layer(400) + dropped[len(layer(0)):], layer(700) + success}, m.Digest, false, 3, ""},
		{"a try brings no more", []string{layer(200) + dropped[len(layer(0)):]}, "", false, 2, "broke off at 200B of 703B: max retries exceeded"},
		{"more each time, for ever", []string{layer(1) + dropped[len(layer(0)):], layer(2) + dropped[len(layer(0)):], layer(3) + dropped[len(layer(0)):], layer(4) + dropped[len(layer(0)):], layer(5) + dropped[len(layer(0)):], layer(6) + success}, "", false, 5, "broke off at 5B"},
		{"joined one that was given up", []string{`{"error":"context canceled"}` + "\n", layer(700) + success}, m.Digest, false, 2, ""},
		{"disk full", []string{layer(9) + `{"error":"write /m/blobs/x-partial: no space left on device"}` + "\n"}, "", false, 1, "no space left on device: the disk is full (free some"},
		{"other bytes than promised", []string{layer(700) + `{"error":"digest mismatch, file must be downloaded again"}` + "\n"}, "", false, 1, "is not what its manifest promises"},
		{"a registry that serves its files itself", []string{`{"error":"http: no Location header in response"}` + "\n"}, "", false, 1, "Ollama pulls only from one that sends it to another host"},
		{"moved in between", []string{layer(700) + success}, other, true, 1, "it is sha256:" + other + " now and was sha256:" + m.Digest},
		{"a lie", []string{success}, "", true, 1, "it is sha256:(absent) now"},
	} {
		t.Run(test.reason, func(t *testing.T) {
			asked, deleted := 0, false
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch r.URL.Path {
				case "/api/pull":
					fmt.Fprint(w, test.tries[min(asked, len(test.tries)-1)])
					asked++
				case "/api/tags":
					if asked > 0 && test.has != "" {
						fmt.Fprintf(w, `{"models":[{"name":"%s","digest":"%s"}]}`, m.Name, test.has)
						return
					}
					fmt.Fprint(w, `{}`)
				case "/api/delete":
					deleted = true
				default:
					fmt.Fprint(w, `{"done":true}`)
				}
			}))
			defer server.Close()
			s := newServer(mustParse(t, server.URL), nil)
			var last Progress
			got, err := s.Pull(t.Context(), name, m.Digest[:12], func(p Progress) { last = p })
			require.Equal(t, test.asked, asked)
			require.Equal(t, test.deleted, deleted)
			if test.fault != "" {
				require.ErrorContains(t, err, test.fault)
				require.ErrorContains(t, err, m.Name)
				require.Empty(t, s.Pulled())
				return
			}
			require.NoError(t, err)
			require.Equal(t, m, got)
			require.Equal(t, Progress{Status: "success", Completed: 700, Total: 703}, last)
			require.Equal(t, []string{m.Name}, s.Pulled())
			require.NoError(t, s.Delete(t.Context(), name), "by the name as it stands in a suite")
			require.Empty(t, s.Pulled())
		})
	}

	s := fake(t, 500, `{"error":"the server has been asked"}`)
	for _, want := range []string{"abc", "baf6a787fdfg", "BAF6A787FDFF", strings.Repeat("a", 65), "sha256:", "../../../../"} {
		if want == "sha256:" {
			continue // nothing wanted
		}
		_, err := s.Pull(t.Context(), name, want, nil)
		require.ErrorContains(t, err, "is not 12 to 64 hex digits")
	}
	_, err = s.Pull(t.Context(), "a b", "", nil)
	require.ErrorContains(t, err, "is no name of a model")
	require.ErrorContains(t, s.Verify(t.Context(), name), "are not known, so that "+name+" cannot be verified")
}

// A server that says nothing is not waited for.
func TestPullStalls(t *testing.T) {
	registry := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, manifestOf(digits("a"), 700))
	}))
	defer registry.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/pull" {
			fmt.Fprint(w, `{}`)
			return
		}
		for r.Context().Err() == nil { // the same again and again, as Ollama does
			fmt.Fprintln(w, `{"status":"pulling aaaaaaaaaaaa","digest":"`+digits("a")+`","total":700,"completed":5}`)
			w.(http.Flusher).Flush()
			time.Sleep(5 * time.Millisecond)
		}
	}))
	defer server.Close()
	s := newServer(mustParse(t, server.URL), nil)
	s.stall = 50 * time.Millisecond
	_, err := s.Pull(t.Context(), registry.URL+"/library/m:q8_0", "", nil)
	require.ErrorIs(t, err, errStalled)
	require.ErrorContains(t, err, "broke off at 5B of 703B: nothing has come from the registry for 50ms")

	ctx, cancel := context.WithCancel(t.Context())
	s.stall = 0
	_, err = s.Pull(ctx, registry.URL+"/library/m:q8_0", "", func(Progress) { cancel() })
	require.ErrorIs(t, err, context.Canceled)
}

// The way to a registry may lead through a proxy; what is measured goes none.
func TestNetwork(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "http://proxy:3128")
	t.Setenv("SSL_CERT_FILE", "/etc/ours.pem")
	env := network()
	require.Contains(t, env, "HTTPS_PROXY=http://proxy:3128")
	require.Contains(t, env, "SSL_CERT_FILE=/etc/ours.pem")
}
