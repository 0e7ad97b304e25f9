"""Harm of a patient: extremes and durations from onset on, and none without a body."""

import numpy as np
import pytest
import xarray as xr

from quell.outcome.harm import NEEDED, harm


def record(**series):
    time = np.arange(-50.0, 601.0, 10.0)
    usual = {"pressure": 90.0, "spo2": 97.0, "PaCO2": 40.0, "ph": 7.4, "lactate": 1.0, "ck": 100.0}
    usual |= {"arrhythmia": 0.0, "ventilated": 0.0}
    values = {name: np.full(time.shape, value) for name, value in usual.items()}
    for name, (at_s, value) in series.items():
        values[name] = np.where(time > at_s, value, values[name])
    return xr.Dataset({name: ("time", value) for name, value in values.items()}, coords={"time": time})


def test_minutes_of_low_pressure_and_hours_on_the_ventilator_are_counted():
    found = harm(record(pressure=(300.0, 60.0), ventilated=(0.0, 1.0)))
    assert found["pressure_low_min"] == pytest.approx(5.0)
    assert found["least_pressure"] == 60.0
    assert found["ventilated_h"] == pytest.approx(1 / 6)


def test_what_lies_before_onset_does_not_count():
    early = record()
    early["pressure"][:3] = 20.0
    assert harm(early)["least_pressure"] == 90.0


def test_without_a_body_there_is_nothing_to_tell():
    assert harm(record().drop_vars("lactate")) == {}
    assert set(NEEDED) <= set(record().variables)
