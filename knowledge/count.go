package knowledge

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/pg"
)

// Who says that an article helped.
const (
	Resident = "resident"
	Staff    = "staff"
)

func (b *Base) counts(ctx context.Context, id int64) (c Counts, err error) {
	err = b.DB.QueryRow(ctx, `select coalesce(sum(helped) filter (where who = 'resident'), 0), coalesce(sum(not_helped) filter (where who = 'resident'), 0),
		coalesce(sum(helped) filter (where who = 'staff'), 0), coalesce(sum(not_helped) filter (where who = 'staff'), 0), coalesce(sum(used), 0) from article_count where article = $1`, id).
		Scan(&c.Helped, &c.NotHelped, &c.StaffHelped, &c.StaffNotHelped, &c.Used)
	if err != nil {
		return c, pg.Classify(fmt.Errorf("count feedback: %w", err))
	}
	return c, nil
}

// Answered counts whether an article in force answered somebody's question. Errors: fault.NotFound for one that is not in force.
func (b *Base) Answered(ctx context.Context, code, who string, helped bool) error {
	tag, err := b.DB.Exec(ctx, `insert into article_count (article, version, day, who, helped, not_helped)
		select a.id, v.version, $1, $3, $4::boolean::integer, (not $4::boolean)::integer from article a join article_version v on v.article = a.id where `+inForce+` and a.code = $2
		on conflict (article, version, day, who) do update set helped = article_count.helped + excluded.helped, not_helped = article_count.not_helped + excluded.not_helped`, b.today(), code, who, helped)
	if err != nil {
		return pg.Classify(fmt.Errorf("count feedback: %w", err))
	}
	if tag.RowsAffected() == 0 {
		return fault.New(fault.NotFound, "fault.no_such_article")
	}
	return nil
}

// Used counts that articles went into an answer.
func (b *Base) Used(ctx context.Context, cites []casework.Cite) error {
	for _, c := range cites {
		_, err := b.DB.Exec(ctx, `insert into article_count (article, version, day, who, used) select id, $2, $3, 'staff', 1 from article where code = $1
			on conflict (article, version, day, who) do update set used = article_count.used + 1`, c.Code, c.Version, b.today())
		if err != nil {
			return pg.Classify(fmt.Errorf("count use: %w", err))
		}
	}
	return nil
}

var marked = regexp.MustCompile(`^([a-z0-9][a-z0-9-]{0,59})@([0-9]{1,6})$`)

// Mark names the version that stands now as forms carry it, such as water-bill@3.
func (a Article) Mark() string { return a.Code + "@" + strconv.Itoa(a.Number) }

// Cited reads the articles that an answer says it stands on, by their marks. What is no mark, or was never published, is passed over.
func (b *Base) Cited(ctx context.Context, marks []string) ([]casework.Cite, error) {
	var out []casework.Cite
	for _, m := range marks[:min(len(marks), 5)] {
		part := marked.FindStringSubmatch(strings.TrimSpace(m))
		if part == nil {
			continue
		}
		version, err := strconv.Atoi(part[2])
		if err != nil {
			continue
		}
		c := casework.Cite{Code: part[1], Version: version}
		err = b.DB.QueryRow(ctx, `select v.title_zh, v.title_en from article a join article_version v on v.article = a.id where a.code = $1 and v.version = $2 and v.published_at is not null`, c.Code, c.Version).Scan(&c.ZH, &c.EN)
		if pg.IsNoRows(err) {
			continue
		}
		if err != nil {
			return nil, pg.Classify(fmt.Errorf("read cited article: %w", err))
		}
		out = append(out, c)
	}
	return out, nil
}
