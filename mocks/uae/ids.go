package uae

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/store"
)

// mint is an id of a kind, a UUID that no other world has, and its number. Under
// one seed a world makes the same ids in the same order.
func mint(ctx context.Context, kind string) (id string, n uint64, err error) {
	w := mocks.WorldOf(ctx)
	if n, err = w.Next(ctx, "uae/"+kind); err != nil {
		return "", 0, fmt.Errorf("count %s: %w", kind, err)
	}
	return minted(w, kind, n), n, nil
}

func minted(w *mocks.World, kind string, n uint64) string {
	return w.Fake("uae", kind, w.Name, strconv.FormatUint(n, 10)).UUID()
}

// rowsKept is how many rows of each kind that nobody needs for long a world holds:
// the newest. Without an end, a client that never stops would fill the memory.
const rowsKept = 10_000

// retire forgets the row whose id was minted so many before the n-th.
func retire[T any](ctx context.Context, table store.Table[T], kind string, n, kept uint64) error {
	if n <= kept {
		return nil
	}
	if err := forget(ctx, table, minted(mocks.WorldOf(ctx), kind, n-kept)); err != nil {
		return fmt.Errorf("forget a %s: %w", kind, err)
	}
	return nil
}

// forget deletes a row that may be gone already.
func forget[T any](ctx context.Context, table store.Table[T], id string) error {
	if err := table.Delete(ctx, id); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return nil
}
