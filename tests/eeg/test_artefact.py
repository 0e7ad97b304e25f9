"""Artefacts: each where and when it belongs, none without its switch, the same bits in pieces, truth told."""

import re
from pathlib import Path

import numpy as np
import pytest
from scipy import signal

from quell.eeg.artefact import Artefact, checked, truth
from quell.eeg.episode import Episodes
from quell.eeg.kinds import KINDS, RARE
from quell.eeg.leadfield import electrode_names, patch_names
from quell.eeg.montage import longitudinal, referential
from quell.eeg.scalp import Course, scalp_eeg, window
from quell.ground.card import from_card
from quell.ground.errors import InputError

FS, PATCHES, SECONDS = 200.0, patch_names(), 60.0
NAMES = electrode_names()
OFTEN = from_card(
    Artefact, pop_every=15.0, disconnection_every=60.0, disconnection_shortest=15.0, disconnection_longest=15.0,
    physiotherapy_every=60.0, physiotherapy_shortest=40.0, physiotherapy_longest=50.0, percussion_every=60.0,
    percussion_shortest=40.0, percussion_longest=50.0,
)  # fmt: skip


def body(**states) -> Course:
    plain = {"responsiveness": 1.0, "convulsing": 0.0, "relaxed": 0.0} | states
    return Course(np.array([-1e4, 1e6]), **{name: np.full(2, value) for name, value in plain.items()})


def eeg(*kinds, seconds=SECONDS, patient=7, card=OFTEN, **states) -> np.ndarray:
    silent = np.zeros((int(seconds * FS), len(PATCHES)), np.float32)
    options = {"patches": PATCHES, "course": body(**states), "artefacts": kinds, "artefact_card": card}
    return scalp_eeg(silent, FS, 1, patient, **options)


def added(*kinds, **states) -> np.ndarray:
    """What the artefacts alone put on the record, float64 `[samples, 19]`."""
    return eeg(*kinds, **states).astype(float) - eeg(**states)


def size(added: np.ndarray) -> dict[str, float]:
    return dict(zip(NAMES, added.std(axis=0), strict=True))


@pytest.mark.parametrize("kind", KINDS)
def test_every_switch_does_something_and_only_what_it_says(kind):
    unaware = kind in ("ventilator", "physiotherapy", "percussion")
    alone = added(kind, responsiveness=0.0 if unaware else 1.0)
    assert alone.std() > 0.1
    assert np.array_equal(eeg(kind), eeg(kind))
    if kind in RARE:
        times = [one for one in truth([kind], 1, 7, SECONDS, card=OFTEN)]
        inside = np.zeros(len(alone), bool)
        for one in times:
            inside[int(one.start_s * FS) : int(one.end_s * FS) + 2] = True
        assert times and np.abs(alone[~inside]).max(initial=0.0) < 1e-3


def test_without_switches_the_record_is_the_one_it_always_was():
    silent = np.zeros((4000, len(PATCHES)), np.float32)
    plain = scalp_eeg(silent, FS, 1, 7, patches=PATCHES)
    assert np.array_equal(scalp_eeg(silent, FS, 1, 7, patches=PATCHES, artefacts=()), plain)


def test_one_kind_does_not_touch_the_bits_of_another():
    both, alone = eeg("blink", "pop"), eeg("pop")
    assert np.array_equal((both - eeg("blink")) != 0, (alone - eeg()) != 0)


def test_a_piece_of_a_spoilt_record_is_a_piece_of_the_whole():
    whole = eeg(*KINDS)
    options = {"patches": PATCHES, "course": body(), "artefacts": KINDS, "artefact_card": OFTEN}
    silent = np.zeros((int(SECONDS * FS), len(PATCHES)), np.float32)
    piece = window(silent, FS, 1, 7, at_s=33.3, seconds=12.0, **options)
    assert piece == pytest.approx(whole[6660:9060], abs=0.2, rel=1e-4)


def test_a_longer_record_begins_with_the_bits_of_the_shorter_one():
    assert np.array_equal(eeg(*KINDS, seconds=47.0), eeg(*KINDS)[:9400])


def test_another_patient_has_another_heart_and_other_times():
    mine, other = (truth(RARE, 1, patient, 3600.0, card=OFTEN) for patient in (7, 8))
    assert mine != other
    assert not np.allclose(added("ecg"), added("ecg", patient=8))


def test_muscle_and_blinks_are_gone_under_a_relaxant_and_the_heart_is_not():
    assert np.abs(added("muscle", "blink", relaxed=1.0)).max() < 1e-3
    assert added("ecg", relaxed=1.0) == pytest.approx(added("ecg"), abs=1e-3)
    still = eeg(convulsing=1.0, relaxed=1.0)
    assert np.array_equal(still, eeg(convulsing=0.0, relaxed=1.0))  # nor does a hidden convulsion


def test_muscle_lies_above_20_hertz_at_the_rim():
    bursts = added("muscle")
    frequency, power = signal.welch(bursts[:, NAMES.index("T4")], FS, nperseg=400)
    assert power[frequency > 18].sum() > 0.85 * power.sum()
    assert size(bursts)["T4"] > 2 * size(bursts)["Cz"]


def test_blinks_are_at_the_forehead_of_those_who_are_awake():
    blinks = added("blink")
    sizes = np.ptp(blinks - blinks[:, [NAMES.index("O1")]], axis=0)
    peak = dict(zip(NAMES, sizes, strict=True))
    assert 100 < peak["Fp1"] < 200 and peak["Fp2"] == pytest.approx(peak["Fp1"])
    assert peak["Fp1"] > 3 * peak["F3"] and peak["Fp1"] > 30 * peak["Pz"]
    assert np.abs(added("blink", responsiveness=0.0)).max() < 1e-3


def test_the_heart_beats_at_its_rate_and_hurries_in_a_convulsion():
    def rate(**states):
        trace = added("ecg", **states)
        left = trace[:, NAMES.index("T3")] - trace[:, NAMES.index("T4")]
        peaks, _ = signal.find_peaks(np.abs(left), height=0.6 * np.abs(left).max(), distance=40)
        return len(peaks) / SECONDS

    calm, moving = rate(), rate(convulsing=1.0)
    assert 1.0 <= calm <= 2.0
    assert moving == pytest.approx(1.4 * calm, rel=0.06)


def test_the_ecg_runs_from_left_to_right():
    trace = added("ecg")
    peak = dict(zip(NAMES, trace[np.abs(trace).max(axis=1).argmax()], strict=True))
    assert 2.0 < peak["T3"] < 20.0 and -20.0 < peak["T4"] < -2.0  # each against the average (evidence: 2 to 20 uV)
    assert peak["T3"] > 2 * abs(peak["Cz"])


def test_line_hum_is_one_line_of_the_spectrum():
    hum = added("line")
    frequency, power = signal.welch(hum[:, int(hum.std(axis=0).argmax())], FS, nperseg=800)
    assert frequency[power.argmax()] == pytest.approx(50.0)
    assert power[np.abs(frequency - 50) < 1].sum() > 0.95 * power.sum()


def test_drift_is_slow():
    trace = added("drift", seconds=120.0)
    frequency, power = signal.welch(trace[:, 3], FS, nperseg=8000)
    assert power[frequency < 0.6].sum() > 0.9 * power.sum()


def test_faults_of_a_lead_stay_in_their_channel():
    one = next(t for t in truth(["disconnection"], 1, 7, SECONDS, card=OFTEN))
    lead, alone = NAMES.index(one.electrode), added("disconnection")
    others = [k for k in range(19) if k != lead]
    assert np.abs(alone[:, others]).max() < 1e-3
    off = slice(int(one.start_s * FS) + 2, int(one.end_s * FS) - 2)
    seen = eeg("disconnection")[off, lead]
    assert np.abs(seen).min() > 3000 and np.abs(seen).max() < 7000
    popped = {t.electrode for t in truth(["pop"], 1, 7, SECONDS, card=OFTEN)}
    sizes = np.abs(added("pop")).max(axis=0)
    assert {name for name, value in zip(NAMES, sizes, strict=True) if value > 20} == popped


@pytest.mark.parametrize(("kind", "low", "high"), [("physiotherapy", 2.8, 6.2), ("percussion", 3.9, 12.1)])
def test_mimics_are_rhythmic_at_the_back_and_have_no_field_a_brain_could_make(kind, low, high):
    trace = added(kind, responsiveness=0.0)
    frequency, power = signal.welch(trace[:, NAMES.index("O2")], FS, nperseg=1000)
    assert low <= frequency[power.argmax()] <= high
    assert size(trace)["O2"] > 3 * size(trace)["F3"]
    active = trace[2000:8000]
    shares = np.linalg.svd(active - active.mean(axis=0), compute_uv=False) ** 2
    assert shares[0] / shares.sum() < 0.99  # electrodes lag each other: more than one dipole


def test_hands_rest_and_a_machine_does_not():
    def coverage(kind):
        trace = np.abs(added(kind, responsiveness=0.0)[:, NAMES.index("O1")])
        seconds = trace[: 60 * 200].reshape(60, 200).max(axis=1)
        active = seconds > 0.2 * seconds.max()
        return active[active.argmax() : 60 - active[::-1].argmax()].mean()

    assert coverage("physiotherapy") < 0.85 < coverage("percussion")


def test_rare_artefacts_come_as_often_as_the_card_says():
    day = truth(["pop", "disconnection"], 1, 7, 86400.0)
    card = from_card(Artefact)
    for kind in ("pop", "disconnection"):
        count = sum(one.kind == kind for one in day)
        assert count == pytest.approx(86400.0 / getattr(card, f"{kind}_every"), abs=1)
    assert [one.start_s for one in day] == sorted(one.start_s for one in day)


def test_episodes_are_the_same_however_the_time_is_asked_for():
    times = Episodes("test", 3, 5, every=50.0, shortest=5.0, longest=30.0)
    whole = times.within(0.0, 1000.0)
    pieces = [one for k in range(100) for one in times.within(10.0 * k, 10.0 * k + 10.0)]
    assert {one.start_s for one in pieces} == {one.start_s for one in whole}
    assert len(whole) == 20 and all(5.0 <= one.end_s - one.start_s <= 30.0 for one in whole)


def test_an_unknown_artefact_is_refused_with_the_list():
    with pytest.raises(InputError, match=r"no artefact 'sneeze'.*physiotherapy"):
        checked(["ecg", "sneeze"])


def test_a_bipolar_or_referential_reader_sees_the_same_pop_at_one_electrode():
    pops = added("pop")
    one = truth(["pop"], 1, 7, SECONDS, card=OFTEN)[0]
    pairs, names = longitudinal(pops)
    at = int((one.start_s + 0.05) * FS)
    hit = {name for name, value in zip(names, pairs[at], strict=True) if abs(value) > 10}
    assert hit == {name for name in names if one.electrode in name.split("-")}
    to_cz, names = referential(pops, "Cz")
    assert "Cz" not in [name.removesuffix("-Cz") for name in names] and to_cz.shape[1] == 18


def test_the_code_of_the_page_runs(capsys):
    page = Path(__file__).parents[2] / "docs" / "artefacts.md"
    blocks = re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    for block in blocks:
        exec(block, {})
    assert capsys.readouterr().out.count("\n") == 3
    assert all(f"`{kind}`" in page.read_text(encoding="utf-8") for kind in KINDS)
