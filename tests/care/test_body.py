"""The body in a course: seen by staff through monitor and laboratory, and no weight on the brain."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from written_course import HEAD, protocol

from quell.care import organs, watching
from quell.care.admission import admit
from quell.care.bedside import Sight
from quell.care.bodily import body_events
from quell.care.machine import compile_protocol
from quell.care.protocol import read_protocol
from quell.care.scenario import Bodily, read_scenario
from quell.care.support import read_clearing, read_fluids
from quell.care.words import read_condition
from quell.drugs.removal import Removal
from quell.ground.card import from_card
from quell.ground.errors import InputError
from quell.patient.physiology import Signs

LABS = '[labs]\nevery = "1 h"\ndelay = "20 min"\nsource = "assumed"\ngrade = "D"\n'
USUAL = {"pressure": 90.0, "heart_rate": 75.0, "output": 5.5, "arrhythmia": 0.0, "PaCO2": 40.0, "spo2": 97.0}
USUAL |= {"ph": 7.4, "lactate": 1.0, "glucose": 5.5, "triglycerides": 1.2, "ck": 100.0, "temperature": 37.0}
SCENARIO = """
seed = 11
duration = "4 min"
brain = 2
protocol = "refractory_anaesthetic"
[patient]
draw = true
id = 80
"""


def lived(made, minutes, **course):
    """A machine shown written signs; each is a value or a function of minutes. Gives state, orders and log per step."""
    machine = compile_protocol(made)
    state = machine.rest({"weight_kg": np.array([70.0]), "age_y": np.array([40.0])}, 1, np.array([0]))
    no, time = jnp.zeros(1, bool), np.arange(0.0, minutes * 60.0, 10.0)
    shown = {name: [v(t / 60.0) if callable(v) else v for t in time] for name, v in (USUAL | course).items()}
    script = (jnp.asarray(time), {name: jnp.asarray(values)[:, None] for name, values in shown.items()})

    def body(state, now):
        sight = Sight(jnp.full(1, now[0]), no, no, jnp.zeros(1), ~no, Signs(**now[1]))
        state, orders, log = machine.step(state, sight, 10.0)
        return state, (orders, log)

    state, (orders, log) = jax.jit(lambda s: jax.lax.scan(body, s, script))(state)
    return time / 60.0, orders, log, state


def fired(time, log, step):
    return time[np.asarray(log[f"fired.{step}"])[:, 0] > 0].tolist()


@pytest.mark.parametrize(
    "words",
    [
        "pressure below 65 mmHg for 5 min",
        "lactate above 5 mmol/L",
        "ck above 5000 U/L or triglycerides above 4.5 mmol/L",
        "ph below 7.2",
        "heart rate above 120 /min for 10 min",
        "arrhythmia",
        "temperature above 38.5 degC and age up to 18 years",
    ],
)
def test_conditions_on_the_body_read_back_as_themselves(words):
    condition = read_condition(words)
    assert condition.words() == words
    assert read_condition(condition.words()) == condition


@pytest.mark.parametrize("words", ["lactate above 5 mmHg", "ph below 7.2 mmol/L", "pressure above", "lactate near 5"])
def test_a_condition_in_the_wrong_unit_is_refused(words):
    with pytest.raises(InputError):
        read_condition(words)


def test_the_monitor_is_seen_at_once_and_its_time_counts():
    made = protocol('id = "act"\nwhen = "pressure below 65 mmHg for 5 min"\n')
    time, _, log, _ = lived(made, 30, pressure=lambda t: 60.0 if t >= 10 else 90.0)
    assert fired(time, log, "act") == pytest.approx([15.0], abs=0.4)


def test_the_laboratory_tells_what_was_drawn_when_its_answer_comes():
    made = protocol('id = "act"\nwhen = "lactate above 5 mmol/L"\n', head=LABS)
    time, _, log, _ = lived(made, 150, lactate=lambda t: 8.0 if t >= 30 else 1.0)
    assert fired(time, log, "act") == pytest.approx([80.0], abs=0.4)  # drawn at 60 min, told at 80


def test_nothing_is_known_before_the_first_answer():
    made = protocol('id = "act"\nwhen = "ph below 7.2"\n', head=LABS)
    time, _, log, _ = lived(made, 15, ph=7.0)
    assert fired(time, log, "act") == []


def test_a_protocol_that_asks_for_blood_must_take_it():
    with pytest.raises(InputError, match=r"\[labs\]"):
        protocol('id = "act"\nwhen = "lactate above 5 mmol/L"\n')


def test_a_body_that_is_off_cannot_be_asked():
    text = SCENARIO.replace('protocol = "refractory_anaesthetic"\n', "") + (
        f'[protocol]\n{HEAD}[[protocol.step]]\nid = "act"\nwhen = "pressure below 65 mmHg"\nsource = "assumed"\n'
        'grade = "D"\n[body]\non = false\n'
    )
    with pytest.raises(InputError, match="body is off"):
        read_scenario(text)


def test_who_gets_an_anaesthetic_is_ventilated_unless_the_step_says_otherwise():
    for extra, expected in (("", True), ("ventilate = false\n", False)):
        step = f'id = "deep"\nrole = "anaesthetic"\nwhen = "at 1 min"\ngive = "propofol 2 mg/kg IV over 3 min"\n{extra}'
        _, _, log, _ = lived(protocol(step), 3)
        assert bool(np.asarray(log["ventilated"])[-1, 0]) is expected


def test_fluids_run_in_over_their_time_and_no_more():
    made = protocol('id = "wet"\nwhen = "pressure below 65 mmHg"\nfluids = "700 mL over 10 min"\n')
    time, _, log, state = lived(made, 30, pressure=60.0)
    flow = np.asarray(log["fluids"])[:, 0]
    assert flow.sum() * 10.0 == pytest.approx(10.0)  # mL/kg at 70 kg
    assert time[flow > 0][-1] == pytest.approx(10.0, abs=0.4)
    assert float(state["fluids.left"][0]) == 0.0


def test_a_machine_runs_for_its_time_and_clears_as_much_as_its_card_says():
    made = protocol('id = "filter"\nwhen = "pressure below 65 mmHg"\nclears = "haemodialysis for 10 min"\n')
    time, _, log, _ = lived(made, 30, pressure=60.0)
    flow = np.asarray(log["filtered"])[:, 0]
    assert flow.sum() * 10.0 == pytest.approx(600.0 * float(from_card(Removal).haemodialysis))
    assert time[flow > 0][-1] == pytest.approx(10.0, abs=0.4)


def test_a_protocol_without_a_machine_clears_nothing():
    made = protocol('id = "wet"\nwhen = "pressure below 65 mmHg"\nfluids = "700 mL over 10 min"\n')
    assert "filtered" not in lived(made, 1, pressure=60.0)[2] and not compile_protocol(made).clears


@pytest.mark.parametrize(
    "words", ["haemodialysis", "leeches for 4 h", "haemodialysis for 0 min", "haemodialysis for 4"]
)
def test_what_is_no_machine_is_refused(words):
    with pytest.raises(InputError):
        read_clearing(words)


@pytest.mark.parametrize("words", ["", "500", "500 mg", "-5 mL", "0 mL", "500 mL over 0 min"])
def test_what_is_no_fluid_is_refused(words):
    with pytest.raises(InputError):
        read_fluids(words)


def test_without_a_body_nothing_is_measured():
    state, known = watching.measure({}, Sight(0, 0, 0, 0, 0), wanted=True, every_s=1.0, delay_s=0.0)
    assert (state, known) == ({}, {})


@pytest.fixture(scope="module")
def pair():
    """The same patient with a body, without, and with one that feeds the brain: (course, record)."""
    made = []
    for extra in ("", "[body]\non = false\n", "[body]\nfeeds_brain = true\n"):
        course = admit(read_scenario(SCENARIO + extra))
        made.append((course, course.advance(course.start(), 0, 36)[1]))
    return made


def test_the_body_changes_no_bit_of_the_brain(pair):
    (_, whole), (_, bare), _ = pair
    assert set(whole) > set(bare)
    for name, values in bare.items():
        if not name.startswith("log."):
            np.testing.assert_array_equal(whole[name], values, err_msg=name)


def test_a_seizure_is_seen_in_the_body(pair):
    record = pair[0][1]
    seizing = record["seizing"][:, 0]
    assert seizing.any()
    assert record["heart_rate"][-1, 0] > record["heart_rate"][0, 0] + 5.0
    assert record["lactate"].max() > 3.0


def test_a_body_that_feeds_the_brain_can_only_take_energy(pair):
    assert pair[0][1]["spo2"].min() < 95.0
    assert pair[2][1]["ATP"].mean() < pair[0][1]["ATP"].mean()
    assert pair[2][1]["ATP"].max() <= pair[0][1]["ATP"].max() + 1e-6


def test_the_brain_is_fed_in_full_by_a_healthy_body_and_in_half_by_one_in_shock():
    alive = organs.living(Bodily(feeds_brain=True), 1, [0], {"age_y": np.array([40.0])})
    body, _ = organs.start(alive, 1)
    shock = body._replace(circulation=body.circulation._replace(pressure=jnp.array([30.0])))
    assert float(organs.supply(alive, body, 1.0)[0, 0]) == pytest.approx(1.0)
    assert float(organs.supply(alive, shock, 1.0)[0, 0]) == pytest.approx(0.5, abs=0.01)
    assert float(organs.supply(alive._replace(feeds=0.0), shock, 1.0)[0, 0]) == 1.0
    assert organs.supply(None, (), 1.0) == 1.0


def test_events_of_the_body_name_their_reason():
    steps = 200
    flat = {name: np.full((steps, 1), value) for name, value in USUAL.items()}
    flat |= {"time": np.arange(steps) * 10.0, "convulsing": np.zeros((steps, 1), bool)}
    flat |= {"fat_block": np.full((steps, 1), 0.45), "ventilated": np.zeros((steps, 1), bool)}
    flat["lactate"][100:] = 7.0
    flat["pressure"][50:60] = 60.0
    flat["port.circulation.depression"] = np.full((steps, 1), 2.0)
    found = {event.what: event for event in body_events(flat, 0)}
    assert "45%" in found["lactate above 5 mmol/L"].detail
    assert found["lactate above 5 mmol/L"].time_s == 1000.0
    assert found["mean pressure below 65 mmHg"].time_s == 500.0
    assert body_events({"time": np.arange(3.0)}, 0) == []


def test_ports_of_the_body_are_ports_of_the_pharmacy():
    from quell.drugs.port import PORTS

    assert set(organs.PORT_NAMES.values()) <= set(PORTS)


def test_the_labs_table_reads():
    assert read_protocol(f"{HEAD}{LABS}").labs.every == 3600.0
