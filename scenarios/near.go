package scenarios

import "slices"

// near is the word of the list that a typing slip turns into the one given; "" when none is like it.
func near(word string, list []string) string {
	if len(word) > 100 {
		return ""
	}
	best, least := "", len(word)/3+1
	for _, candidate := range list {
		if d := distance([]rune(word), []rune(candidate)); d <= least && (best == "" || d < least) {
			best, least = candidate, d
		}
	}
	return best
}

// distance counts the letters to insert, delete, replace or swap with their neighbour.
func distance(a, b []rune) int {
	before, row := []int(nil), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		last := row
		row = slices.Repeat([]int{i + 1}, len(b)+1)
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before = last
	}
	return row[len(b)]
}
