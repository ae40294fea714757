// Package browser says which browser the tests drive, and how it is started.
package browser

import (
	"os/exec"

	"github.com/chromedp/chromedp"
)

// Options are what every test starts its browser with; dir is a folder of its
// own, for its profile. Debian's chromium-headless-shell is Chromium without
// the window: the same pages in two thirds of the processor time. Where it is
// not installed, chromedp finds Chromium or Chrome.
func Options(dir string, more ...chromedp.ExecAllocatorOption) []chromedp.ExecAllocatorOption {
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.UserDataDir(dir),
	)
	if path, err := exec.LookPath("chromium-headless-shell"); err == nil {
		opts = append(opts, chromedp.ExecPath(path))
	}
	return append(opts, more...)
}
