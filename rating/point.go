package rating

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/pg"
	"huiyin/privacy"
)

// Kind says how a service is given.
type Kind string

// The kinds of service points.
const (
	Window   Kind = "window"   // one counter
	Hall     Kind = "hall"     // a whole hall
	Phone    Kind = "phone"    // a telephone line
	Web      Kind = "web"      // a site or an app
	Terminal Kind = "terminal" // a self-service machine
)

// Kinds lists them in the order of menus.
var Kinds = []Kind{Window, Hall, Phone, Web, Terminal}

// Group says which tags go with the kind.
func (k Kind) Group() Group {
	switch k {
	case Phone:
		return Hotline
	case Web:
		return Online
	}
	return Offline
}

// Point is where a service is given and can be rated.
type Point struct {
	Code             string // stands in the address of the poster: lower-case letters and digits
	Unit             casework.UnitCode
	Kind             Kind
	NameZH, NameEN   string
	PlaceZH, PlaceEN string
	Closes           int // minute of the day
	OpenedAt         time.Time
	ClosedAt         *time.Time // no longer in use: its posters say so
}

// Name is the point's name.
func (p Point) Name(lang locale.Lang) string { return lang.Pick(p.NameZH, p.NameEN) }

// Place is where it is.
func (p Point) Place(lang locale.Lang) string { return lang.Pick(p.PlaceZH, p.PlaceEN) }

// Limits on a point's texts, in runes.
const maxName = 60

// DefaultCloses is when a point closes that does not say: 17:00.
const DefaultCloses = 17 * 60

func (p *Point) check() error {
	for _, f := range []struct {
		field string
		text  *string
		need  bool
	}{{"name_zh", &p.NameZH, true}, {"name_en", &p.NameEN, true}, {"place_zh", &p.PlaceZH, false}, {"place_en", &p.PlaceEN, false}} {
		*f.text = strings.Join(strings.Fields(*f.text), " ")
		if *f.text == "" && f.need {
			return fault.New(fault.Invalid, "fault.name_needed").At(f.field)
		}
		if utf8.RuneCountInString(*f.text) > maxName {
			return fault.New(fault.TooLarge, "fault.field_too_long").At(f.field).With("Limit", maxName)
		}
		if privacy.PublicPages.Check([]byte(*f.text)) != nil { // the public list of points would not open
			return fault.New(fault.Invalid, "fault.point_number").At(f.field)
		}
	}
	if !slices.Contains(Kinds, p.Kind) {
		return fault.New(fault.Invalid, "fault.invalid").At("kind")
	}
	if p.Closes == 0 {
		p.Closes = DefaultCloses
	}
	if p.Closes < 1 || p.Closes > 1440 {
		return fault.New(fault.Invalid, "fault.invalid").At("closes")
	}
	return nil
}

// codeLetters leave out what looks alike on paper.
const codeLetters = "abcdefghjkmnpqrstuvwxyz23456789"

func newCode() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	for i, c := range b {
		b[i] = codeLetters[int(c)%len(codeLetters)]
	}
	return string(b[:])
}

// OpenPoint makes a service point and gives its code; a code of the caller's own is kept. Errors: fault.Forbidden for another unit's, fault.Invalid with the field,
// fault.Conflict "fault.point_known" for a code that is taken.
func (b *Book) OpenPoint(ctx context.Context, by casework.Actor, p Point) (string, error) {
	if !arranges(by, p.Unit) {
		return "", fault.New(fault.Forbidden, "fault.forbidden")
	}
	if err := p.check(); err != nil {
		return "", err
	}
	own := p.Code != ""
	for try := 0; ; try++ {
		if !own {
			p.Code = newCode()
		}
		_, err := b.DB.Exec(ctx, `insert into service_point (code, unit, kind, name_zh, name_en, place_zh, place_en, closes, opened_at, opened_by)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, nullif($10::bigint, 0))`, p.Code, p.Unit, p.Kind, p.NameZH, p.NameEN, p.PlaceZH, p.PlaceEN, p.Closes, b.Now().UTC(), by.StaffID)
		switch {
		case err == nil:
			return p.Code, nil
		case pg.IsUniqueViolation(err, "service_point_pkey") && own:
			return "", fault.Wrap(fault.Conflict, "fault.point_known", err)
		case pg.IsUniqueViolation(err, "service_point_pkey") && try < 3:
		case pg.IsForeignKeyViolation(err, ""):
			return "", fault.Wrap(fault.Invalid, "fault.unit_needed", err).At("unit")
		case pg.IsCheckViolation(err, ""):
			return "", fault.Wrap(fault.Invalid, "fault.invalid", err).At("code")
		default:
			return "", pg.Classify(fmt.Errorf("open service point: %w", err))
		}
	}
}

// ChangePoint changes name, place and closing time of a point; unit and kind stay, since ratings stand on them.
func (b *Book) ChangePoint(ctx context.Context, by casework.Actor, p Point) error {
	old, err := b.Point(ctx, p.Code)
	if err != nil {
		return err
	}
	if !arranges(by, old.Unit) {
		return fault.New(fault.Forbidden, "fault.forbidden")
	}
	p.Unit, p.Kind = old.Unit, old.Kind
	if err := p.check(); err != nil {
		return err
	}
	_, err = b.DB.Exec(ctx, `update service_point set name_zh = $2, name_en = $3, place_zh = $4, place_en = $5, closes = $6 where code = $1`, p.Code, p.NameZH, p.NameEN, p.PlaceZH, p.PlaceEN, p.Closes)
	if err != nil {
		return pg.Classify(fmt.Errorf("change service point: %w", err))
	}
	return nil
}

// ClosePoint ends a point, or opens it again: its ratings stay.
func (b *Book) ClosePoint(ctx context.Context, by casework.Actor, code string, closed bool) error {
	p, err := b.Point(ctx, code)
	if err != nil {
		return err
	}
	if !arranges(by, p.Unit) {
		return fault.New(fault.Forbidden, "fault.forbidden")
	}
	var at *time.Time
	if closed {
		now := b.Now().UTC()
		at = &now
	}
	if _, err := b.DB.Exec(ctx, `update service_point set closed_at = $2 where code = $1`, code, at); err != nil {
		return pg.Classify(fmt.Errorf("close service point: %w", err))
	}
	return nil
}

const pointColumns = `code, unit, kind, name_zh, name_en, place_zh, place_en, closes, opened_at, closed_at`

func (p *Point) dest() []any {
	return []any{&p.Code, &p.Unit, &p.Kind, &p.NameZH, &p.NameEN, &p.PlaceZH, &p.PlaceEN, &p.Closes, &p.OpenedAt, &p.ClosedAt}
}

// Point finds a service point. Errors: fault.NotFound "fault.no_such_point".
func (b *Book) Point(ctx context.Context, code string) (Point, error) { return point(ctx, b.DB, code) }

func point(ctx context.Context, q pg.Querier, code string) (Point, error) {
	var p Point
	err := q.QueryRow(ctx, `select `+pointColumns+` from service_point where code = $1`, code).Scan(p.dest()...)
	if pg.IsNoRows(err) {
		return p, fault.New(fault.NotFound, "fault.no_such_point")
	}
	if err != nil {
		return p, pg.Classify(fmt.Errorf("read service point: %w", err))
	}
	return p, nil
}

// Points lists the points that an actor may look after, those in use first: administrators see all.
func (b *Book) Points(ctx context.Context, by casework.Actor) ([]Point, error) {
	units := texts(by.Units)
	if by.Has(casework.Admin, casework.Supervisor) && by.Unit == casework.Hotline {
		units = nil
	}
	rows, err := b.DB.Query(ctx, `select `+pointColumns+` from service_point where $1::text[] is null or unit = any ($1) order by closed_at is not null, unit, kind, name_zh, code`, units)
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("list service points: %w", err))
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p Point, err error) { return p, row.Scan(p.dest()...) })
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("list service points: %w", err))
	}
	return list, nil
}
