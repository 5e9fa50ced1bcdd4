package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"feedmill/feeds/status"
)

func newStatus() *cobra.Command {
	var flags siteFlags
	asJSON := false
	cmd := &cobra.Command{
		Use:   "status [DIR]",
		Short: "Show how a running serve is doing: problems, subscribers, polls",
		Long: `Status asks the serve that is running for DIR on this machine, and prints what its
page /status shows. It exits with 1 if none is running, if it is not ready, if a
change is held back, or if there is a problem to mend.`,
		Example:           "  feedmill status ~/site\n  feedmill status ~/site --json",
		Args:              oneFolder,
		ValidArgsFunction: completeFolder,
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := flags.load(cmd.Context(), args)
			if err != nil {
				return err
			}
			running, err := readState[runningServe](cfg.State, runningFile, errNotRunning)
			if err != nil {
				return err
			}
			body, err := running.ask(cmd.Context())
			if err != nil {
				return err
			}
			var s status.Status
			if err := json.Unmarshal(body, &s); err != nil {
				return fmt.Errorf("read the answer of serve: %w", err)
			}
			if asJSON {
				_, err = cmd.OutOrStdout().Write(body)
			} else {
				err = printStatus(cmd.OutOrStdout(), &s, isColourful(cmd.OutOrStdout()))
			}
			if err == nil && (!s.Ready || s.Held != nil || len(s.Problems) > 0) {
				err = errFound
			}
			return err
		},
	}
	flags.add(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the status as JSON")
	return cmd
}

// maxStatus bounds what is read of an answer, in bytes: room for more than a hundred
// thousand problems.
const maxStatus = 64 << 20

// ask fetches /status.json from the running serve. Another program that answers at
// the address does not know the key, and so is not taken for it.
func (r runningServe) ask(ctx context.Context) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.URL+"status.json", nil)
	if err != nil {
		return nil, fmt.Errorf("ask serve: %w", err)
	}
	request.Header.Set("Authorization", "Bearer "+r.Key)
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // no proxy: it is this machine
	response, err := client.Do(request)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return nil, errNotRunning
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return nil, fmt.Errorf("serve at %s does not answer within a minute", r.URL)
	case err != nil:
		return nil, fmt.Errorf("ask serve: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%w: another program answers at %s", errNotRunning, r.URL)
	}
	body, err := readAtMost(response.Body, maxStatus, "feedmill check names what is to be mended")
	if err != nil {
		return nil, fmt.Errorf("read the answer of serve: %w", err)
	}
	return body, nil
}
