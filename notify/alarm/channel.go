package alarm

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// The events of a message about a channel.
const (
	ChannelSilent = "channel_silent"
	ChannelAgain  = "channel_again"
)

// Silence is what is told of a channel that fell silent or brings cases again.
type Silence struct {
	ID      string    `json:"id"`    // the same for every try
	Event   string    `json:"event"` // ChannelSilent or ChannelAgain
	At      time.Time `json:"at"`    // when it was seen
	Channel string    `json:"channel"`
	LastDay string    `json:"last_day"` // of its last case, such as 2026-11-02
	Days    int       `json:"days"`     // whole days since
	Recent  int       `json:"recent"`   // cases of thirty days
	Usual   float64   `json:"usual"`    // cases of thirty days as they usually are
	Link    string    `json:"link"`     // the page of the channels
}

// silenceArgs is the job: the message itself.
type silenceArgs struct {
	Silence Silence `json:"silence"`
}

// Kind names the job in River's table.
func (silenceArgs) Kind() string { return "channel_alarm" }

// TellSilence queues a message in the caller's transaction. path is the page of the channels, with a slash at its beginning.
func (b *Bell) TellSilence(ctx context.Context, tx pgx.Tx, s Silence, path string) error {
	s.At, s.Link = s.At.In(b.City.TZ), b.BaseURL+path
	return b.queueOne(ctx, tx, silenceArgs{s})
}

func (a silenceArgs) tell(context.Context, *Bell) (m any, about, id string, err error) {
	return a.Silence, "channel", a.Silence.ID, nil
}
