package allianz

import (
	"errors"
	"net/http"
)

// UnknownOutcomeError is the issue or the cancellation of a contract that was sent
// and whose answer is lost or cannot be read: the carrier may have acted or not.
// The client does not repeat such a call. Look the contract up first: after a
// cancellation with [Client.Contract], after an issue, which leaves no id behind,
// by asking the carrier for the vehicle.
type UnknownOutcomeError struct {
	Call string // "issue contract" or "cancel contract"
	Err  error  // what was seen of it: an *Error, a *ProtocolError or a broken connection
}

// Error says what was seen and what to do next.
func (e *UnknownOutcomeError) Error() string {
	again := "issuing"
	if e.Call == callCancel {
		again = "cancelling"
	}
	return e.Err.Error() + " (outcome unknown: look the contract up before " + again + " again)"
}

// Unwrap is what was seen.
func (e *UnknownOutcomeError) Unwrap() error { return e.Err }

// doubt is the error of a call that was sent, and says so if the carrier may have acted on it.
func (k call) doubt(err error) error {
	if k.safe {
		return err
	}
	// Turned down, or kept from the insurer by the gateway's quota: nothing was done.
	if e, ok := errors.AsType[*Error](err); ok && (e.Refused() || e.Status == http.StatusTooManyRequests && !e.Timeout()) {
		return err
	}
	return &UnknownOutcomeError{Call: k.name, Err: err}
}
