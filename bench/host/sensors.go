package host

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// packageSensors are the labels of a package's temperature by the hwmon driver's
// name, the best first: "" is any. AMD's Tctl is what cooling is controlled by, on
// some processors 10 to 27 °C above Tdie, which is the die's; older kernels have
// no labels. Chiplets (Tccd) and cores are parts of a package.
var packageSensors = map[string][]string{
	"coretemp": {"Package id ", "Physical id "},
	"k10temp":  {"Tdie", "Tctl", ""},
	"zenpower": {"Tdie", "Tctl"},
}

// cpuZone is the type of a thermal zone that is a CPU's, as device trees name
// it ("cpu-thermal", "cpu0-thermal"), or Intel's driver. hwmon writes "_" for "-".
var cpuZone = regexp.MustCompile(`^(x86_pkg_temp|cpu.*[-_]thermal)$`)

// sensors lists the files below sys of the packages' temperatures, in m°C: those
// of hwmon, or else of the thermal zones. What cannot be read now is left out.
func sensors(sys fs.FS) []string {
	var files []string
	for _, name := range glob(sys, "class/hwmon/hwmon*/name") {
		driver := text(sys, name)
		labels := packageSensors[driver]
		if cpuZone.MatchString(driver) {
			labels = []string{""}
		}
		for _, label := range labels {
			if found := labelled(sys, path.Dir(name), label); found != nil {
				files = append(files, found...)
				break
			}
		}
	}
	if files == nil {
		for _, kind := range glob(sys, "class/thermal/thermal_zone*/type") {
			if file := path.Dir(kind) + "/temp"; cpuZone.MatchString(text(sys, kind)) && readable(sys, file) {
				files = append(files, file)
			}
		}
	}
	return files
}

// labelled lists the readable temperatures of a hwmon folder whose label begins like that.
func labelled(sys fs.FS, dir, label string) (files []string) {
	for _, file := range glob(sys, dir+"/temp*_input") {
		if strings.HasPrefix(text(sys, strings.TrimSuffix(file, "_input")+"_label"), label) && readable(sys, file) {
			files = append(files, file)
		}
	}
	return files
}

func readable(sys fs.FS, file string) bool {
	_, err := number(sys, file, maxTemperature)
	return err == nil
}

func glob(sys fs.FS, pattern string) []string {
	files, _ := fs.Glob(sys, pattern) // fails for bad patterns only
	slices.Sort(files)
	return files
}

// text is the line in the file, or "" if it cannot be read.
func text(sys fs.FS, file string) string {
	line, _ := readLine(sys, file)
	return line
}

// number reads a whole number from 1 to most.
func number(sys fs.FS, file string, most int64) (float64, error) {
	line, err := readLine(sys, file)
	if err != nil {
		return 0, fmt.Errorf("host: %w", err)
	}
	n, err := strconv.ParseInt(line, 10, 64)
	if err != nil || n < 1 || n > most {
		return 0, fmt.Errorf("host: %s holds %q: want a number from 1 to %d", file, line, most)
	}
	return float64(n), nil
}

// readLine reads a file of sysfs, which gives all that it has at once.
func readLine(sys fs.FS, file string) (string, error) {
	f, err := sys.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	// Some sensors' drivers answer EAGAIN, and Go waits for a change that never comes (prometheus/node_exporter#728).
	if f, ok := f.(interface{ SetReadDeadline(time.Time) error }); ok {
		_ = f.SetReadDeadline(time.Now().Add(100 * time.Millisecond)) // fails where nothing can be waited for
	}
	line := make([]byte, 128)
	n, err := f.Read(line)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return strings.TrimSpace(string(line[:n])), nil
}
