"""Scenarios: what is written is what runs; what cannot be is refused in one sentence."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quell.care.admission import admit
from quell.care.explain import explain
from quell.care.scenario import load_scenario, read_scenario
from quell.ground.errors import InputError

EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = ("established_se", "benzodiazepine_10_vs_40", "refractory_se", "out_of_hospital")
TEXT = (EXAMPLES / "established_se.toml").read_text(encoding="utf-8")
WAIT = 'duration = "1 h"\n'


@pytest.mark.parametrize("name", NAMES)
def test_the_examples_are_scenarios(name):
    scenario = load_scenario(EXAMPLES / f"{name}.toml")
    assert scenario.name == name and scenario.course.name == scenario.protocol


def test_without_a_draw_the_person_is_whole_and_with_one_only_what_was_said_is_settled():
    whole = read_scenario(WAIT + '[patient]\nweight = "50 kg"').patient.measures()
    assert whole["weight_kg"] == 50.0 and set(whole) == {
        "age_y", "weight_kg", "height_cm", "male", "albumin_g_L", "crcl_mL_min",
    }  # fmt: skip
    drawn = read_scenario(WAIT + '[patient]\ndraw = true\nweight = "50 kg"\nsex = "male"').patient.measures()
    assert drawn == {"weight_kg": 50.0, "male": 1.0}


def test_settings_stand_above_the_file():
    made = load_scenario(
        EXAMPLES / "benzodiazepine_10_vs_40.toml",
        ["care.parameters.time=40 min", "seed = 9", "patient.traits.reading.phi=0.5", "care.delivered=50 %"],
    )
    assert made.course.step[0].when[0] == "at 40 min"
    assert (made.seed, made.care.delivered, made.patient.traits) == (9, 0.5, {"reading.phi": 0.5})


def test_a_step_of_an_inline_protocol_is_set_by_its_name():
    text = (
        WAIT
        + '[[protocol.step]]\nid = "one"\nwhen = "at 5 min"\ngive = "lorazepam 4 mg IV"\nsource = "x"\ngrade = "D"\n'
    )
    assert read_scenario(text).course.step[0].when == ("at 5 min",)
    assert read_scenario(text, ["protocol.step.one.when=at 9 min"]).course.step[0].when == ("at 9 min",)
    with pytest.raises(InputError, match="did you mean one"):
        read_scenario(text, ["protocol.step.ome.when=at 9 min"])


@pytest.mark.parametrize(
    ("text", "line", "field", "said"),
    [
        ('[patient]\nage = "3 days"\nweight = "400 kg"\nheight = "50 cm"', 4, "patient.weight", "400 kg is no weight"),
        ('[patient]\nage = "2 years"', 3, "patient.age", "a child needs a weight"),
        ('[patient]\nage = "-3 years"', 3, "patient.age", "not a time"),
        ('[patient]\nweight = "70"', 3, "patient.weight", "not a quantity"),
        ('[patient]\nweight = 70', 3, "patient.weight", "not a quantity"),
        ('[patient]\nalbumin = "nan g/L"', 3, "patient.albumin", "not finite"),
        ('[patient]\nwieght = "70 kg"', 3, "patient.wieght", "did you mean weight"),
        ('[patient]\ntraits = { phi = nan }', 3, "patient.traits.phi", "does not fit"),
        ('[aetiology]\nname = "acute_structual"', 3, "aetiology.name", "did you mean acute_structural"),
        ("[aetiology]\nseverity = nan", 3, "aetiology.severity", "does not fit"),
        ("brain = 5", 2, "brain", "not one of the choices"),
        ("seed = true", 2, "seed", "does not fit"),
        ('mode = "ful"', 2, "mode", "did you mean full"),
        ('protocol = "esett"', 2, "protocol", "no protocol"),
        ("protocol = 3", 0, "protocol", "no protocol"),
        ('protocol = "esett_established"\n[care]\narms = { agent = "keppra" }', 4, "care.arms.agent", "no arm"),
        ('protocol = "esett_established"\n[care]\nparameters = { dose = "1" }', 4, "care.parameters", "no parameter"),
        ("[care]\ndelay_factor = -1", 3, "care.delay_factor", "does not fit"),
        ("[trial]\nx = 1", 2, "trial", "no such field"),
        ("[patient", 2, "", "not complete TOML"),
        ('about = "half a', 2, "", "not complete TOML"),
    ],
)  # fmt: skip
def test_a_slip_of_the_pen_is_told_with_its_place(text, line, field, said):
    with pytest.raises(InputError, match=said) as caught:
        read_scenario(WAIT + text, file="mine.toml")
    error = caught.value
    assert (error.file, error.line, error.field) == ("mine.toml", line, field)
    assert error.allowed and "\n" not in str(error)


@pytest.mark.parametrize("duration", ['"-90 min"', '"0 s"', '"99 years"', "nan", "inf", "90", '""', '"ninety"', "[]"])
def test_a_time_that_cannot_pass_is_refused(duration):
    with pytest.raises(InputError) as caught:
        read_scenario(f"duration = {duration}", file="mine.toml")
    assert caught.value.field == "duration" and caught.value.line == 1


def test_a_ring_of_steps_inside_a_scenario_is_told_with_its_line():
    step = '[[protocol.step]]\nid = "{}"\nwhen = "after step {}"\nsource = "x"\ngrade = "D"\n'
    with pytest.raises(InputError, match="wait for each other") as caught:
        read_scenario(WAIT + step.format("a", "b") + step.format("b", "a"), file="mine.toml")
    assert caught.value.line == 4


@pytest.mark.parametrize(
    ("setting", "said"),
    [("seed", "sets nothing"), ("=3", "sets nothing"), ("sed=3", "did you mean seed"), ("seed.x=3", "is a value"),
     ("seed=many", "does not fit"), ("patient.weight=400 kg", "no weight"), ("duration=-3 min", "not a time")],
)  # fmt: skip
def test_a_wrong_setting_blames_the_setting_not_the_file(setting, said):
    wrong = [setting, "patient.age=4 days", "patient.height=50 cm"] if "400" in setting else [setting]
    with pytest.raises(InputError, match=said) as caught:
        read_scenario(WAIT + "seed = 1\n", wrong, file="mine.toml")
    assert caught.value.file == "--set"


def test_a_missing_file_names_its_neighbour():
    with pytest.raises(InputError, match=r"did you mean .*established_se\.toml"):
        load_scenario(EXAMPLES / "estblished_se.toml")


@given(st.integers(0, len(TEXT)), st.integers(0, 60), st.text(max_size=15))
def test_a_damaged_scenario_is_read_or_refused_with_a_clear_error(start, length, put):
    try:
        assert read_scenario(TEXT[:start] + put + TEXT[start + length :], file="damaged.toml").duration >= 10
    except InputError as error:
        assert str(error).startswith(("damaged.toml", "esett_established.toml")) and "\n" not in str(error)


@given(st.text(max_size=200))
def test_any_text_at_all_is_refused_politely(text):
    with pytest.raises(InputError):
        read_scenario(text, file="any.toml")


@given(st.lists(st.text(alphabet="abcdeimnoprstuw._=1 [{\"'", max_size=25), max_size=3))
def test_any_settings_give_a_scenario_or_a_clear_error(settings):
    try:
        assert read_scenario(TEXT, settings).duration >= 10
    except InputError as error:
        assert str(error)


def test_a_scenario_is_told_in_words_before_it_runs():
    told = explain(load_scenario(EXAMPLES / "established_se.toml"))
    for words in (
        "By lot: agent: levetiracetam 33%, fosphenytoin 33%, valproate 33%.",
        "once seizing for 5 min or seizing and unresponsive for 5 min, after a delay of about 23 min (half",
        "fosphenytoin 20 mg PE/kg IV over 10 min, max 1500 mg PE.",
        "Really given: about 50%",
        "first_dose_full [first line]: not in this scenario; first dose is as delivered.",
    ):
        assert words in told


def test_what_the_scenario_changes_is_told():
    told = explain(load_scenario(EXAMPLES / "out_of_hospital.toml", ["care.delivered=0.5", "care.delay_factor=2"]))
    assert "50% of what is ordered" in told and "2 times as long" in told
    assert "midazolam_child [first line]: not in this scenario; it needs weight up to 40 kg." in told
    assert "lorazepam_adult [first line]: not in this scenario; route is intramuscular." in told


def test_an_infusion_is_told_with_its_target_hold_and_wean():
    told = explain(load_scenario(EXAMPLES / "refractory_se.toml", ["care.arms.anaesthetic=midazolam"]))
    assert (
        "up to 2 mg/kg/h, until no seizure for 30 min" in told and "weaned by 25% of the rate every 3 h to 6 h" in told
    )


@pytest.mark.parametrize(
    "words",
    ['traits = { "wiring.w_amp" = 1.0 }', "traits.wiring.w_amp = 1.0", "[patient.traits]\nwiring.w_amp = 1.0"],
)
def test_a_trait_that_does_not_exist_is_refused_before_the_run_with_its_line(words):
    text = f'duration = "20 min"\n[patient]\ndraw = true\n{words}\n'
    with pytest.raises(InputError, match=r"did you mean wiring\.w_ampa\?") as caught:
        read_scenario(text, file="a.toml")
    assert (caught.value.line, caught.value.field) == (3 + len(words.split("\n")), "patient.traits.wiring.w_amp")
    with pytest.raises(InputError) as caught:
        read_scenario('duration = "20 min"', ["patient.traits.insult.hld=3"])
    assert (caught.value.file, caught.value.line) == ("--set", 0)


def test_artefacts_are_switched_on_by_name_or_all_at_once():
    from quell.eeg.kinds import KINDS

    assert read_scenario('duration = "1 h"').outputs.artefacts == ()
    made = read_scenario('duration = "1 h"\n[outputs]\nartefacts = ["blink", "ecg"]')
    assert made.outputs.artefacts == ("blink", "ecg")
    assert read_scenario('duration = "1 h"', ["outputs.artefacts=all"]).outputs.artefacts == KINDS
    with pytest.raises(InputError, match=r"did you mean physiotherapy\?") as caught:
        read_scenario('duration = "1 h"\n[outputs]\nartefacts = ["physiotherapie"]', file="a.toml")
    assert (caught.value.line, caught.value.field) == (3, "outputs.artefacts")
    with pytest.raises(InputError, match="names no artefacts"):
        read_scenario('duration = "1 h"\n[outputs]\nartefacts = 3')


@pytest.mark.parametrize("site", ["everywhere", "temporal_L", "temporal_L+frontal_L"])
def test_where_it_begins_is_a_patch_several_or_everywhere(site):
    scenario = read_scenario(WAIT + f'[onset]\nsite = "{site}"')
    assert scenario.onset.site == site
    assert f"begins in {site.replace('+', ' + ').replace('_', ' ')}" in explain(scenario)
    irritated = np.asarray(admit(scenario).constants.patients.insult.site[0])
    names = admit(scenario).atlas.names
    assert {names[k] for k in np.flatnonzero(irritated)} == set(names if site == "everywhere" else site.split("+"))


@pytest.mark.parametrize(("brain", "site"), [(10, "temporal"), (10, "temporal_L+"), (2, "temporal_L"), (10, "focus")])
def test_a_place_that_the_brain_lacks_is_refused_with_those_it_has(brain, site):
    with pytest.raises(InputError, match="no patch of a brain of") as refused:
        read_scenario(WAIT + f'brain = {brain}\n[onset]\nsite = "{site}"')
    assert refused.value.field == "onset.site" and "everywhere" in refused.value.allowed
