package oneassure

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/brianvoe/gofakeit/v7"

	"github.com/understudy-sandbox/understudy/mocks"
)

// alphabet is in byte order, so that ids sort by their moments.
const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// Ids have 16 letters and digits, and those printed between 2024 and 2025 begin
// with 18 and 19. That the beginning is a moment, and the rest chance, is
// inferred; at so many parts of a millisecond the printed cursors fall on the
// days around the printed issue.
const (
	momentLetters  = 8
	momentsAtMost  = 62*62*62*62*62*62*62*62 - 1
	momentsPerTime = 2328 // in 1,000 ms
)

// newID is an id of a moment.
func newID(at time.Time, f *gofakeit.Faker) string {
	return letters(momentOf(at), momentLetters) + chance(f, 8)
}

// momentOf counts in the units of ids; what is too early or too late is the
// first or the last that they can say.
func momentOf(at time.Time) uint64 {
	ms := max(at.UnixMilli(), 0)
	return min(uint64(ms/1000)*momentsPerTime+uint64(ms%1000)*momentsPerTime/1000, momentsAtMost)
}

// letters writes a number with so many letters; what is beyond them is cut off.
func letters(n uint64, count int) string {
	text := make([]byte, count)
	for i := count - 1; i >= 0; i-- {
		text[i] = alphabet[n%62]
		n /= 62
	}
	return string(text)
}

func chance(f *gofakeit.Faker, count int) string {
	text := make([]byte, count)
	for i := range text {
		text[i] = alphabet[f.Number(0, len(alphabet)-1)]
	}
	return string(text)
}

// newKey is where a new row stands in its list, and the cursor that leads there:
// by the moment, and within one moment by the order of arrival.
func newKey(ctx context.Context) (string, error) {
	world := mocks.WorldOf(ctx)
	n, err := world.Next(ctx, "oneassure/row")
	if err != nil {
		return "", fmt.Errorf("count rows: %w", err)
	}
	f := world.Fake("oneassure", "key", world.Name, strconv.FormatUint(n, 10))
	return letters(momentOf(mocks.Now(ctx)), momentLetters) + letters(n, 4) + chance(f, 4), nil
}

// number reads what letters wrote.
func number(text string) uint64 {
	var n uint64
	for _, letter := range []byte(text) {
		n = n*62 + uint64(strings.IndexByte(alphabet, letter))
	}
	return n
}
