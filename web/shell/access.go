package shell

import (
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/gofiber/fiber/v2"

	"huiyin/fault"
)

// logged writes one line a request: the route's template, never the address itself, because addresses can hold codes.
func (s *shell) logged(c *fiber.Ctx) error {
	r := s.requestOf(c)
	start := s.Now()
	err := c.Next()
	if err != nil {
		if failed := s.handleError(c, err); failed != nil {
			return failed
		}
	}
	route := r.route
	if route == "" {
		route = "unmatched"
	}
	status := c.Response().StatusCode()
	attrs := []any{"request", r.id, "method", c.Method(), "route", route, "lang", r.lang, "status", status, "ms", s.Now().Sub(start).Milliseconds()}
	switch {
	case err == nil && r.door == Files:
		s.Log.Debug("answered", attrs...)
	case err == nil:
		s.Log.Info("answered", attrs...)
	case status >= 500:
		s.Log.Error("failed", append(attrs, "kind", kindOf(err).String(), "cause", err.Error())...)
	default:
		s.Log.Info("refused", append(attrs, "kind", kindOf(err).String(), "key", fault.KeyOf(err))...)
	}
	return nil
}

// panicked logs a panic with its stack; the recovered error then becomes the page for internal failures.
func (s *shell) panicked(c *fiber.Ctx, cause any) {
	r := s.requestOf(c)
	s.Log.Error("panic", "request", r.id, "route", r.route, "cause", fmt.Sprint(cause), "stack", string(debug.Stack()))
}

// kindOf classifies what handlers, Fiber and contexts return.
func kindOf(err error) fault.Kind {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Kind
	}
	var fe *fiber.Error
	if errors.As(err, &fe) {
		switch {
		case fe.Code == fiber.StatusNotFound || fe.Code == fiber.StatusMethodNotAllowed:
			return fault.NotFound
		case fe.Code == fiber.StatusRequestEntityTooLarge:
			return fault.TooLarge
		case fe.Code >= 400 && fe.Code < 500:
			return fault.Invalid
		}
		return fault.Internal
	}
	if isTimeout(err) {
		return fault.Unavailable
	}
	return fault.Internal
}
