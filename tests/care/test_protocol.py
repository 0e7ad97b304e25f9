"""Protocols as data: those that ship can be read, those that cannot work say why."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from written_course import HEAD, protocol

import quell.care
from quell.care.lines import line_of
from quell.care.machine import compile_protocol
from quell.care.protocol import library, load_protocol, protocol_schema, read_protocol
from quell.care.scenario import scenario_schema
from quell.ground.errors import InputError

ROOM = Path(str(quell.care.__file__)).parent
A = 'id = "a"\nwhen = "{}"\ngive = "lorazepam 4 mg IV"'
B = 'id = "b"\nwhen = "{}"\ngive = "levetiracetam 60 mg/kg IV"'


@pytest.mark.parametrize("name", library())
def test_every_protocol_that_ships_can_be_read_and_made_ready(name):
    found = load_protocol(name)
    assert found.name == name and found.source and compile_protocol(found).protocol is found


def test_the_doses_of_the_trials_are_the_trials_doses():
    esett = {step.id: step.give for step in load_protocol("esett_established").step}
    assert esett["levetiracetam"] == ("levetiracetam 60 mg/kg IV over 10 min, max 4500 mg",)
    assert esett["fosphenytoin"] == ("fosphenytoin 20 mg PE/kg IV over 10 min, max 1500 mg PE",)
    assert esett["valproate"] == ("valproate 40 mg/kg IV over 10 min, max 3000 mg",)
    rampart = {step.id: step.give for step in load_protocol("rampart_out_of_hospital").step}
    assert rampart["midazolam_adult"] == ("midazolam 10 mg IM",) and rampart["midazolam_child"] == (
        "midazolam 5 mg IM",
    )


def test_four_of_five_first_doses_fall_short_as_in_the_trial():
    step = load_protocol("esett_established").step[0]
    chance = [(n + 0.5) / 2000 for n in range(2000)]
    short = (step.delivered.at(chance) < 1).mean()  # type: ignore[union-attr]
    assert short == pytest.approx(0.81, abs=0.06)


@pytest.mark.parametrize("schema", ["protocol", "scenario"])
def test_the_schema_in_the_package_is_the_one_of_the_model(schema):
    made = {"protocol": protocol_schema, "scenario": scenario_schema}[schema]()
    assert json.loads((ROOM / f"{schema}.schema.json").read_text(encoding="utf-8")) == made


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([A.format("after step b"), B.format("after step a")], "a and b wait for each other"),
        ([A.format("20 min after step a")], "a waits for itself"),
        ([A.format("seizing 5 min after the last dose")], "waits for itself"),
        ([A.format("after step c")], "there is no step 'c'"),
        ([A.format("at 1 min"), A.format("at 2 min")], "two steps are called a"),
        ([A.format("eeg seizing for 5 min")], "needs an EEG"),
        ([A.format("at 1 min"), B.format("step a relapsed")], "no infusion that is led"),
        ([A.format("at 1 min") + '\ngive_again = "x"'], "there is no such field here"),
        ([A.format("at 1 min") + '\narms = { agent = "x" }'], "there is no draw 'agent'"),
        ([A.format("at 1 min") + "\ndelivered = 50"], "not a share"),
        ([A.format("at 1 min") + '\ndelay = "soon"'], "not a time"),
        ([A.format("at 1 min").replace("lorazepam", "lorazepm")], "did you mean lorazepam"),
        ([A.format("at 1 min").replace("4 mg", "nan mg")], "not finite"),
        (['id = "a"\nwhen = []'], "waits for nothing"),
    ],
)
def test_a_protocol_that_cannot_work_is_refused(steps, said):
    with pytest.raises(InputError, match=said):
        protocol(*steps)


def test_a_ring_with_a_way_in_is_allowed():
    assert len(protocol(A.format("after step b or at 30 min"), B.format("after step a")).step) == 2


def test_an_error_names_file_line_and_field():
    text = HEAD + '\n[[step]]\nid = "a"\nwhen = "at 1 min"\nsource = "x"\ngrade = "E"\n'
    with pytest.raises(InputError) as caught:
        read_protocol(text, file="mine.toml")
    assert (caught.value.file, caught.value.line, caught.value.field) == ("mine.toml", 10, "step.0.grade")


def test_a_parameter_fills_its_place_and_an_unknown_one_is_refused():
    assert load_protocol("benzodiazepine_at", {"time": "25 min"}).step[0].when[0] == "at 25 min"
    with pytest.raises(InputError, match="did you mean time"):
        load_protocol("benzodiazepine_at", {"tme": "25 min"})
    with pytest.raises(InputError, match="names no parameter"):
        protocol(A.format("at {later}"))


def test_an_unknown_protocol_names_the_nearest():
    with pytest.raises(InputError, match="did you mean esett_established"):
        load_protocol("esett_establishd")


TEXT = (ROOM / "library" / "refractory_anaesthetic.toml").read_text(encoding="utf-8")


@given(st.integers(0, len(TEXT)), st.integers(0, 40), st.text(max_size=12))
def test_a_damaged_protocol_is_read_or_refused_with_a_clear_error(start, length, put):
    damaged = TEXT[:start] + put + TEXT[start + length :]
    try:
        assert read_protocol(damaged, file="damaged.toml").name
    except InputError as error:
        assert str(error).startswith("damaged.toml") and "\n" not in str(error)


def test_the_line_of_a_field_is_found_below_tables_lists_and_long_texts():
    text = 'a = 1\n[b]\nc.d = 2\n[[e]]\nf = """\nf = 3\n"""\n[e.g]\nh = 1\n[[e]]\n"f" = 2\n'
    places = [("a",), ("b",), ("b", "c", "d"), ("e", 0, "f"), ("e", 0, "g", "h"), ("e", 1, "f"), ("e", 1, "z"), ("z",)]
    assert [line_of(text, place) for place in places] == [1, 2, 3, 5, 9, 11, 10, 0]
