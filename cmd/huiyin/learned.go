package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"huiyin/routing"
	trained "huiyin/routing/model"
	models "huiyin/routing/register"
)

// learn takes up the model that a person switched on; the one that is at work already is not read again. A model that does not fit the rules is left out and told: the rules alone decide then.
func (p *parts) learn(ctx context.Context) error {
	p.Models = &models.Register{DB: p.Pool, Now: p.Config.Now()}
	decided, err := p.Models.InForce(ctx)
	if err != nil {
		return err
	}
	kept, tally, err := p.Models.Tallied(ctx)
	if err != nil {
		return err
	}
	before := p.Learned
	p.Decided, p.Tally, p.Learned = decided, tally, &routing.Learned{Kept: kept}
	if decided.Model == 0 {
		return nil
	}
	version := models.Version(decided.Model)
	var m *trained.Model
	if before != nil && before.Version == version {
		m = before.Model
	} else if m, err = p.Models.Load(ctx, decided.Model); err != nil {
		return err
	}
	fitted, err := routing.Fit(p.City, nil, m, version)
	if err != nil {
		p.Log.Error("the model does not fit the city, the rules alone decide", "model", version, "error", err)
		return nil
	}
	fitted.Kept = kept
	p.Learned = fitted
	return nil
}

// ownNets is how many networks a city asks beside the linear machines.
const ownNets = 3

// trainOwn learns from the city's own cases and keeps the model in the register, where an administrator can switch it on.
func trainOwn(ctx context.Context, env *Env, wrong float64) error {
	p, err := assemble(ctx, env, "train", env.progress())
	if err != nil {
		return err
	}
	say := func(stage string) { fmt.Fprintf(env.Stderr, "huiyin train: %s\n", stage) }
	id, card, err := p.Models.Learn(ctx, p.City, p.Learned, trained.Plan{Wrong: wrong, Seed: 1, Nets: ownNets}, 0, say)
	if err != nil {
		return closeAfter(p.database, fmt.Errorf("train: %w", err))
	}
	say(fmt.Sprintf("kept as %s; an administrator can compare it and switch it on at /admin/models", models.Version(id)))
	if err := json.NewEncoder(env.Stdout).Encode(card); err != nil {
		return closeAfter(p.database, fmt.Errorf("print the card: %w", err))
	}
	return p.Close()
}

// firstModel trains a model on the demonstration city's own cases, so that an administrator has one to look at. Nobody has switched it on.
func (p *parts) firstModel(ctx context.Context) error {
	_, _, err := p.Models.Learn(ctx, p.City, nil, trained.Plan{Seed: 1}, 0, func(string) {})
	if errors.Is(err, trained.ErrTooFew) {
		return nil
	}
	return err
}
