package config

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

// WriteReference writes docs/config.md from kong's own model of the commands,
// so that the page cannot say anything else than --help.
func WriteReference(w io.Writer, app *kong.Application) error {
	var b strings.Builder
	b.WriteString("# Configuration\n\nThis file is generated from the program's declarations (`make generate`); do not edit it.\n\n" +
		"Each setting is a flag or an environment variable; the flag wins.\n\n## Every command\n\n")
	writeFlags(&b, app.Node)
	for _, cmd := range app.Leaves(true) {
		fmt.Fprintf(&b, "\n## balaikota %s\n\n%s\n", cmd.Path(), cmd.Help)
		for _, arg := range cmd.Positional {
			fmt.Fprintf(&b, "\n- `%s`: %s\n", arg.Summary(), arg.Help)
		}
		if len(cmd.Flags) > 0 {
			b.WriteString("\n")
			writeFlags(&b, cmd)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeFlags(b *strings.Builder, n *kong.Node) {
	b.WriteString("| flag | environment | default | what it does |\n|---|---|---|---|\n")
	for _, f := range n.Flags {
		if f.Hidden || f.Name == "help" {
			continue
		}
		env := ""
		if len(f.Envs) > 0 {
			env = "`" + strings.Join(f.Envs, "`, `") + "`"
		}
		def := ""
		if f.Default != "" {
			def = "`" + f.Default + "`"
		}
		help := strings.ReplaceAll(strings.ReplaceAll(f.Help, "${enum}", f.Enum), "|", "\\|")
		fmt.Fprintf(b, "| `--%s` | %s | %s | %s |\n", f.Name, env, def, help)
	}
}
