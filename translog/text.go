package translog

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/note"
)

// SignText signs a text by the key of the log, as a note that anybody checks with /log/key. The text ends with a line feed; its first line must not be the log's name, so that it cannot pass for a checkpoint.
func (l *Log) SignText(ctx context.Context, tx pgx.Tx, text string) (string, error) {
	signers, origin, err := l.signers(ctx, tx)
	if err != nil {
		return "", err
	}
	if strings.HasPrefix(text, origin+"\n") {
		return "", errors.New("a text that begins like a checkpoint is not signed")
	}
	signed, err := note.Sign(&note.Note{Text: text}, signers...)
	if err != nil {
		return "", fmt.Errorf("sign a text: %w", err)
	}
	return string(signed), nil
}
