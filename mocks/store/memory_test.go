package store_test

import (
	"testing"

	"github.com/understudy-sandbox/understudy/mocks/store"
	"github.com/understudy-sandbox/understudy/mocks/store/storetest"
)

func TestMemory(t *testing.T) {
	storetest.Run(t, func(*testing.T) store.Store { return store.NewMemory() })
}
