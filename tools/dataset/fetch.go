package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// patience is how long a download can take. The files have less than a megabyte, an archive at most 64.
const patience = 10 * time.Minute

func (g *getter) path(s *publicSet) string { return filepath.Join(g.cache, s.Name, s.File) }

// cached says whether the set is in the cache, whole and right.
func (g *getter) cached(s *publicSet) bool {
	data, err := open(g.path(s), s.Bytes)
	return err == nil && s.check(data) == nil
}

// fetch returns the set's file, checked, from the file or archive at path, or from its URL if path is empty. All of it
// is in memory: what proves wrong never touches the disk.
func (g *getter) fetch(s *publicSet, path string) (data []byte, err error) {
	from := path
	if path != "" {
		data, err = open(path, s.limit())
	} else {
		from = s.URL
		data, err = g.download(s)
	}
	if err != nil {
		return nil, err
	}
	if data, err = s.content(data); err != nil {
		return nil, fmt.Errorf("%s: %w", from, err)
	}
	return data, nil
}

// open reads a file on this machine that has at most limit bytes.
func open(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := read(f, limit)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return data, nil
}

func (g *getter) download(s *publicSet) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("User-Agent", "joulebench")
	response, err := g.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("GET %s: the server answers %s", s.URL, response.Status)
	}
	data, err := read(response.Body, s.limit())
	if err != nil {
		return nil, fmt.Errorf("GET %s: %w", s.URL, err)
	}
	return data, nil
}

// write puts data into the file at path, which has all of it or is as it was before.
func write(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "*.part")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // it is not there any more once it has the right name
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
