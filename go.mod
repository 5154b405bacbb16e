module github.com/joulebench/joulebench

go 1.26.0

require (
	github.com/aclements/go-moremath v0.0.0-20210112150236-f10218a38794 // Student's t, as in x/perf
	github.com/google/go-cmp v0.7.0 // differences of structures in tests
	github.com/ollama/ollama v0.17.4 // api: the official client and its types; fs/ggml: reads and writes GGUF
	github.com/prometheus/client_model v0.6.3 // the families that expfmt returns
	github.com/prometheus/common v0.73.1 // expfmt: Prometheus's own parser of what exporters write
	github.com/rogpeppe/go-internal v1.16.0 // testscript: exit status and output of commands
	github.com/shirou/gopsutil/v3 v3.24.5 // CPU time, memory and processes on every system
	github.com/stretchr/testify v1.12.1 // plain checks in tests
	github.com/vbauerster/mpb/v8 v8.16.2 // a bar on a terminal that prints lines above itself, draws in a goroutine of its own and leaves the cursor alone
	github.com/x448/float16 v0.8.4 // halves, which GGUF stores and Go has not
	golang.org/x/perf v0.0.0-20260908200009-22c9c6c9d4da // the benchmark format, and benchstat itself
	golang.org/x/sys v0.49.0 // process groups, CPU features, perf_event
	golang.org/x/text v0.43.0 // single-byte encodings of public sets, ISO codes of countries, forms of letters
	golang.org/x/tools v0.52.0 // txtar: a sysfs tree in one file
)

require (
	github.com/VividCortex/ewma v1.2.0 // indirect
	github.com/acarl005/stripansi v0.0.0-20180116102854-5a71ef0e047d // indirect
	github.com/bahlo/generic-list-go v0.2.0 // indirect
	github.com/buger/jsonparser v1.1.1 // indirect
	github.com/clipperhouse/uax29/v2 v2.7.0 // indirect
	github.com/go-ole/go-ole v1.2.6 // indirect
	github.com/google/uuid v1.6.0 // indirect
	github.com/lufia/plan9stats v0.0.0-20211012122336-39d0f177ccd0 // indirect
	github.com/mailru/easyjson v0.7.7 // indirect
	github.com/mattn/go-runewidth v0.0.30 // indirect
	github.com/munnerz/goautoneg v0.0.0-20191010083416-a7dc8b61c822 // indirect
	github.com/pandatix/go-abnf v0.5.3 // indirect
	github.com/power-devops/perfstat v0.0.0-20210106213030-5aafc221ea8c // indirect
	github.com/shoenig/go-m1cpu v0.1.6 // indirect
	github.com/tklauser/go-sysconf v0.3.12 // indirect
	github.com/tklauser/numcpus v0.6.1 // indirect
	github.com/vbauerster/cupwriter v0.0.5 // indirect
	github.com/wk8/go-ordered-map/v2 v2.1.8 // indirect
	github.com/yusufpapurcu/wmi v1.2.4 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/crypto v0.57.0 // indirect
	golang.org/x/sync v0.24.0 // indirect
	google.golang.org/protobuf v1.36.12 // indirect
	gopkg.in/yaml.v3 v3.0.1 // indirect
)

tool golang.org/x/perf/cmd/benchstat
