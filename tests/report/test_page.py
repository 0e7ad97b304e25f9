"""Report page: one offline file that says what happened, why, and that it is no advice."""

import re
from html.parser import HTMLParser

import pandas as pd
import pytest
from synthetic_record import synthetic_events, synthetic_record

from quell.outcome.summary import summary
from quell.report.page import count_grades, page

PNG = b"\x89PNG\r\n\x1a\n"


class Nesting(HTMLParser):
    """Checks that every tag that opens is closed in order."""

    EMPTY = ("meta", "img", "br", "link", "hr")

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def late():
    record = synthetic_record()
    return summary(record, synthetic_events(record)), synthetic_events(record)


def test_the_page_says_why_each_drug_did_or_did_not_work(late):
    text = page(*late, PNG, title="Late", folder="out/late")
    assert "Lorazepam 4 mg at 40 min" in text and "did not stop it" in text
    assert "above the firing threshold of −50 mV" in text
    assert "Levetiracetam 4200 mg at 1 h" in text
    assert "quell replicate out/late" in text
    assert "never for decisions at the bedside" in text


def test_the_page_needs_nothing_from_outside(late):
    text = page(*late, PNG)
    assert "data:image/png;base64,iVBORw0KGgo=" in text
    assert not re.search(r"https?://|<script|<link|url\(|@import", text)


def test_the_page_is_well_formed(late):
    parser = Nesting()
    parser.feed(page(*late, PNG))
    assert parser.open == []


def test_words_from_a_scenario_cannot_become_markup(late):
    told, events = late
    odd = pd.concat([events, events.iloc[[0]].assign(what="<script>alert(1)</script>")])
    text = page(told, odd, PNG, title="<b>bold</b>", about="a & b")
    assert "<script>" not in text and "&lt;script&gt;" in text
    assert "&lt;b&gt;bold" in text and "a &amp; b" in text


def test_the_timeline_is_told_in_order(late):
    text = page(*late, PNG)
    order = [text.index(f">{words}<") for words in ("seizure begins", "early status", "established status")]
    assert order == sorted(order)


def test_an_untreated_patient_has_a_page():
    record = synthetic_record(((0.0, 7200.0),), ())
    text = page(summary(record, synthetic_events(record)), synthetic_events(record), PNG)
    assert "Nothing was given." in text and "not in this record" in text


def test_grades_are_counted_over_all_cards(late):
    counted = count_grades()
    assert counted["A"] > 0 and counted["D"] > 0
    assert "<b>7</b> recalled or assumed (D)" in page(*late, PNG, grades={"D": 7})
