package pg

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"huiyin/fault"
)

// SQLSTATE codes this package tells apart. https://www.postgresql.org/docs/current/errcodes-appendix.html
const (
	badCharacter           = "22021"
	invalidParameter       = "22023"
	untranslatable         = "22P05"
	foreignKeyViolation    = "23503"
	uniqueViolation        = "23505"
	checkViolation         = "23514"
	insufficientPrivilege  = "42501"
	duplicateObject        = "42710"
	invalidPassword        = "28P01"
	serializationFailure   = "40001"
	deadlockDetected       = "40P01"
	lockNotAvailable       = "55P03"
	ioError                = "58030"
	readOnlyTransaction    = "25006"
	idleInTransactionEnded = "25P03"
)

// Classify gives a failure its kind where the kind is certain: fault.Unavailable when the server is away, full, starting
// or stopping, when it cancelled a slow statement, or when two transactions got in each other's way; fault.Invalid when
// a text holds what the database cannot (a NUL, broken UTF-8). The rest, and errors that carry a kind already, are returned as they are. nil stays nil.
func Classify(err error) error {
	var known *fault.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	if IsUnavailable(err) || IsSerialization(err) {
		return fault.Wrap(fault.Unavailable, "fault.unavailable", err)
	}
	if code := State(err); code == badCharacter || code == untranslatable {
		return fault.Wrap(fault.Invalid, "fault.invalid", err)
	}
	return err
}

// IsUnavailable tells whether the database was away, so that the same request may succeed later. A commit that ended so
// may or may not have happened: only an idempotency key can tell.
func IsUnavailable(err error) bool {
	if err == nil {
		return false
	}
	if fault.KindOf(err) == fault.Unavailable {
		return true
	}
	if code := State(err); code != "" {
		switch code[:2] {
		case "08", "53", "57": // connection, resources, operator intervention
			return true
		}
		return code == ioError || code == lockNotAvailable || code == idleInTransactionEnded || code == readOnlyTransaction
	}
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, context.DeadlineExceeded) || pgconn.SafeToRetry(err) || closedConnection(err)
}

// pgx reports the use of a connection that died earlier with this text and no type of its own.
func closedConnection(err error) bool {
	return strings.Contains(err.Error(), "conn closed") || strings.Contains(err.Error(), "closed pool")
}

// IsSerialization tells whether two transactions got in each other's way (serialization failure or deadlock): the same
// transaction, run again, may succeed.
func IsSerialization(err error) bool {
	code := State(err)
	return code == serializationFailure || code == deadlockDetected
}

// IsUniqueViolation tells whether err is the violation of the named unique constraint or index; "" means any.
func IsUniqueViolation(err error, constraint string) bool {
	return violates(err, uniqueViolation, constraint)
}

// IsForeignKeyViolation tells whether err is the violation of the named foreign key; "" means any.
func IsForeignKeyViolation(err error, constraint string) bool {
	return violates(err, foreignKeyViolation, constraint)
}

// IsCheckViolation tells whether err is the violation of the named check constraint; "" means any.
func IsCheckViolation(err error, constraint string) bool {
	return violates(err, checkViolation, constraint)
}

// IsNoRows tells whether a query that must find a row found none.
func IsNoRows(err error) bool { return errors.Is(err, pgx.ErrNoRows) }

// State is the server's five-character SQLSTATE of err, empty when the server did not say.
func State(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) && len(e.Code) == 5 {
		return e.Code
	}
	return ""
}

func violates(err error, code, constraint string) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.Code == code && (constraint == "" || e.ConstraintName == constraint)
}
