//go:build eval

package embedded

import (
	"os"
	"testing"

	"huiyin/search/searchtest"
)

func TestRelevanceOfOrders(t *testing.T) { searchtest.Orders(t, os.Getenv("HUIYIN_EVAL_DATA"), open) }
