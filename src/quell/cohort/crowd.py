"""What became of many patients: a table with a row each, shares with Wilson intervals, numbers with their spread.

Intervals tell how far the draw of so many patients may miss the population; they say nothing about the model.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from quell.care.machine import compile_protocol
from quell.care.scenario import Scenario
from quell.cohort.fate import RESULTS, STAGES
from quell.cohort.result import Cohort
from quell.outcome.endpoint import answers_above
from quell.outcome.proportion import Proportion, wilson
from quell.outcome.summary import plain
from quell.outcome.why import marks

YES_NO = ("convulsed", "seizing_at_end", "recurred_within_1_h", "lost_responsiveness", "rescue_used")
NUMBERS = {  # column: words, unit, factor from the column
    "first_dose_s": ("first dose after onset", "min", 1 / 60),
    "silent_after_s": ("first dose to silence on the EEG, where it fell silent", "min", 1 / 60),
    "seizing_min": ("electrographic seizing in all", "min", 1.0),
    "first_dose.E_gaba": ("E_GABA of the focus at the first dose", "mV", 1.0),
    "first_dose.gaba_a": ("synaptic GABA-A receptors at the first dose", "1", 1.0),
    "first_dose.nmda": ("synaptic NMDA receptors at the first dose", "1", 1.0),
    "weans.first_s": ("first wean after onset, where one was tried", "h", 1 / 3600),
    "relapses.first_s": ("first return of seizures after onset, where one was seen", "h", 1 / 3600),
    "injury_worst": ("neurons lost in the worst patch", "1", 1.0),
}
NOTE = "Simulated patients. Research and teaching only; never for decisions at the bedside."


class Share(NamedTuple):
    """A share of patients: what is counted, in words, among whom, and the Proportion."""

    name: str
    words: str
    among: str
    proportion: Proportion


def table(cohort: Cohort, scenario: Scenario) -> pd.DataFrame:
    """One row per patient: person, arms, endpoints, stages, drugs. Times in s from onset, doses in mg."""
    plain_columns = [name for name in cohort.variables if not name.startswith("trace.")]
    made = pd.DataFrame({name: cohort.read(name) for name in plain_columns}, index=pd.RangeIndex(cohort.patients))
    for name in made.columns:
        if name in YES_NO:
            made[name] = made[name] > 0.5
        elif name.endswith("result"):
            made[name] = [RESULTS[int(code)] if np.isfinite(code) else "" for code in made[name]]
    made["silent_after_s"] = made["eeg_stopped_s"] - made["first_dose_s"]
    care = scenario.care
    machine = compile_protocol(scenario.course, care.arms, delivered=care.delivered, delay_factor=care.delay_factor)
    for name, drawn in machine.arms(scenario.seed, list(range(cohort.patients))).items():
        made[f"arm.{name}"] = list(drawn)
    made.insert(0, "patient", np.arange(cohort.patients))
    heads = ("patient", "person.", "arm.", "first_dose", "")
    ordered = sorted(made.columns, key=lambda name: next(k for k, head in enumerate(heads) if name.startswith(head)))
    return made.reindex(columns=ordered)


def shares(people: pd.DataFrame, end_s: float) -> list[Share]:
    """Every share that can be counted; `end_s` is when the records end."""
    return [Share(name, words, among, wilson(int((of & yes).sum()), int(of.sum())))
            for name, words, among, yes, of in _counted(people, end_s) if of.any()]  # fmt: skip


def summary(cohort: Cohort, scenario: Scenario, people: pd.DataFrame) -> dict[str, Any]:
    """The cohort as plain values for JSON: shares, numbers, shares by arm, and what it rests on."""
    end = float(scenario.duration)
    made: dict[str, Any] = {
        "scenario": scenario.name,
        "patients": cohort.patients,
        "seed": scenario.seed,
        "sha256": cohort.sha256,
        "shares": _as_dict(shares(people, end)),
        "numbers": {name: found for name in NUMBERS if (found := spread(people, name))},
        "arms": {
            column.removeprefix("arm."): {
                str(arm): _as_dict(shares(group, end)) for arm, group in people.groupby(column, sort=True)
            }
            for column in people.columns
            if column.startswith("arm.") and len(set(people[column])) > 1
        },
        "note": NOTE,
    }
    return plain(made)


def spread(people: pd.DataFrame, name: str) -> dict[str, Any]:
    """Median with its 95 % interval by order statistics, quartiles and 5-95 %; empty where nobody has the number."""
    words, unit, factor = NUMBERS[name]
    values = np.sort(people[name].to_numpy(float) * factor)
    values = values[np.isfinite(values)]
    if not values.size:
        return {}
    q05, q25, q50, q75, q95 = (float(q) for q in np.quantile(values, [0.05, 0.25, 0.5, 0.75, 0.95]))
    low, high = median_interval(values)
    return {
        "what": words, "unit": unit, "n": int(values.size), "median": q50, "median_low": low, "median_high": high,
        "q05": q05, "q25": q25, "q75": q75, "q95": q95,
    }  # fmt: skip


def median_interval(ordered: np.ndarray, level: float = 0.95) -> tuple[float, float]:
    """The interval between two order statistics that holds the median at least so surely; the extremes if few."""
    count = len(ordered)
    rank = int(stats.binom.ppf((1 - level) / 2, count, 0.5))
    rank -= int(stats.binom.cdf(rank - 1, count, 0.5) > (1 - level) / 2)
    rank = max(rank, 1)
    return float(ordered[rank - 1]), float(ordered[count - rank])


def _counted(people: pd.DataFrame, end_s: float) -> Iterator[tuple[str, str, str, Any, Any]]:
    """Name, words, among whom, who has it, who counts."""
    everybody = pd.Series(True, people.index)
    treated = people["first_dose_s"].notna()
    for name in STAGES:
        yield f"stage_{name.replace(' ', '_')}", f"stage: {name}", "all", people[f"stage.{name}_s"].notna(), everybody
    yield "treated", "was given a drug", "all", treated, everybody
    met = treated & (people["first_dose.result"] != "not seizing")
    for window in (marks().fast_window, marks().slow_window):
        minutes = f"{window / 60:g}"
        of = met & (people["first_dose_s"] + window <= end_s)
        words = f"EEG silent within {minutes} min of the first dose"
        yield f"silent_{minutes}_min", words, "seizing at the first dose", people["silent_after_s"] <= window, of
    back = people["eeg_stopped_s"].notna() & (people["eeg_stopped_s"] + 3600.0 <= end_s)
    words = "seizure back within an hour of silence"
    yield "recurred_within_1_h", words, "silent, an hour seen", people["recurred_within_1_h"], back
    tried = people["weans.held"] + people["weans.failed"] + people["weans.seizures_back"] > 0
    brought = people["weans.failed"] + people["weans.seizures_back"] > 0
    yield "weaned", "an anaesthetic was weaned and no seizure came back", "weaned, the window seen", ~brought, tried
    words = "a wean failed: status or the drug came back"
    yield "wean_failed", words, "weaned, the window seen", people["weans.failed"] > 0, tried
    again = people["relapses"] > 0
    yield "relapsed", "seizures came back after a silence", "given a drug", again, treated
    yield "rescue_used", "a further drug or dose", "given a drug", people["rescue_used"], treated
    yield "seizing_at_end", "seizing at the end", "all", people["seizing_at_end"], everybody
    answers = people["responsiveness_at_end"] > answers_above()
    yield "answers_at_end", "answers at the end", "all", answers, everybody
    for drug in (name.removesuffix(".mg") for name in people.columns if name.endswith(".mg")):
        judged = people[f"{drug}.result"].isin(["stopped", "returned", "shared", "failed"])
        words = f"{drug}: EEG silent after its first dose"
        yield drug, words, "seizing at that dose", people[f"{drug}.result"].isin(["stopped", "returned"]), judged


def _as_dict(found: list[Share]) -> dict[str, Any]:
    return {one.name: {"what": one.words, "among": one.among, **one.proportion._asdict()} for one in found}


def band(values: np.ndarray) -> Mapping[str, np.ndarray]:
    """Median, quartiles and 5-95 % over patients at every minute of a trace `[patients, minutes]`."""
    cuts = np.quantile(values, [0.05, 0.25, 0.5, 0.75, 0.95], axis=0)
    return dict(zip(("q05", "q25", "median", "q75", "q95"), cuts, strict=True))


def share_band(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Share of patients at every minute with its Wilson interval: (share, low, high), `[minutes]` each."""
    counts, of = values.astype(bool).sum(axis=0), len(values)
    found = {count: wilson(int(count), of) for count in np.unique(counts)}
    each = np.array([[found[c].share, found[c].low, found[c].high] for c in counts])
    return each[:, 0], each[:, 1], each[:, 2]
