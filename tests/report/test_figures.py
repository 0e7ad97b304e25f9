"""Figures: they draw every kind of record without a warning, show the doses, and leave no settings behind."""

from dataclasses import replace

import matplotlib
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from synthetic_record import synthetic_events, synthetic_record

from quell.outcome.proportion import wilson
from quell.report import compare, overview, panel, style, tolerance_panel
from quell.report.trace import SHOWN
from quell.report.view import View


def texts(figure):
    return [text.get_text() for text in figure.findobj(matplotlib.text.Text) if text.get_text()]


def test_the_overview_names_dose_thresholds_and_warning(record, events, eeg):
    figure = overview.overview(record, events, eeg=eeg, title="Early")
    said = texts(figure)
    for word in ("Early", "lorazepam 4 mg", "rest −65 mV", "threshold −50 mV", "refractory −42 mV", "healthy −73 mV"):
        assert word in said
    assert any("never for decisions at the bedside" in word for word in said)
    assert set(SHOWN) <= set(said)


def test_a_figure_has_the_size_it_was_asked_for_and_the_same_bytes_twice(record, events):
    first, second = (style.png(overview.overview(record, events)) for _ in range(2))
    assert first == second
    assert first[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(first[16:20], "big") == overview.WIDTH_PX


def test_drawing_leaves_no_settings_behind(record):
    before = dict(matplotlib.rcParams)
    overview.overview(record)
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize(
    "made",
    [
        {"doses": ()},
        {"seizures": (), "doses": ()},
        {"patches": ("focus", "rest")},
        {"end_s": 90_000.0, "doses": (("propofol", 3600.0, 20000.0, 70_000.0), ("lorazepam", 600.0, 4.0, 120.0))},
        {"seizures": ((0.0, 30.0),), "start_s": 0.0, "end_s": 60.0, "doses": ()},
    ],
    ids=["untreated", "healthy", "two patches", "a day", "a minute"],
)
def test_every_kind_of_record_can_be_drawn(made):
    record = synthetic_record(**made)
    assert len(style.png(overview.overview(record, synthetic_events(record)))) > 10_000


def test_a_picture_of_two_weeks_tells_time_up_to_its_end():
    record = synthetic_record(((0.0, 3600.0),), (), end_s=14 * 86_400.0)
    figure = overview.overview(record)
    (low,) = [ax for ax in figure.axes if ax.get_xlabel().startswith("hours")]
    told = [label.get_text() for label in low.get_xticklabels()]
    assert told[-1] == "336" and {"168", "240"} <= set(told)


def test_a_brief_seizure_is_not_lost_in_a_long_picture():
    record = synthetic_record(((40_000.0, 40_020.0),), (), end_s=172_800.0)
    coarse, edges = panel._fit(record["rate_E"].isel(patient=0).values, View.of(record), most=500)
    assert coarse.max() == pytest.approx(float(record["rate_E"].max()))
    assert len(edges) == len(coarse) + 1


def test_long_records_stretch_the_early_hours_and_keep_the_order_of_time():
    view = View.of(synthetic_record(end_s=90_000.0, doses=()))
    times = np.array([-300.0, 0.0, 600.0, 3600.0, 90_000.0])
    assert np.all(np.diff(view.x(times)) > 0)
    assert view.x(3600.0) - view.x(0.0) > view.x(90_000.0) - view.x(86_400.0)


def test_names_of_doses_do_not_overlap():
    doses = [("lorazepam", 600.0, 4.0, 60.0), ("levetiracetam", 700.0, 4200.0, 60.0), ("lorazepam", 800.0, 4.0, 60.0)]
    view = View.of(synthetic_record(doses=doses))
    flags = view.flags(100.0)
    assert [flag.text for flag in flags] == ["lorazepam 4 mg + 4 mg", "levetiracetam 4200 mg"]
    assert flags[0].row > flags[1].row


def test_many_doses_in_a_row_are_counted_and_not_written_out():
    doses = [("propofol", 600.0 + 20 * k, 70.0 + k, 10.0) for k in range(9)]
    (flag,) = View.of(synthetic_record(doses=doses)).flags(100.0)
    assert flag.text == "propofol 70 mg + 8 more"


def test_labels_at_the_ends_of_lines_keep_their_distance_and_order():
    placed = style.spread([1.0, 1.01, 0.2], 0.1)
    assert placed[1] - placed[0] == pytest.approx(0.1)
    assert placed[2] < placed[0]


def test_the_comparison_says_what_happened_in_each_column(record):
    late = synthetic_record(((0.0, 1200.0),), (("lorazepam", 300.0, 4.0, 120.0),), start_s=-60.0, end_s=1200.0)
    columns = [compare.Course("At 10 minutes", record), compare.Course("At 5 minutes", late)]
    cohort = [("early", wilson(30, 50)), ("late", wilson(9, 50))]
    said = texts(compare.compare(columns, title="Two courses", cohort=cohort))
    assert "At 10 minutes: the EEG falls silent" in said
    assert "At 5 minutes: the seizure goes on" in said
    assert "30/50 = 60% (46% to 72%)" in said


def test_columns_of_a_comparison_share_their_scales(record):
    other = synthetic_record(((0.0, 7000.0),), (), end_s=7200.0)
    figure = compare.compare([compare.Course("a", record), compare.Course("b", other)], title="t")
    by_title = {}
    for ax in figure.axes:
        by_title.setdefault(ax.get_title(loc="left"), []).append(ax.get_ylim())
    for name in ("E_GABA in the focus", "Receptors at the synapse, own reserve"):
        first, second = by_title[name]
        assert first == second


def test_an_excerpt_is_where_it_says_it_is(eeg):
    assert eeg.around(300.0).shape == (2000, 8)
    assert eeg.around(300.0).std() > 2 * eeg.around(1100.0).std()
    assert len(eeg.around(-60.0)) == 2000
    assert len(eeg.around(1195.0)) == 1000


def test_tolerance_is_drawn_where_a_run_had_it_and_nowhere_else(record):
    ramp = record["rate_E"] * 0 + np.linspace(0.0, 0.9, record.sizes["time"])[None, :, None]
    adapted = {name: ramp if name.startswith("adapted") else 1.0 - 0.34 * ramp for name in tolerance_panel.LINES}
    view = View.of(record.assign(adapted), 0)
    assert tolerance_panel.there(view) and not tolerance_panel.there(View.of(record, 0))
    with style.look():
        ax = style.canvas(600, 200).add_subplot()
        tolerance_panel.adapted(ax, view)
    assert len(ax.lines) == len(tolerance_panel.LINES)
    assert {"α1 adapted", "benzodiazepine left"} <= set(texts(ax.figure))


def test_a_coma_led_by_the_eeg_shows_suppression_target_and_alarms(record, events):
    share = xr.zeros_like(record["seizing"], float).assign_attrs(units="1") + 0.7
    led = record.assign(suppression=share).assign_attrs(targets={"propofol": [0.8, 0.15]})
    alarm = {"time_s": 700.0, "kind": "mark", "what": "alarm: flat EEG", "detail": "", "patient": 0}
    said = texts(overview.overview(led, pd.concat([events, pd.DataFrame([alarm, alarm])])))
    assert "target 0.8" in said and "by propofol" in said and "flat EEG (2)" in said
    assert any("Suppressed share" in word for word in said)
    plain = texts(overview.overview(record.assign(suppression=share), events))
    assert not any("Suppressed share" in word for word in plain)


def test_the_eeg_of_a_run_grows_with_the_seizure_that_its_record_tells(record, eeg):
    told = (record["rate_E"].dims, np.broadcast_to(record["seizing"].values[..., None], record["rate_E"].shape))
    untold = record.drop_vars("seizing_patch", errors="ignore").isel(patient=0)
    beside = replace(eeg, record=untold, source=0 * eeg.source).around(600.0).var()  # background and muscle do not grow
    grown, as_it_was = (
        np.sqrt(replace(eeg, record=one).around(600.0).var() - beside)
        for one in (record.assign(seizing_patch=told).isel(patient=0), untold)
    )
    assert 3 < grown / as_it_was < 6.5  # up to six times the area


def test_the_eeg_of_a_run_is_flat_where_its_record_tells_that_input_is_withheld(record, eeg):
    whole = (record["rate_E"].dims, np.ones(record["rate_E"].shape))
    flat, as_it_was = (
        replace(eeg, record=one.isel(patient=0), source=0 * eeg.source).around(60.0).std()
        for one in (record.assign(withheld=whole), record.drop_vars("withheld", errors="ignore"))
    )
    assert flat < 0.5 * as_it_was
