package main

import (
	"context"
	"io"
	"log/slog"

	"balaikota/backend/city"
	"balaikota/backend/config"

	"github.com/alecthomas/kong"
)

// commands is the command line. Each command is a struct with a Run method in
// a file of its own.
type commands struct {
	config.Database
	config.Logging

	Serve     serveCommand     `cmd:"" help:"Run the server: dashboard, connectors, jobs."`
	Simulate  simulateCommand  `cmd:"" help:"Run the simulated city alone: it speaks the protocols of a real one on loopback."`
	Migrate   migrateCommand   `cmd:"" help:"Bring the database's schema up to date and lay an empty one out for the city."`
	Backup    backupCommand    `cmd:"" help:"Copy the whole database into a file of the backup folder, and read it back."`
	Restore   restoreCommand   `cmd:"" help:"Bring a backup into an empty database."`
	Key       keyCommand       `cmd:"" help:"The keys under which citizens' identities lie: how they stand, and a new one."`
	Import    importCommand    `cmd:"" help:"Read files into the database: areas, reports, observations, indicators, categories, holidays, invoices of model providers."`
	Ask       askCommand       `cmd:"" help:"Ask a question in Indonesian, or many as JSON lines; every figure of the answer has a receipt."`
	Verify    verifyCommand    `cmd:"" help:"Run the receipts of answers again, and say which figures differ and why."`
	Learn     learnCommand     `cmd:"" help:"Learn labels from rows that people labelled: JSON lines with text and label."`
	Classify  classifyCommand  `cmd:"" help:"Say which label texts belong to, with confidence and the words that decided."`
	Incidents incidentsCommand `cmd:"" help:"Group the reports and print which are one matter."`
	Source    sourceCommand    `cmd:"" help:"List the sources, and connect or change one from a file."`
	AI        aiCommand        `cmd:"" name:"ai" help:"What the assistant's models cost, may cost, and may be told."`
	User      userCommand      `cmd:"" help:"Accounts and tokens."`
	Subject   subjectCommand   `cmd:"" help:"Requests of persons about their own data (UU 27/2022): how they stand, and the copy they get."`
	Doctor    doctorCommand    `cmd:"" help:"Look at this installation and say what is wrong and what to do."`
	Version   versionCommand   `cmd:"" help:"Print the version."`
	Generate  generateCommand  `cmd:"" hidden:"" help:"Write the generated pages of docs."`
}

// invocation is what every command's Run gets.
type invocation struct {
	ctx            context.Context
	stdin          io.Reader
	stdout, stderr io.Writer
	db             config.Database
	log            *slog.Logger
}

// exit is an exit status that a command has already explained.
type exit int

func (e exit) Error() string { return "" }

const summary = `Balaikota is the executive assistant of a mayor: it joins the city's systems and its citizens' reports, shows them live, and says what needs attention.

Without DATABASE_URL it starts a private Postgres below --data. Every setting is also an environment variable; docs/config.md lists them.`

func newParser(c *commands, stdout, stderr io.Writer, onExit func(int)) (*kong.Kong, error) {
	return kong.New(c, kong.Name("balaikota"), kong.Description(summary), kong.UsageOnError(),
		kong.Writers(stdout, stderr), kong.Exit(onExit), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
}

func execute(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) (err error) {
	var c commands
	// kong ends the program after --help; here that is a status like others.
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(exit)
			if !ok {
				panic(r)
			}
			if err = nil; e != 0 {
				err = e
			}
		}
	}()
	parser, err := newParser(&c, stdout, stderr, func(code int) { panic(exit(code)) })
	if err != nil {
		return err
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		return city.Wrap(city.Invalid, nil, "%s; see balaikota --help", err)
	}
	if cmd := parsed.Command(); cmd != "serve" && cmd != "simulate" && c.LogLevel == "info" {
		c.LogLevel = "warn" // a command's own lines are what people came for
	}
	in := &invocation{ctx: ctx, stdin: stdin, stdout: stdout, stderr: stderr, db: c.Database, log: c.Logger()}
	return parsed.Run(in)
}
