"""A controller of burst suppression: it learns from the EEG alone, never winds up, and only ever refuses downwards."""

from dataclasses import replace
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from written_course import people

from quell.care import control_law, controller, controller_belief, response, steering
from quell.care.controller import BLIND, FLAT, GUARD, PRESSURE, SEIZURE, SHORT, Controller, Look
from quell.care.infusion import HOLDING
from quell.drugs.pk import Pharmacy
from quell.ground.card import from_card
from quell.ground.errors import InputError

STEP = 10.0
DRUGS = ("propofol", "midazolam", "thiopental", "pentobarbital")
CTL = from_card(Controller)
TWINS = 4


def start(drug="propofol", lanes=2, most=20.0, twins=TWINS, **changed):
    agent = replace(controller.agent_of(drug), **changed)
    persons = people(lanes)
    top = jnp.asarray(most * persons["weight_kg"] / 3600.0)
    made = response.twins(f"{drug}/IV", persons, twins)
    state = controller.rest(agent, made, top, jnp.asarray(persons["weight_kg"])) | {"rate": jnp.zeros(lanes)}
    return agent, state, top


def seen(share, *, known=True, seizing=False, pressure=-1.0, lanes=2):
    told = CTL.invents + (1.0 - CTL.misses - CTL.invents) * share
    return Look(*(jnp.full(lanes, value) for value in (told, known, seizing, pressure)))


def one(agent, state, top, look, *, law, target, ctl):
    """One step of the loop."""
    state = controller_belief.learn(state, ctl, agent, look, STEP)
    state, bits = control_law.act(state, ctl, agent, law=law, target=target, most=top, look=look, step_s=STEP)
    return control_law.ran(state, ctl, agent, state["rate"], STEP), bits


@partial(jax.jit, static_argnames=("law", "ctl"))
def shown_all(agent, state, top, looks, ctl, law):
    def step(state, look):
        state, bits = one(agent, state, top, look, law=law, target=0.8, ctl=ctl)
        return state, (state["rate"], bits)

    return jax.lax.scan(step, state, looks)


def run(agent, state, top, looks, *, law="mpc", ctl=CTL):
    """The loop without a brain, a look for each step. Returns the state, rates and alarms `[time, lanes]`."""
    looks = jax.tree.map(lambda *values: jnp.stack(values), *looks)
    state, (rates, alarms) = shown_all(agent, state, top, looks, ctl, law)
    return state, np.asarray(rates), np.asarray(alarms)


@partial(jax.jit, static_argnames=("law", "steps", "ctl"))
def closed(agent, state, top, b, ctl, law, steps, body=None):
    """True share of suppression `[time, lanes]` of brains whose logits lie `b` off the population, under a law.

    Their kinetics are the typical ones, or those of `body`. Gives the weights of the twins too, `[time, twins, lanes]`.
    """
    body = body or response.Modes(*(tuple(x[0] for x in kind) for kind in controller_belief.of(state)[0]))

    def step(carry, _):
        state, z = carry
        z = response.after(body, z, state["flow"], STEP)
        level = jnp.maximum(response.level(body, z), 1e-9)
        share = jax.nn.sigmoid(agent.steep * jnp.log(level) + controller.b_of(agent) + b)
        told = CTL.invents + (1.0 - CTL.misses - CTL.invents) * share
        no = jnp.zeros(len(b), bool)
        state, _ = one(agent, state, top, Look(told, ~no, no, 0.0 * b - 1.0), law=law, target=0.8, ctl=ctl)
        return (state, z), (share, controller_belief.weights(state))

    empty = tuple(0.0 * speed for speed in body.speed)
    return jax.lax.scan(step, (state, empty), length=steps)[1]


@pytest.mark.parametrize("drug", DRUGS)
def test_the_pumps_model_is_the_pharmacy_of_the_typical_person(drug):
    persons, line = people(3), f"{drug}/IV"
    made, typical = (
        response.modes(line, persons),
        Pharmacy.build([line], persons, study=None, patients=np.arange(3), step_s=STEP),
    )
    z, state = tuple(jnp.zeros(3) for _ in made.speed), typical.rest(3)
    for flow in (2.0, 0.0, 0.7):
        for _ in range(30):
            z = response.after(made, z, flow, STEP)
            state = typical.step(state, {line: jnp.full(3, flow)})
        np.testing.assert_allclose(response.level(made, z), typical.levels(state)[drug].brain, rtol=1e-8)


def test_the_rate_asked_for_reaches_the_level_when_it_said():
    made = response.modes("propofol/IV", people(3))
    z = response.after(made, tuple(jnp.zeros(3) for _ in made.speed), 1.0, 300.0)
    rate = response.rate_for(made, z, 0.08, 120.0)
    np.testing.assert_allclose(response.level(made, response.after(made, z, rate, 120.0)), 0.08, rtol=1e-9)


def test_a_drug_that_saturates_or_is_unknown_is_refused():
    with pytest.raises(InputError, match="saturates"):
        response.modes("phenytoin/IV", people(1))
    with pytest.raises(InputError, match="ketamine is not led"):
        controller.agent_of("ketamine")


@pytest.mark.parametrize("law", ["pi", "mpc"])
def test_brains_that_differ_all_end_at_the_target(law):
    agent, state, top = start(lanes=3, most=40.0)
    shares, _ = closed(agent, state, top, jnp.asarray([-1.2, 0.0, 1.2]), CTL, law, 1440)
    assert np.abs(shares[-360:] - 0.8).max() < 0.05


def test_a_controller_that_learns_nothing_misses_an_unusual_brain():
    agent, state, top = start(lanes=1, most=40.0)
    shares, _ = closed(agent, state, top, jnp.asarray([-1.2]), replace(CTL, looks=0.0), "mpc", 720)
    assert abs(float(shares[-1, 0]) - 0.8) > 0.15


def test_a_bank_of_twins_tells_a_drug_that_arrives_slowly_and_one_twin_cannot():
    """The person is twin 1, who is not the typical one: the bank comes to believe in him, and the coma is nearer."""
    persons = people(1)
    made = response.twins("propofol/IV", persons, TWINS)
    body = response.Modes(*(tuple(x[1] for x in kind) for kind in made))
    off = {}
    for twins in (1, TWINS):
        agent, state, top = start(lanes=1, most=60.0, twins=twins)
        shares, believed = closed(agent, state, top, jnp.asarray([0.0]), CTL, "mpc", 360, body)
        off[twins] = np.abs(np.asarray(shares)[60:180] - 0.8).max()
    assert np.asarray(believed)[-1, 1, 0] > 1.5 / TWINS
    assert off[TWINS] < 0.7 * off[1]


def test_twins_share_a_card_and_differ_only_as_it_says():
    persons = people(2)
    made = response.twins("propofol/IV", persons, 3)
    typical = response.modes("propofol/IV", persons)
    for twin, alone in zip(made.speed, typical.speed, strict=True):
        np.testing.assert_array_equal(twin[0], alone)
        assert (np.abs(np.log(twin[1:] / twin[0])) > 1e-3).all()


@pytest.mark.parametrize("drug", DRUGS)
def test_twins_drawn_at_once_are_those_drawn_one_by_one(drug):
    persons, line = people(2), f"{drug}/IV"
    made = response.twins(line, persons, 3)
    for number in (1, 2):
        for all_, alone in zip(made, response.modes(line, persons, np.full(2, number)), strict=True):
            for twins, twin in zip(all_, alone, strict=True):
                np.testing.assert_array_equal(twins[number], twin)


def test_pi_goes_by_what_is_learnt_of_the_brain():
    agent, state, top = start()
    rate = {}
    for shift in (0.0, -1.0):  # a brain that takes more of the drug
        shown = state | {"b": state["b"] + shift}
        goal = controller.logit(jnp.asarray(0.8))
        rate[shift] = control_law.pi_rate(shown, CTL, agent, goal, 0.0 * top)
    np.testing.assert_allclose(rate[-1.0] / rate[0.0], np.exp(1.0 / agent.steep), rtol=1e-9)


def test_what_is_learnt_comes_from_the_eeg_and_from_nothing_else():
    agent, state, top = start()
    blind, _, _ = run(agent, state, top, [seen(0.1, known=False)] * 60)
    np.testing.assert_array_equal(blind["b"], state["b"])
    told, _, _ = run(agent, blind | {"flow": top}, top, [seen(0.1)] * 240)
    assert (np.asarray(told["b"]) < np.asarray(state["b"]) - 0.2).all()
    assert (np.asarray(told["unsure"]) < np.asarray(state["unsure"])).all()


def test_the_integral_does_not_wind_up_while_the_rate_is_at_its_limit():
    agent, state, top = start(most=1.0)  # far too little for the target
    state, rates, alarms = run(agent, state, top, [seen(0.1)] * 1000, law="pi")
    assert rates[-1] == pytest.approx(np.asarray(top)) and (alarms[-1] & SHORT).all()
    wound = replace(CTL, raise_in=1e-3)
    free, _, _ = run(agent, start(most=1e6)[1], start(most=1e6)[2], [seen(0.1)] * 1000, law="pi", ctl=wound)
    assert np.abs(state["integral"]).max() < 0.05 < np.abs(free["integral"]).max()


def test_a_limit_holds_the_integral_one_way_only():
    wanted, low, high = jnp.asarray([5.0, 5.0, -1.0, -1.0, 1.0]), jnp.zeros(5), jnp.full(5, 2.0)
    moves = control_law.wound(wanted, low, high, jnp.asarray([1.0, -1.0, -1.0, 1.0, 1.0]))
    assert np.asarray(moves).tolist() == [False, True, False, True, True]


@pytest.mark.parametrize("law", ["pi", "mpc"])
def test_the_rate_never_moves_faster_or_higher_than_allowed(law):
    agent, state, top = start()
    shares = np.random.default_rng(3).random(300)
    _, rates, _ = run(agent, state, top, [seen(x) for x in shares], law=law)
    steps, top = np.diff(rates, axis=0, prepend=0.0), np.asarray(top)
    assert (steps <= top * STEP / CTL.raise_in + 1e-12).all() and (steps >= -top * STEP / CTL.lower_in - 1e-12).all()
    assert rates.min() >= 0.0 and (rates <= top + 1e-12).all() and rates.max() > 0.5 * top.max()


@pytest.mark.parametrize("law", ["pi", "mpc"])
@pytest.mark.parametrize(
    ("look", "bit"), [({"known": False}, BLIND), ({"share": 1.0}, FLAT), ({"pressure": 55.0}, PRESSURE)]
)
def test_nothing_is_deepened_on_a_blind_or_flat_eeg_or_at_low_pressure(law, look, bit):
    agent, state, top = start()
    state, before, _ = run(agent, state, top, [seen(0.3)] * 40, law=law)
    if bit == FLAT:
        state = state | {"flat": jnp.full(2, 0.99), "b": state["b"] - 5.0}  # a brain believed far too shallow
    _, rates, alarms = run(agent, state, top, [seen(**({"share": 0.3} | look))] * 20, law=law)
    assert (np.diff(np.vstack([before[-1:], rates]), axis=0) <= 1e-12).all()
    assert (alarms[:10] & bit).all()
    _, higher, _ = run(agent, state | {"flat": jnp.zeros(2)}, top, [seen(0.3)] * 20, law=law)
    assert (higher.max(axis=0) > rates.max(axis=0)).any() or (before[-1] >= np.asarray(top) * 0.999).all()


def test_blind_for_long_the_rate_fades_to_a_share_of_the_last_hour_and_no_further():
    agent, state, top = start()
    state = state | {"rate": 0.5 * top, "mean": 0.5 * top}
    state = state | {"b": state["b"] - 9.0}  # so far from the target that the law would not let go by itself
    _, rates, _ = run(agent, state, top, [seen(0.5, known=False)] * 3600)  # ten hours
    assert rates[int(CTL.blind_after / STEP) - 2] == pytest.approx(np.asarray(0.5 * top))
    for hours in (1, 2, 4, 10):
        assert rates[hours * 360 - 1] == pytest.approx(np.asarray(0.5 * top) * CTL.fallback, rel=1e-6)


def test_a_wean_begun_on_a_blind_eeg_does_not_raise_what_has_faded():
    own = {"phase": jnp.full(2, HOLDING), "rate": jnp.full(2, 9.0), "last": jnp.full(2, 0.7), "mean": jnp.ones(2)}
    told = steering.levelled(own | {"blind": jnp.asarray([0.0, 600.0])})["rate"]
    assert np.asarray(told).tolist() == [1.0, pytest.approx(0.7)]


def test_a_seizure_is_an_alarm_and_is_not_read_as_a_shallow_coma():
    agent, state, top = start()
    state, _, quiet = run(agent, state, top, [seen(0.8)] * 60)
    after, _, alarms = run(agent, state, top, [seen(0.0, seizing=True)] * 30)
    assert (alarms & SEIZURE).all() and not (quiet & SEIZURE).any()
    np.testing.assert_array_equal(after["b"], state["b"])
    shallow, _, _ = run(agent, state, top, [seen(0.0)] * 30)
    assert (np.asarray(shallow["b"]) < np.asarray(state["b"]) - 0.1).all()


def test_two_days_of_propofol_end_at_the_rate_that_is_safe_for_long():
    agent, state, top = start(most=12.0)
    state = state | {"rate": top, "mean": top}
    weight = people(2)["weight_kg"]
    for _ in range(72 * 6):  # ten minutes at a time: the guard is slow
        high = controller.limits(state, CTL, agent, top, seen(0.1), 600.0)[1]
        state = state | {"rate": jnp.minimum(top, high)}
        state = control_law.ran(state, CTL, agent, state["rate"], 600.0)
    per_hour = np.asarray(state["rate"]) * 3600.0 / weight
    assert (per_hour < 4.6).all() and (per_hour > 3.9).all()
    assert (np.asarray(state["dose"]) / weight <= 4.0 * 48.0 * 1.001).all()
    _, bits = control_law.act(state, CTL, agent, law="mpc", target=0.8, most=top, look=seen(0.1), step_s=STEP)
    assert (np.asarray(bits) & GUARD).all()


def test_the_coma_grows_lighter_within_its_tolerance_before_the_guard_breaks_it_off():
    agent, state, _ = start("thiopental")
    full, target = state["long"] * agent.long_time, 0.8

    def aimed(dose: float, rate: float):
        """At shares of the full dose, and multiples of the rate that may be given for long."""
        told = state | {"dose": dose * full, "mean": rate * state["long"]}
        return float(controller.spared(told, CTL, agent, target)[0])

    assert aimed(0.9, 1.0) == target  # at this rate the guard is never reached
    assert aimed(0.1, 8.0) == target  # loading tells nothing of the hours to come
    assert aimed(0.5, 1.2) == target  # the guard is days away
    near = [aimed(dose, 3.0) for dose in (0.3, 0.5, 0.7, 0.9, 1.0)]
    assert near == sorted(near, reverse=True) and near[-1] < near[0]
    assert near[-1] == pytest.approx(target - CTL.spare * CTL.tolerance)
    assert aimed(1.2, 3.0) == near[-1]
