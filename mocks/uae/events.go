package uae

import "context"

// announce tells the client of a consent that its status changed.
func (h *hub) announce(_ context.Context, _ consent, _ status) error { return nil }
