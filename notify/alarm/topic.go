package alarm

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// TopicGrowth is the event of a message about a topic that grows suddenly.
const TopicGrowth = "topic_growth"

// Growth is what is told of a topic that grows suddenly: what and where by the city's codes and names, and how many. No word of a resident is in it.
type Growth struct {
	ID            string    `json:"id"`    // the same for every try
	Event         string    `json:"event"` // TopicGrowth
	At            time.Time `json:"at"`    // when it was seen
	Category      string    `json:"category,omitempty"`
	CategoryName  string    `json:"category_name,omitempty"`
	Territory     string    `json:"territory,omitempty"`
	TerritoryName string    `json:"territory_name,omitempty"`
	Cases         int       `json:"cases"`
	People        int       `json:"people"` // different ones behind the cases
	Lately        int       `json:"lately"` // cases of the newest day
	Usual         float64   `json:"usual"`  // cases a day before that
	Link          string    `json:"link"`   // the topic as staff see it
}

// growthArgs is the job: the message itself.
type growthArgs struct {
	Growth Growth `json:"growth"`
}

// Kind names the job in River's table.
func (growthArgs) Kind() string { return "topic_alarm" }

// Tell queues a message in the caller's transaction. path is the topic's page, with a slash at its beginning.
func (b *Bell) Tell(ctx context.Context, tx pgx.Tx, g Growth, path string) error {
	g.Event, g.At, g.Link = TopicGrowth, g.At.In(b.City.TZ), b.BaseURL+path
	return b.queueOne(ctx, tx, growthArgs{g})
}

func (a growthArgs) tell(context.Context, *Bell) (m any, about, id string, err error) {
	return a.Growth, "topic", a.Growth.ID, nil
}
