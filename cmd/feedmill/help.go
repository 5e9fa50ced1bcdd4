package main

import (
	"embed"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

//go:embed docs/*.md
var docs embed.FS

// topics are the pages of the reference, docs/NAME.md, in the order in which a
// newcomer needs them.
var topics = []string{
	"articles", "links", "addresses", "pages", "behaviour", "commands", "settings",
	"operating", "proxies", "statistics", "measurements", "developing",
}

// topicText returns a page of the reference as Markdown.
func topicText(name string) (string, error) {
	text, err := docs.ReadFile("docs/" + name + ".md")
	return string(text), err
}

// topicTitle says what a page of the reference is about: its heading is "# Name: title".
func topicTitle(name string) string {
	text, _ := topicText(name) // a test reads all of them
	heading, _, _ := strings.Cut(text, "\n")
	_, title, _ := strings.Cut(heading, ": ")
	return title
}

// newHelp returns the help command. Each topic is a command below it, so that
// shells complete topics and a misspelt one gets a suggestion.
func newHelp() *cobra.Command {
	help := &cobra.Command{
		Use:   "help [TOPIC]",
		Short: "Print a topic of the reference, or the help of a command",
		Long: `Help prints a topic of the reference, which is part of the program, or the help of
a command. Without an argument it lists all commands and topics.`,
		Example: "  feedmill help settings\n  feedmill help operating | less\n  feedmill help serve",
		Args:    cobra.ArbitraryArgs,

		SuggestionsMinimumDistance: 2,
		ValidArgsFunction:          completeCommand,
		RunE: func(cmd *cobra.Command, args []string) error {
			found, rest, err := cmd.Root().Find(args)
			if err == nil && len(rest) == 0 {
				return found.Help()
			}
			near := append(cmd.SuggestionsFor(args[0]), cmd.Root().SuggestionsFor(args[0])...)
			return unknown("help topic", args[0], near, "feedmill help lists them")
		},
	}
	for _, name := range topics {
		help.AddCommand(&cobra.Command{
			Use:   name,
			Short: topicTitle(name),
			Args:  noArguments,
			RunE: func(cmd *cobra.Command, _ []string) error {
				text, err := topicText(name)
				if err == nil {
					_, err = fmt.Fprint(cmd.OutOrStdout(), plainText(text))
				}
				return err
			},
		})
	}
	return help
}

// completeCommand makes shells offer the commands of the program beside the topics.
func completeCommand(cmd *cobra.Command, args []string, _ string) (names []string, _ cobra.ShellCompDirective) {
	if of, rest, err := cmd.Root().Find(args); err == nil && len(rest) == 0 {
		for _, c := range of.Commands() {
			if c.IsAvailableCommand() {
				names = append(names, c.Name()+"\t"+c.Short)
			}
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// listTopics is a part of the template by which cobra prints help: it lists the topics below
// the commands of the program itself.
func listTopics() string {
	var b strings.Builder
	b.WriteString("{{if not .HasParent}}\nHelp topics:\n")
	for _, name := range topics {
		fmt.Fprintf(&b, "  %-12s %s\n", name, topicTitle(name))
	}
	b.WriteString("\nUse \"feedmill help TOPIC\" to read one.\n{{end}}")
	return b.String()
}
