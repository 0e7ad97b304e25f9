"""A list of drugs: times, lines of treatment, infusions that end, and one sentence for a mistake."""

from datetime import datetime

import pytest

from quell.care.drug_list import line_of, read_drugs
from quell.ground.errors import InputError


def listed(tmp_path, *rows, head="time,drug,dose", start=None):
    path = tmp_path / "drugs.csv"
    path.write_text("\n".join((head, *rows)) + "\n", encoding="utf-8")
    return read_drugs(path, start)


def test_lines_of_treatment_follow_from_drug_and_dose(tmp_path):
    rows = (
        "0:15,Ativan,4 mg",
        "0:35:30,levetiracetam,60 mg/kg",
        "90 min,propofol,3 mg/kg/h",
        "2:00,norepinephrine,1 mg",
    )
    told = listed(tmp_path, *rows)
    assert [(given.time_s, given.drug, given.line) for given in told] == [
        (900.0, "lorazepam", "first"), (2130.0, "levetiracetam", "second"),
        (5400.0, "propofol", "anaesthetic"), (7200.0, "norepinephrine", ""),
    ]  # fmt: skip
    assert told[0].words == "lorazepam 4 mg (first line)" and told[3].words == "norepinephrine 1 mg"
    assert line_of("midazolam", infusion=True) == "anaesthetic" and line_of("propofol", infusion=False) == ""


def test_an_infusion_is_one_from_its_first_rate_to_its_end(tmp_path):
    told = listed(
        tmp_path,
        "26:00,propofol,stop",
        "1:30,propofol,3 mg/kg/h",
        "3:00,propofol,5 mg/kg/h",
        "30:00,propofol,2 mg/kg/h",
    )
    assert [(given.time_s / 3600, given.stop_s and given.stop_s / 3600) for given in told] == [
        (1.5, 26.0),
        (30.0, None),
    ]


def test_a_date_counts_from_the_start_of_the_record_and_a_minus_before_it(tmp_path):
    start = datetime(2026, 1, 31, 14, 0)
    told = listed(tmp_path, "2026-01-31 14:05,lorazepam,4 mg", "-0:10,diazepam,10 mg", start=start)
    assert [given.time_s for given in told] == [-600.0, 300.0]


def test_a_column_line_overrules(tmp_path):
    (told,) = listed(tmp_path, "0:15,lorazepam,4 mg,none", head="time,drug,dose,line")
    assert told.line == ""


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("soon,lorazepam,4 mg", "line|drugs.csv:2: 'soon' is no time"),
        ("0:15,lorazepan,4 mg", "did you mean lorazepam"),
        ("0:15,lorazepam,4", "dose without a unit"),
        ("0:15,lorazepam", "2 columns"),
        ("1:00,propofol,stop", "was not running"),
        ("2026-01-31 14:05,lorazepam,4 mg", "does not say when it began"),
    ],
)
def test_a_mistake_is_one_sentence_with_its_line(tmp_path, row, said):
    with pytest.raises(InputError, match=said) as caught:
        listed(tmp_path, row)
    assert "drugs.csv:2" in str(caught.value)


def test_a_file_that_is_no_list_is_refused(tmp_path):
    with pytest.raises(InputError, match="name the columns"):
        listed(tmp_path, "0:15,lorazepam,4 mg", head="when,what,how much")
    (tmp_path / "a.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="cannot be read as text"):
        read_drugs(tmp_path / "a.csv")
    with pytest.raises(InputError, match="cannot be read"):
        read_drugs(tmp_path / "missing.csv")
