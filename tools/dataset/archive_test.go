package main

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// archived is a zip archive with a file of that name.
func archived(t testing.TB, name, content string) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create(name)
	require.NoError(t, err)
	_, err = f.Write([]byte(content))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.String()
}

func TestRead(t *testing.T) {
	r := strings.NewReader(strings.Repeat("0", 100))
	_, err := read(r, 39)
	require.EqualError(t, err, "it has more than the 39 bytes that it can have")
	require.Equal(t, 60, r.Len(), "reading stops at the first byte too many, whatever else would come")
	data, err := read(strings.NewReader(mine), 39)
	require.NoError(t, err)
	require.Equal(t, mine, string(data), "as many as it can have are not too many")
}

// FuzzContent unpacks whatever a server may send.
func FuzzContent(f *testing.F) {
	s := publicSet{Member: "data.csv", Bytes: 39, SHA256: mineHash}
	for _, seed := range []string{mine, other, archived(f, "data.csv", mine), archived(f, "v1/data.csv", other), "PK\x05\x06"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if got, err := s.content(data); err == nil && string(got) != mine {
			t.Fatalf("%q passes for the set", got)
		}
	})
}
