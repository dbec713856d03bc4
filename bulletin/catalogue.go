package bulletin

import (
	"context"
	_ "embed"
	"fmt"
	"sync"
	"time"

	"gopkg.in/yaml.v3"

	"huiyin/casework"
	"huiyin/pg"
	"huiyin/routing"
)

// Duty is one line of the publication catalogue (主动公开目录): what must be published, by whom, how often, and when it last was.
type Duty struct {
	ID      string            `json:"id" yaml:"id"`
	Name    routing.Name      `json:"name" yaml:"name"`
	Basis   routing.Name      `json:"basis" yaml:"basis"`
	Owner   casework.UnitCode `json:"owner" yaml:"owner"`
	Every   int               `json:"every_days" yaml:"every"` // 0: when there is something new
	Address string            `json:"address" yaml:"address"`
	Last    *time.Time        `json:"last"` // nil: never
	Overdue bool              `json:"overdue"`
}

//go:embed catalogue.yaml
var catalogueFile []byte

var duties = sync.OnceValues(func() (list []Duty, err error) {
	return list, yaml.Unmarshal(catalogueFile, &list)
})

// published asks, for each line, when something of it was last made public.
var published = map[string]string{
	"figures":    `select max(read_at) from follower where name = 'figures'`,
	"months":     `select max(closed_at) from month_report`,
	"themes":     `select max(published_at) from bulletin where kind = 'theme' and down_at is null`,
	"typical":    `select max(published_at) from bulletin where kind = 'typical' and down_at is null`,
	"cards":      `select max(read_at) from follower where name = 'cards'`,
	"rules":      `select max(at) from rule_version`,
	"uses":       `select max(read_at) from follower where name = 'datause'`,
	"algorithms": `select max(at) from text_model_switch`,
	"log":        `select max(at) from log_checkpoint`,
}

// Catalogue is the publication catalogue held against what is published. A line is overdue when more days than its term have passed since the last time;
// where nothing was ever published, since the city's first case.
func Catalogue(ctx context.Context, q pg.Querier, now time.Time) ([]Duty, error) {
	list, err := duties()
	if err != nil {
		return nil, fmt.Errorf("read catalogue: %w", err)
	}
	var began *time.Time
	if err := q.QueryRow(ctx, `select min(at) from event`).Scan(&began); err != nil {
		return nil, pg.Classify(fmt.Errorf("read first event: %w", err))
	}
	out := make([]Duty, len(list))
	for i, d := range list {
		if err := q.QueryRow(ctx, published[d.ID]).Scan(&d.Last); err != nil {
			return nil, pg.Classify(fmt.Errorf("look for %s: %w", d.ID, err))
		}
		since := d.Last
		if since == nil {
			since = began
		}
		d.Overdue = d.Every > 0 && since != nil && now.Sub(*since) > time.Duration(d.Every)*24*time.Hour
		out[i] = d
	}
	return out, nil
}
