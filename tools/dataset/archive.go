package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"path"
)

// most is the size of the largest archive that is read, in bytes.
const most = 64 << 20

// limit is how many bytes a download of the set can have.
func (s *publicSet) limit() int64 {
	if s.Member != "" {
		return most
	}
	return s.Bytes
}

// content returns the set's file, given that file itself or a zip archive that holds it. It is an error if it has not
// the hash of the catalogue, and so is an archive without it.
func (s *publicSet) content(data []byte) ([]byte, error) {
	if s.Member != "" {
		archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err == nil {
			if data, err = s.member(archive); err != nil {
				return nil, err
			}
		} // else it is no archive, so perhaps the file itself
	}
	return data, s.check(data)
}

// check is an error if data is not the set's file.
func (s *publicSet) check(data []byte) error {
	sum := sha256.Sum256(data)
	if got := hex.EncodeToString(sum[:]); got != s.SHA256 {
		return fmt.Errorf("its SHA-256 is %s (%d bytes), not %s (%d bytes)", got, len(data), s.SHA256, s.Bytes)
	}
	return nil
}

// member reads the set's file from an archive. It is never more than a byte too long, whatever it would unpack to.
func (s *publicSet) member(archive *zip.Reader) ([]byte, error) {
	for _, f := range archive.File {
		if path.Base(f.Name) != s.Member {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return nil, fmt.Errorf("%s in it: %w", f.Name, err)
		}
		defer r.Close()
		data, err := read(r, s.Bytes)
		if err != nil {
			return nil, fmt.Errorf("%s in it: %w", f.Name, err)
		}
		return data, nil
	}
	return nil, fmt.Errorf("it is a zip archive without %s", s.Member)
}

// read reads all of r, unless that is more than limit bytes.
func read(r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("it has more than the %d bytes that it can have", limit)
	}
	return data, err
}
