package bench

import (
	"context"

	"github.com/joulebench/joulebench/bench/ollama"
	"github.com/joulebench/joulebench/bench/progress"
)

// pullTag pulls a tag for this run, and shows how far it is.
func (r *run) pullTag(ctx context.Context, t Tag) error {
	report, done := Pulling(r.progress, t)
	defer done()
	return r.suite.Pull(ctx, r.server, t, report)
}

// Pulling shows how far a pull of the tag is: report is what [Suite.Pull] is to be given, and done is to be called at its end.
func Pulling(on *progress.Reporter, t Tag) (report func(ollama.Progress), done func()) {
	var task *progress.Task
	return func(p ollama.Progress) {
		if p.Total == 0 {
			return
		}
		if task == nil {
			task = on.Start(progress.Work{What: "pulling " + t.Name, Unit: progress.Bytes, Total: p.Total, From: p.Completed})
		}
		task.Set(p.Completed)
	}, func() { task.Done() }
}
