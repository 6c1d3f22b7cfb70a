package scenarios

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"
)

// A field is one key of a scenario file. The lists of fields are the only place that says which keys exist: reading,
// writing, the allowed keys in an error and FaultFields all come from them.
type field struct {
	key      string
	required bool
	read     func(r *reader, path string, n node)
	value    func() any // what to write, in JSON's terms, or fields of its own; nil when there is nothing to write
}

func (f field) need() field {
	f.required = true
	return f
}

func keys(fields []field) []string {
	all := make([]string, len(fields))
	for i, f := range fields {
		all[i] = f.key
	}
	return all
}

// A kind is a Go type in a scenario file: what to call it, how it is read from JSON's terms and written in them.
type kind[T any] struct {
	want  string
	from  func(any) (T, bool)
	write func(T) any
}

var (
	texty = kind[string]{"a text", cast[string], plain[string]}
	booly = kind[bool]{"true or false", cast[bool], plain[bool]}
	loose = kind[any]{"a value", func(v any) (any, bool) { return v, true }, plain[any]}
	inty  = kind[int]{"a whole number", func(v any) (int, bool) {
		number, _ := v.(json.Number)
		n, err := strconv.Atoi(string(number))
		return n, err == nil
	}, func(n int) any { return json.Number(strconv.Itoa(n)) }}
	seedy = kind[uint64]{"a whole number from 1 to 18446744073709551615", func(v any) (uint64, bool) {
		number, _ := v.(json.Number)
		n, err := strconv.ParseUint(string(number), 10, 64)
		return n, err == nil
	}, func(n uint64) any { return json.Number(strconv.FormatUint(n, 10)) }}
	timed = kind[time.Time]{"a moment such as 2026-03-01T09:00:00+07:00", func(v any) (time.Time, bool) {
		text, _ := v.(string)
		t, err := time.Parse(time.RFC3339Nano, text)
		return t, err == nil
	}, func(t time.Time) any { return t.Format(time.RFC3339Nano) }}
	lasting = kind[Duration]{"a duration such as 1500ms or 61s", func(v any) (Duration, bool) {
		text, _ := v.(string)
		var d Duration
		return d, d.UnmarshalText([]byte(text)) == nil
	}, func(d Duration) any { return d.String() }}
)

func cast[T any](v any) (T, bool) {
	t, ok := v.(T)
	return t, ok
}

func plain[T any](v T) any { return v }

func text(key string, to *string) field             { return one(key, to, texty) }
func count(key string, to *int) field               { return one(key, to, inty) }
func seed(key string, to *uint64) field             { return one(key, to, seedy) }
func moment(key string, to *time.Time) field        { return one(key, to, timed) }
func duration(key string, to *Duration) field       { return one(key, to, lasting) }
func words(key string, to *[]string) field          { return list(key, to, texty) }
func counts(key string, to *[]int) field            { return list(key, to, inty) }
func texts(key string, to *map[string]string) field { return table(key, to, texty) }
func values(key string, to *map[string]any) field   { return table(key, to, loose) }

// truth may say false, which is the same as saying nothing.
func truth(key string, to *bool) field {
	f := one(key, to, booly)
	f.read = func(r *reader, path string, n node) {
		*to, _ = scalar(r, path, n, booly)
	}
	return f
}

// one is a single value. A zero, which would silently count as unset, is refused.
func one[T comparable](key string, to *T, k kind[T]) field {
	var zero T
	return field{
		key: key,
		read: func(r *reader, path string, n node) {
			v, ok := scalar(r, path, n, k)
			if ok && v == zero {
				r.empty(path, n)
			}
			*to = v
		},
		value: func() any {
			if *to == zero {
				return nil
			}
			return k.write(*to)
		},
	}
}

func list[T any](key string, to *[]T, k kind[T]) field {
	return field{
		key: key,
		read: func(r *reader, path string, n node) {
			items, ok := n.value.([]node)
			switch {
			case !ok:
				r.wrong(path, n, "a list")
			case len(items) == 0:
				r.empty(path, n)
			case len(items) > mostItems:
				r.tooMany(path, n, len(items))
			default:
				*to = make([]T, len(items))
				for i, item := range items {
					(*to)[i], _ = scalar(r, at(path, i), item, k)
				}
			}
		},
		value: func() any {
			if len(*to) == 0 {
				return nil
			}
			all := make([]any, len(*to))
			for i, v := range *to {
				all[i] = k.write(v)
			}
			return all
		},
	}
}

func table[T any](key string, to *map[string]T, k kind[T]) field {
	return field{
		key: key,
		read: func(r *reader, path string, n node) {
			entries, ok := n.value.([]entry)
			switch {
			case !ok:
				r.wrong(path, n, "a map")
			case len(entries) == 0:
				r.empty(path, n)
			case len(entries) > mostItems:
				r.tooMany(path, n, len(entries))
			default:
				*to = make(map[string]T, len(entries))
				for _, e := range entries {
					(*to)[e.key], _ = scalar(r, in(path, e.key), e.node, k)
				}
			}
		},
		value: func() any {
			if len(*to) == 0 {
				return nil
			}
			all := make(map[string]any, len(*to))
			for key, v := range *to {
				all[key] = k.write(v)
			}
			return all
		},
	}
}

func scalar[T any](r *reader, path string, n node, k kind[T]) (T, bool) {
	r.places[path] = n.place
	v, ok := k.from(n.json())
	if !ok {
		r.wrong(path, n, k.want)
	}
	return v, ok
}

func sortedKeys[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }
