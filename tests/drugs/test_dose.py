"""Orders in words: the bedside's sentences are read, given back, capped, or refused with a reason."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quell.drugs import library
from quell.drugs.dose import Infusion, Order, Rate, parse_order
from quell.ground.errors import InputError

positive = st.floats(1e-6, 1e6, allow_nan=False)
seconds = st.one_of(st.integers(1, 200_000).map(float), st.floats(0.1, 1e6))


@st.composite
def orders(draw):
    entry = library.entry(draw(st.sampled_from(library.names())))
    rates = st.builds(Rate, positive, st.booleans())
    infusion = draw(st.none() | st.builds(Infusion, rates, st.none() | seconds))
    if entry.mac:  # a vapour: strengths only, one number per order
        strengths = st.builds(Rate, positive)
        lasting = draw(st.none() | seconds)
        caps = tuple(draw(st.lists(strengths, max_size=2)))
        return Order(entry.name, "inhaled", max_rates=caps, infusion=Infusion(draw(strengths), lasting))
    head = {"drug": entry.name, "route": draw(st.sampled_from(entry.routes)), "equivalents": entry.equivalents}
    caps = tuple(draw(st.lists(rates, max_size=2)))
    if infusion is not None and draw(st.booleans()):
        return Order(**head, max_rates=caps, infusion=infusion)
    over, rate = draw(st.sampled_from([(None, None), (draw(seconds), None), (None, draw(rates))]))
    repeats = draw(st.integers(0, 5))
    return Order(
        **head,
        amount=draw(positive),
        per_kg=draw(st.booleans()),
        over_s=over,
        rate=rate,
        max_mg=draw(st.none() | positive),
        max_rates=caps,
        repeats=repeats,
        repeat_after_s=draw(seconds) if repeats else None,
        infusion=infusion,
    )


@settings(deadline=None)
@given(orders())
def test_an_order_read_from_its_own_words_is_the_same_order(order):
    assert parse_order(order.words()) == order


@settings(deadline=None)
@given(st.text(max_size=60) | st.text(alphabet="lorazepm 0.1mg/kgIV,over2 min5atPEthendr", max_size=60))
def test_any_text_gives_an_order_or_a_clear_error(text):
    for words in (text, f"lorazepam {text}", f"lorazepam 4 mg IV {text}", f"lorazepam 4 mg IV, {text}"):
        try:
            assert parse_order(parse_order(words).words()) == parse_order(words)
        except InputError as error:
            assert str(error)


def test_the_guideline_sentence_is_read_word_by_word():
    order = parse_order("lorazepam 0.1 mg/kg IV over 2 min, max 4 mg, repeat once at 5 min")
    assert order == Order("lorazepam", "IV", 0.1, True, over_s=120.0, max_mg=4.0, repeats=1, repeat_after_s=300.0)
    assert order.line == "lorazepam/IV"


@pytest.mark.parametrize(
    "words",
    [
        "lorazepam 0.1 mg/kg IV over 2 min, max 4 mg, repeat once at 5 min",
        "midazolam 10 mg IM",
        "propofol 2 mg/kg IV over 5 min then 3 mg/kg/h for 24 h",
        "phenytoin 20 mg/kg IV at 50 mg/min",
        "fosphenytoin 20 mg PE/kg IV over 10 min, max 1500 mg PE",
        "midazolam 0.2 mg/kg/h IV for 24 h",
        "diazepam 0.5 mg/kg rectal, max 20 mg",
    ],
)
def test_common_orders_come_back_in_the_same_words(words):
    assert parse_order(words).words() == words


@pytest.mark.parametrize(
    ("words", "same"),
    [
        ("valproic acid 3 g IV over 10 min", "valproate 3000 mg IV over 10 min"),
        ("Ativan 4 mg intravenously", "lorazepam 4 mg IV"),
        ("propofol 30 ug/kg/min IV", "propofol 1.8 mg/kg/h IV"),
        ("Lorazepam  0.1 mg / kg  IV,  may repeat once after 300 s", "lorazepam 0.1 mg/kg IV, repeat once at 5 min"),
        ("midazolam 0.2 mg/kg/h IV until stopped", "midazolam 0.2 mg/kg/h IV"),
    ],
)
def test_other_spellings_mean_the_same_order(words, same):
    assert parse_order(words).words() == same


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("lorazpam 4 mg IV", "did you mean lorazepam"),
        ("aspirin 4 mg IV", "no drug of the library"),
        ("lorazepam 4 IV", "without a unit"),
        ("lorazepam -4 mg IV", "not positive"),
        ("lorazepam 0 mg IV", "not positive"),
        ("lorazepam nan mg IV", "not finite"),
        ("lorazepam inf mg IV", "not finite"),
        ("lorazepam 4 mg", "names no route"),
        ("propofol 2 mg/kg IM", "cannot be given 'IM'"),
        ("lorazepam 4 mL IV", "not a quantity in mg"),
        ("lorazepam 4 mg IV over 2 min at 2 mg/min", "not a time"),
        ("lorazepam 4 mg IV over 2 min, at 2 mg/min", "both a time and a rate"),
        ("lorazepam 4 mg IV, max 4 mg, max 3 mg", "second time"),
        ("lorazepam 4 mg IV, max 0.1 mg/kg", "no cap"),
        ("lorazepam 4 mg IV, repeat once", "not understood"),
        ("lorazepam 4 mg IV, gently", "not understood"),
        ("fosphenytoin 20 mg/kg IV", "needs its dose in PE"),
        ("phenytoin 20 mg PE/kg IV", "not ordered in PE"),
        ("fosphenytoin 20 mg PE/kg IV, max 1500 mg", "differ in unit"),
        ("propofol 2 mg/kg/h IV, max 200 mg", "is an infusion"),
        ("", "does not start with a drug"),
    ],
)
def test_what_cannot_be_given_is_refused_with_file_line_and_reason(words, complaint):
    with pytest.raises(InputError, match=complaint) as caught:
        parse_order(words, file="protocol.toml", line=7, field="give")
    assert str(caught.value).startswith("protocol.toml:7, give: ")


def test_the_cap_makes_a_heavy_adult_receive_less_per_kg():
    order = parse_order("lorazepam 0.1 mg/kg IV over 2 min, max 4 mg")
    assert order.mg(80.0) / 80.0 == pytest.approx(0.05)
    assert order.mg(20.0) == pytest.approx(2.0)


@pytest.mark.parametrize("weight", [0.0, -70.0, 1000.0, float("nan")])
def test_absurd_weights_are_refused(weight):
    with pytest.raises(InputError, match="no body weight"):
        parse_order("lorazepam 0.1 mg/kg IV").mg(weight)


def test_eighteen_mg_per_kg_of_phenytoin_at_fifty_a_minute_takes_twenty_five_minutes():
    order = parse_order("phenytoin 18 mg/kg IV at 50 mg/min")
    assert order.lasts_s(70.0) / 60 == pytest.approx(25.2)


def test_a_rate_cap_can_only_lengthen_an_infusion():
    fast = parse_order("fosphenytoin 20 mg PE/kg IV over 5 min, max 150 mg PE/min")
    assert fast.lasts_s(70.0) == pytest.approx(1400 / 150 * 60)
    slow = parse_order("fosphenytoin 20 mg PE/kg IV over 30 min, max 150 mg PE/min")
    assert slow.lasts_s(70.0) == pytest.approx(1800.0)


def test_segments_deliver_the_whole_dose_and_then_the_infusion():
    push, drip = parse_order("propofol 2 mg/kg IV over 5 min then 3 mg/kg/h for 24 h").segments(70.0, start_s=60.0)
    assert push.mg_per_s * push.duration_s == pytest.approx(140.0)
    assert (drip.start_s, drip.duration_s) == (360.0, 86400.0)
    assert drip.mg_per_s * 3600 == pytest.approx(210.0)
