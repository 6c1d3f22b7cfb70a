package uae

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/store"
)

// archive is what the insurer knows of its customers.
type archive struct {
	personas store.Table[persona]
	policies store.Table[policy]
}

func newArchive(s store.Store) archive {
	return archive{
		personas: store.NewTable[persona](s, mocks.Place("personas")),
		policies: store.NewTable[policy](s, mocks.Place("policies")),
	}
}

// populate writes the rows of a fresh world. Cover runs from days that lie around
// the world's own today.
func (a archive) populate(ctx context.Context) error {
	w, today := mocks.WorldOf(ctx), mocks.Now(ctx).In(gulf)
	for _, one := range people {
		made, policies := one.persona(w.Fake, today)
		for _, p := range policies {
			if err := a.policies.Set(ctx, p.ID, p); err != nil {
				return fmt.Errorf("a policy of %s: %w", one.id, err)
			}
		}
		if err := a.personas.Set(ctx, made.ID, made); err != nil {
			return fmt.Errorf("persona %s: %w", one.id, err)
		}
	}
	return nil
}

// owned are the policies of a list that there are, in its order.
func (a archive) owned(ctx context.Context, ids []string) ([]policy, error) {
	all := make([]policy, 0, len(ids))
	for _, id := range ids {
		p, err := a.policies.Get(ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("policy %s: %w", id, err)
		}
		all = append(all, p)
	}
	return all, nil
}

// choose is what of a persona's policies a person shares, in the insurer's order.
// An empty list is a persona without motor policies.
func (a archive) choose(ctx context.Context, personaID string, named []string) ([]string, error) {
	who, err := a.personas.Get(ctx, personaID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, &mocks.Refusal{
			Kind: mocks.Invalid, Where: "/persona", Rule: "there is no such persona", Evidence: contracts.Inferred,
			Remedy: "send the id of a persona that the page lists, such as " + hamadID,
		}
	}
	if err != nil {
		return nil, fmt.Errorf("persona %s: %w", personaID, err)
	}
	if len(who.Policies) > 0 && len(named) == 0 {
		return nil, &mocks.Refusal{
			Kind: mocks.Invalid, Where: "/policies", Rule: "confirm needs a persona and at least one of its policies", Evidence: contracts.Inferred,
			Remedy: "send the ids of one policy or more", Example: "no-policy-picked",
		}
	}
	for _, id := range named {
		if !slices.Contains(who.Policies, id) {
			return nil, &mocks.Refusal{
				Kind: mocks.Invalid, Where: "/policies", Rule: "a person shares policies of her own; another was named", Evidence: contracts.Inferred,
				Remedy: "send ids of policies that the page lists for the persona",
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(who.Policies), func(id string) bool { return !slices.Contains(named, id) }), nil
}

// choices are the personas with what each may share, in the order of the list.
func (a archive) choices(ctx context.Context) ([]choice, error) {
	all := make([]choice, len(people))
	for i, one := range people {
		who, err := a.personas.Get(ctx, one.id)
		if err != nil {
			return nil, fmt.Errorf("persona %s: %w", one.id, err)
		}
		policies, err := a.owned(ctx, who.Policies)
		if err != nil {
			return nil, err
		}
		all[i] = choice{ID: who.ID, Name: who.Customer.FullName, Note: who.Note, Policies: make([]option, len(policies))}
		for j, p := range policies {
			all[i].Policies[j] = option{ID: p.ID, Label: p.label()}
		}
	}
	return all, nil
}

// drive changes a policy: the odometer was read again.
func (a archive) drive(ctx context.Context, id string) error {
	const since = 500 // kilometres
	_, err := a.policies.Update(ctx, id, func(p *policy) error {
		read := int32(since)
		if last := p.Product.InsuredVehicle.VehicleMileage; last != nil {
			read += *last
		}
		p.Product.InsuredVehicle.VehicleMileage = &read
		return nil
	})
	if err != nil {
		return fmt.Errorf("change policy %s: %w", id, err)
	}
	return nil
}
