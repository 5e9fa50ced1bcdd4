// Command feedmill turns a folder of article files into per-topic RSS, Atom and
// JSON feeds. One file holds one command; site.go wires the packages together.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"feedmill/feeds"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, func() {
		stop() // a second signal ends the process at once
		time.Sleep(stopTime)
		fmt.Fprintf(os.Stderr, "feedmill: something still went on %s after the signal, and was cut off\n", stopTime)
		os.Exit(exitFailed)
	})
	os.Exit(Run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// Times after SIGTERM or SIGINT.
const (
	requestTime = 8 * time.Second  // for requests under way
	stopTime    = 10 * time.Second // for all; whatever is still being done then is cut off
)

// Exit codes.
const (
	exitFine   = 0
	exitFailed = 1 // failed, or problems were found
	exitUsage  = 2 // bad usage or settings
)

// errUsage marks mistakes in flags, arguments and settings; errFound says that
// everything to say has been said.
var (
	errUsage = errors.New("bad usage")
	errFound = errors.New("problems found")
)

// Run is the whole program: it returns the exit code once every goroutine it started has
// ended, but for those that hang in a file system.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := newRoot()
	root.SetArgs(checkArguments(args))
	root.SetOut(stdout)
	root.SetErr(stderr)
	switch err := root.ExecuteContext(ctx); {
	case err == nil:
		return exitFine
	case errors.Is(err, errFound):
		return exitFailed
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "feedmill: interrupted")
		return exitFailed
	default:
		var p *feeds.Problem
		if errors.As(err, &p) {
			for _, p := range feeds.Problems(err) {
				fmt.Fprintln(stderr, p)
			}
			return exitUsage
		}
		fmt.Fprintln(stderr, "feedmill:", err)
		if errors.Is(err, errUsage) {
			return exitUsage
		}
		return exitFailed
	}
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "feedmill",
		Short:         "RSS, Atom and JSON feeds for every topic of a folder of articles",
		Long:          "Feedmill turns a folder of articles (Markdown or HTML files with front matter,\na Jekyll or a Hugo site) into a feed for each topic, and serves them.",
		Example:       "  feedmill serve ~/site\n  feedmill check ~/site",
		SilenceUsage:  true,
		SilenceErrors: true,

		SuggestionsMinimumDistance: 2,
		Args:                       knownCommand,
		RunE:                       func(cmd *cobra.Command, args []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w: %w; %s --help lists the flags", errUsage, err, cmd.CommandPath())
	})
	root.AddCommand(newServe(), newBuild(), newCheck(), newAccept(), newStatus(), newBackup(), newRestore(), newInit(), newVersion())
	root.SetHelpCommand(newHelp())
	root.SetUsageTemplate(root.UsageTemplate() + listTopics())
	return root
}

// untilEnd returns what f returns, or the error of ctx once that has ended and f has had a
// moment to return. Then f is left behind: it may hang in a file system.
func untilEnd[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type result struct {
		v   T
		err error
	}
	done := make(chan result, 1)
	go func() {
		v, err := f()
		done <- result{v, err}
	}()
	select {
	case r := <-done:
		return r.v, r.err
	case <-ctx.Done():
	}
	select {
	case r := <-done:
		return r.v, r.err
	case <-time.After(time.Second):
		var none T
		return none, ctx.Err()
	}
}

// knownCommand refuses what is no command, with the likeliest one that is.
func knownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return unknown("command", args[0], cmd.SuggestionsFor(args[0]), "feedmill --help lists them")
}

// unknown is the error for a name that is none of its kind: it suggests the first
// name in near, or else says where all are listed.
func unknown(kind, name string, near []string, list string) error {
	if len(near) > 0 {
		list = fmt.Sprintf("did you mean %q?", near[0])
	}
	return fmt.Errorf("%w: unknown %s %q; %s", errUsage, kind, name, list)
}

// noArguments refuses any argument.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%w: %s takes no arguments", errUsage, cmd.CommandPath())
	}
	return nil
}

// oneFolder accepts at most one argument, the folder of articles.
func oneFolder(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return fmt.Errorf("%w: one folder at most, not %d; see %s --help", errUsage, len(args), cmd.CommandPath())
	}
	return nil
}

// completeFolder makes shells offer folders for the argument.
func completeFolder(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

// logFlag is the --log-format flag.
type logFlag struct{ format string }

func (l *logFlag) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&l.format, "log-format", "text", "`format` of the log on standard error: text or json")
	cmd.RegisterFlagCompletionFunc("log-format", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
}

func (l *logFlag) logger(w io.Writer) (*slog.Logger, error) {
	switch l.format {
	case "text":
		return slog.New(slog.NewTextHandler(w, nil)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, nil)), nil
	}
	return nil, fmt.Errorf("%w: --log-format is text or json, not %q", errUsage, l.format)
}

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  feedmill version",
		Args:    noArguments,
		Run: func(cmd *cobra.Command, _ []string) {
			fmt.Fprintf(cmd.OutOrStdout(), "feedmill %s %s %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
		},
	}
}

// version is that of the module, which the go command makes of the commit that the
// program is built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	switch {
	case !ok:
		return "unknown"
	case info.Main.Version == "", info.Main.Version == "(devel)":
		return "devel"
	}
	return info.Main.Version
}
