package store

import (
	"context"
	"fmt"
	"strconv"
)

// Next counts 1, 2, 3, ... in the row with the key, a row of its own written as a
// JSON number; no two callers ever get the same number.
func Next(ctx context.Context, s Store, key string) (uint64, error) {
	var n uint64
	err := swap(ctx, s, key, func(it Item) ([]byte, error) {
		n = 1
		if it.Version != 0 {
			last, err := strconv.ParseUint(string(it.Value), 10, 64)
			if err != nil {
				return nil, fmt.Errorf("store: next %q: the row is not a counter: %w", key, err)
			}
			n = last + 1
		}
		return strconv.AppendUint(nil, n, 10), nil
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}
