"""What decided besides the seizure: told from the events of a run, in order, and in one sentence where it matters."""

from quell.care.timeline import Event
from quell.outcome.acting import acting
from quell.outcome.besides import UNSURVIVED, besides

HOUR = 3600.0
SYNDROME = "propofol has closed 44% of the burning of fat: the infusion syndrome"


def level(time_s, what, drug="valproate"):
    return Event(time_s, "level", what, "usual range 50 to 100 mg/L (article, grade B); total 50 mg/L", drug=drug)


def test_an_interaction_is_told_with_its_size_and_with_the_level_that_left_its_range_after_it():
    pair = "meropenem and valproate"
    says = "meropenem takes valproate away; total 80 mg/L"
    low = level(36 * HOUR, "total valproate has fallen below its usual range: 50 mg/L")
    high = level(1 * HOUR, "total valproate is above its usual range: 100 mg/L")
    begins = Event(24 * HOUR, "interaction", f"{pair} begins to matter: clearance of valproate x 1.20", says)
    begins = begins._replace(drug="valproate")
    most = Event(
        72 * HOUR, "interaction", f"{pair} is strongest: clearance of valproate x 1.75", says, drug="valproate"
    )
    early, late = besides([high, begins, low, most])
    assert (early.from_s, early.title) == (1 * HOUR, "Levels of valproate")
    assert "100 mg/L" in early.words and "50 mg/L" not in early.gist
    assert late.title == "Meropenem and valproate in one body"
    assert "Clearance of valproate x 1.20 from 24 h on, x 1.75 at its strongest." in late.words
    assert late.gist == "Meropenem and valproate: total valproate has fallen below its usual range: 50 mg/L at 36 h."


def test_the_infusion_syndrome_is_told_from_its_first_sign_and_a_heart_that_fails_is_not_survived():
    signs = [
        Event(34 * HOUR, "body", "lactate above 5 mmol/L", SYNDROME),
        Event(35 * HOUR, "body", "lactate above 5 mmol/L", SYNDROME),
        Event(60 * HOUR, "body", "the rhythm of the heart fails", SYNDROME),
    ]
    (one,) = besides([Event(60.0, "body", "lactate above 5 mmol/L", "muscle at work in convulsion"), *signs])
    assert one.from_s == 34 * HOUR
    assert one.words.count("lactate above 5 mmol/L") == 1  # each sign where it first came
    assert "began at 34 h" in one.gist and "failed at 60 h" in one.gist and UNSURVIVED in one.gist


def test_nothing_is_told_where_nothing_happened():
    assert besides([Event(600.0, "dose", "lorazepam 4 mg IV", drug="lorazepam")]) == []


def test_drugs_that_are_no_treatment_of_seizures_are_not_judged_as_one():
    assert all(acting(drug).aside for drug in ("meropenem", "norepinephrine", "rocuronium"))
    assert not any(acting(drug).aside for drug in ("lorazepam", "pyridoxine", "anakinra", "magnesium", "tariquidar"))
