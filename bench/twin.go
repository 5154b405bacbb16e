package bench

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/shirou/gopsutil/v3/disk"

	"github.com/joulebench/joulebench/bench/ollama"
	"github.com/joulebench/joulebench/bench/shape"
)

// A twin is the weights' file of a shape twin, of which the server makes the precisions. It lies in a folder that goes with
// the server, however this process ends: it has gigabytes.
type twin struct{ model, file string }

// createTwin has the server make a precision of the model's twin. In a folder that -store names it stays: passes of one
// measurement are processes of their own, and the twin of a large model takes longer to make than to measure.
func (r *run) createTwin(ctx context.Context, m Model, p Pair) (model, error) {
	data, err := json.Marshal(m.Shape)
	if err != nil {
		return model{}, err
	}
	name := fmt.Sprintf("%s-%x", m.Name, sha256.Sum256(data))[:len(m.Name)+9] // so that another shape is another twin
	if r.store != "" {
		made, digest, err := r.server.Made(ctx, name, p.Precision)
		if err != nil || made != "" {
			return model{name: made, digest: digest}, err
		}
	}
	weights, err := r.writeTwin(m)
	if err != nil {
		return model{}, err
	}
	tell("joulebench: creating %s", p)
	made, digest, err := r.server.Create(ctx, ollama.Model{Name: name, Weights: weights, Precision: p.Precision})
	return model{name: made, digest: digest, made: r.store == ""}, err
}

// writeTwin makes the file of the model's twin, unless it is that which is there.
func (r *run) writeTwin(m Model) (file string, err error) {
	if r.twin.model == m.Name {
		return r.twin.file, nil
	}
	if err := r.dropTwin(); err != nil {
		return "", err
	}
	if err := r.twinFits(m); err != nil {
		return "", err
	}
	tell("joulebench: writing %s: %.1f GB of random weights", m.Name, float64(m.Shape.Bytes("f16"))/1e9)
	f, err := os.CreateTemp(r.server.Temp(), m.Name+"-*.gguf")
	if err != nil {
		return "", err
	}
	r.twin = twin{m.Name, f.Name()}
	err = shape.Write(f, *m.Shape, 1)
	if err = errors.Join(err, f.Close()); err != nil {
		return "", fmt.Errorf("writing the random weights of %s to %s: %w", m.Name, f.Name(), errors.Join(err, r.dropTwin()))
	}
	return f.Name(), nil
}

// twinFits makes sure that there is disk for the twin's file, for what the server makes of it at f16, and for a lower precision.
func (r *run) twinFits(m Model) error {
	dir := r.server.Temp()
	size := 2*m.Shape.Bytes("f16") + m.Shape.Bytes("q8_0")
	if u, err := disk.Usage(dir); err == nil && u.Fstype == "tmpfs" && size > 1e9 {
		return fmt.Errorf("%s lies in memory (tmpfs), where %s of random weights would take the model's own place (name a folder on a disk in TMPDIR)", dir, ollama.Bytes(size))
	}
	if err := r.room(dir, size, m.Name); err != nil {
		return fmt.Errorf("%w; or name a folder on another disk in TMPDIR", err)
	}
	return nil
}

func (r *run) dropTwin() error {
	if r.twin.file == "" {
		return nil
	}
	err := os.Remove(r.twin.file)
	r.twin = twin{}
	return err
}
