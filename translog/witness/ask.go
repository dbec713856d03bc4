package witness

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// Behind says that a witness stands at another size than it was asked from.
type Behind struct{ Size int64 }

func (b *Behind) Error() string { return fmt.Sprintf("the witness stands at %d", b.Size) }

// Ask asks a witness to countersign a checkpoint that grew from old, and gives the line. Errors: *Behind where the witness stands elsewhere.
func Ask(ctx context.Context, client *http.Client, url string, old int64, proof tlog.TreeProof, signed string) (string, error) {
	var body bytes.Buffer
	fmt.Fprintf(&body, "old %d\n", old)
	for _, h := range proof {
		body.WriteString(base64.StdEncoding.EncodeToString(h[:]) + "\n")
	}
	body.WriteString("\n" + signed)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimRight(url, "/")+"/add-checkpoint", &body)
	if err != nil {
		return "", err
	}
	res, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxRequest))
	switch {
	case err != nil:
		return "", err
	case res.StatusCode == http.StatusConflict:
		size, err := strconv.ParseInt(strings.TrimSpace(string(answer)), 10, 64)
		if err != nil {
			return "", fmt.Errorf("the witness answers 409 without a size")
		}
		return "", &Behind{Size: size}
	case res.StatusCode != http.StatusOK:
		return "", fmt.Errorf("the witness answers %d: %.100s", res.StatusCode, answer)
	}
	return string(answer), nil
}
