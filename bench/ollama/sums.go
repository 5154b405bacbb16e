package ollama

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// sumsName is the file of digests that may stand beside weights, in the form of sha256sum(1).
const sumsName = "SHA256SUMS"

// checkSum holds the digest of a file, in hex, against the one pinned beside it, if there is one: weights that were edited
// or damaged must not answer under their old name.
func checkSum(path, sum string) error {
	pins := filepath.Join(filepath.Dir(path), sumsName)
	f, err := os.Open(pins)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		pinned, name, _ := strings.Cut(lines.Text(), "  ")
		if name == filepath.Base(path) && pinned != sum {
			return fmt.Errorf("its SHA-256 is %s, but %s says %s: it is damaged or was edited (restore it; if the change is meant, write the new digest there)", sum, pins, pinned)
		}
	}
	return lines.Err()
}
