package connectortest

import (
	"os"
	"os/exec"
	"testing"
)

// Program returns where a server's program lies, which stands below /usr/sbin where
// that is not on the path. Where it is not installed the test is skipped; in CI it
// fails. ".ci/need name" installs it.
func Program(t testing.TB, name string) string {
	t.Helper()
	program, err := exec.LookPath(name)
	if err != nil {
		program = "/usr/sbin/" + name
	}
	if _, err := os.Stat(program); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("%[1]s is not installed; .ci/need %[1]s installs it", name)
		}
		t.Skipf("%[1]s is not installed; .ci/need %[1]s installs it", name)
	}
	return program
}
