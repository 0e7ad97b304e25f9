"""A step that holds a depth of burst suppression: its words, its wean, its reader and its alarms."""

import numpy as np
import pytest
from written_course import people, protocol, show

from quell.care.controller import BLIND
from quell.care.explain import _led
from quell.care.machine import compile_protocol
from quell.care.record import targets
from quell.care.timeline import care_events as doses_and_marks
from quell.ground.errors import InputError

STEP = 10.0


HEAD = '[eeg]\nwhen = "at 0 min"\nsource = "assumed"\ngrade = "D"'
STEERED = """id = "coma"
when = "at 5 min"
give = "{drug} 1 mg/kg/h IV"
[step.infusion]
{control}hold = "{hold}"
most = "15 mg/kg/h"
watch = "1 h"
{more}
"""


def steered(hold="burst suppression 0.8 for 2 h, then wean 20 % every 1 h", drug="propofol", control="", more=""):
    return STEERED.format(hold=hold, drug=drug, control=control, more=more)


@pytest.fixture
def shown(monkeypatch):
    """A controlled step shown a written course."""

    def course(text, minutes, head=HEAD, **what):
        machine = compile_protocol(protocol(text, head=head))
        rest = machine.__class__.rest

        def complete(self, persons, study, patients):
            full = people(len(persons["weight_kg"])) | dict(persons)
            return rest(self, full, study, patients)

        monkeypatch.setattr(machine.__class__, "rest", complete)
        try:
            return show(machine, minutes, seizing=False, eeg=what.pop("eeg", False), **what)
        finally:
            monkeypatch.setattr(machine.__class__, "rest", rest)

    return course


def test_a_step_holds_for_its_time_and_weans_a_fifth_an_hour(shown):
    seen = shown(steered(), 600, suppression=lambda m: 0.0 if m < 30 else 0.8)
    rate = np.asarray(seen.log["rate.coma"])[:, 0] * 3600
    phase = np.asarray(seen.log["phase.coma"])[:, 0]
    held = np.flatnonzero(phase == 2) * STEP / 60
    assert held[0] == pytest.approx(30, abs=1) and held[-1] == pytest.approx(150, abs=1)
    stages = np.unique(rate[phase == 3].round(4))[::-1]
    assert len(stages) == 4 and np.diff(stages) == pytest.approx(-stages[0] / 4.0, rel=1e-3)
    assert phase[-1] == 4 and rate[-1] == 0.0
    hour = (phase == 2) & (np.cumsum(phase == 2) > 360)
    assert stages[0] == pytest.approx(0.8 * rate[hour].mean(), rel=0.1)


def test_before_there_is_an_eeg_nothing_is_raised(shown):
    late = shown(steered(), 60, head=HEAD.replace("at 0 min", "at 30 min"), suppression=0.3)
    rate = np.asarray(late.log["rate.coma"])[:, 0] * 3600 / 70
    assert (rate[36 : 29 * 6] <= 1.0 + 1e-9).all() and rate.max() > 5.0
    assert (np.asarray(late.log["alarm.coma"])[36 : 29 * 6] & BLIND).all()


def test_the_words_of_a_hold_become_its_numbers():
    led = protocol(steered("burst suppression 70 % for 24 h, then wean 25 % every 3 h"), head=HEAD).step[0].infusion
    assert (led.control, led.depth, led.hold, led.wean_by, led.wean_every) == ("mpc", 0.7, 86400, 0.25, 10800)
    assert led.target == ("suppression above 55 %",)
    assert "controller (MPC)" in _led(led, None)[0]
    assert protocol(steered(control='control = "pi"\n'), head=HEAD).step[0].infusion.control == "pi"


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"hold": "burst suppression 0.99 for 24 h, then wean 20 % every 3 h"}, "0.99 cannot be held"),
        ({"hold": "burst suppression lots for 24 h"}, "no depth to hold"),
        ({"hold": "24 h", "control": 'control = "pi"\n'}, "needs a depth"),
        ({"more": 'raise_by = "1 mg/kg/h"'}, "raise_by is set by the controller"),
        ({"drug": "ketamine"}, "ketamine is not led"),
    ],
)
def test_what_cannot_be_held_is_refused_in_one_sentence(changed, what):
    with pytest.raises(InputError, match=what):
        compile_protocol(protocol(steered(**changed), head=HEAD))


def test_the_reader_errs_the_same_way_for_the_same_patient_and_otherwise_for_another(shown):
    def course(patient):
        return np.asarray(shown(steered(), 40, suppression=0.4, patients=(patient,)).log["bsp.coma"])

    alone, again, other = course(7), course(7), course(8)
    np.testing.assert_array_equal(alone, again)
    assert np.abs(alone - other).max() > 1e-4


def test_a_seizure_while_the_coma_is_held_stands_in_the_timeline_once(shown):
    found = shown(steered(), 200, suppression=0.8, eeg=lambda m: 100 <= m < 104)
    log = {name: np.asarray(value)[:, 0] for name, value in found.log.items()}
    told = doses_and_marks(found.machine, log, found.time_s + STEP, step_s=STEP, weight_kg=70.0)
    alarms = [event for event in told if event.what == "alarm: seizure on the EEG"]
    assert len(alarms) == 1 and alarms[0].time_s == pytest.approx(100 * 60, abs=20)
    assert len([event for event in told if event.kind == "infusion"]) < 60


def test_the_record_says_what_is_held_and_how_far_off_it_may_be():
    held = protocol(steered("burst suppression 70 % for 24 h, then wean 25 % every 3 h"), head=HEAD)
    assert targets(compile_protocol(held)) == {"propofol": [0.7, 0.15]}
