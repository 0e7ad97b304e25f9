"""A result: the record of a run with everything said about it, in memory and as a folder that describes itself."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from quell.cohort import store
from quell.ground.errors import InputError
from quell.report.trace import SourceEeg

EEG, PICTURE, REPORT, SCENARIO = "eeg.edf", "overview.png", "report.html", "scenario.toml"
OPTIONAL = ("eeg", "states", "picture", "report")
SILENT_KINDS = ("judgement", "artefact")  # events that are said in the report but not marked on the EEG


@dataclass
class Result:
    """One run of one scenario.

    `record` is the Record (xarray), `events` the timeline (pandas: time_s, kind, what, detail, patient), `summary`
    and `manifest` plain values for JSON, `eeg_source` the source activity with what the scalp needs (full mode
    only), `scenario` what was run (its TOML text, or an object with `as_toml()`), `folder` where it was written.
    """

    record: xr.Dataset
    events: pd.DataFrame
    summary: dict[str, Any]
    manifest: dict[str, Any]
    eeg_source: SourceEeg | None = None
    scenario: Any = None
    folder: Path | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if "detail" not in self.events:
            self.events = self.events.assign(detail=self.events.get("reason", ""))

    def to_xarray(self) -> xr.Dataset:
        """The Record: dims (patient, time, patch), units and meanings in the attributes."""
        return self.record

    def plot(self, path: str | Path | None = None) -> Any:
        """The overview as a matplotlib Figure; with `path` also written there as PNG."""
        from quell.report import overview

        figure = overview.overview(self.record, self.events, eeg=self.eeg_source, title=self.title)
        if path is not None:
            overview.write(figure, Path(path))
        return figure

    @property
    def title(self) -> str:
        """The name of the scenario."""
        name = _said(self.scenario, "name") or "one patient"
        return name[:1].upper() + name[1:].replace("_", " ")

    def write(self, out: str | Path, *, outputs: Any = None, replace: bool = False) -> Path:
        """Write the whole folder, or nothing; gives its path.

        `outputs` chooses among eeg, states, picture and report (an object with those attributes, or a mapping of
        them to yes or no); by default what the scenario says, else all. Raises InputError if the folder exists
        and `replace` is not set.
        """
        wanted = _wanted(outputs if outputs is not None else getattr(self.scenario, "outputs", None))
        folder = Path(out)
        with store.prepared(folder, replace=replace) as part:
            hashes = self._write_numbers(part, wanted)
            self.manifest = {**self.manifest, "schema_version": store.SCHEMA_VERSION, "hashes": hashes}
            if wanted["picture"] or wanted["report"]:
                self._write_pictures(part, folder, wanted)
            self.manifest["outputs"] = sorted(path.name for path in part.iterdir())
            store.write_json(part / store.MANIFEST, self.manifest)
        self.folder = folder
        return folder

    @classmethod
    def read(cls, folder: str | Path) -> "Result":
        """A result from its folder; the source EEG is not kept there, the scalp EEG is (`quell.eeg.read`)."""
        folder = Path(folder)
        store.check_result(folder)
        if not (folder / store.STATES).is_dir():
            raise InputError(
                "this result was written without its states", file=str(folder), allowed=f"a folder with {store.STATES}"
            )
        text = (folder / SCENARIO).read_text(encoding="utf-8") if (folder / SCENARIO).is_file() else None
        return cls(
            record=store.read_states(folder / store.STATES),
            events=store.read_timeline(folder / store.TIMELINE),
            summary=store.read_json(folder / store.SUMMARY),
            manifest=store.read_json(folder / store.MANIFEST),
            scenario=text,
            folder=folder,
        )

    def _write_numbers(self, part: Path, wanted: Mapping[str, bool]) -> dict[str, Any]:
        """Everything that replication compares; gives the hashes."""
        store.write_timeline(part / store.TIMELINE, self.events)
        store.write_json(part / store.SUMMARY, self.summary)
        names = [store.TIMELINE, store.SUMMARY]
        text = _scenario_text(self.scenario)
        if text:
            store.write_bytes(part / SCENARIO, text.encode())
            names.append(SCENARIO)
        if wanted["eeg"] and self.eeg_source is not None:
            self._write_eeg(part / EEG, self.eeg_source)
            names.append(EEG)
        if wanted["states"]:
            store.write_states(part / store.STATES, self.record)
        hashes: dict[str, Any] = {name: _hash_file(part / name) for name in names}
        return hashes | {"states": store.hash_record(self.record)}

    def _write_eeg(self, path: Path, source: SourceEeg) -> None:
        from quell.eeg import edf
        from quell.eeg.leadfield import electrode_names

        told = self.events[~self.events["kind"].isin(SILENT_KINDS)]
        notes = [(float(t) - source.start_s, str(what)) for t, what in zip(told["time_s"], told["what"], strict=True)]
        notes = [(time, what) for time, what in notes if time >= 0]
        if source.start_s <= 0:
            notes.append((-source.start_s, "time 0 of the record"))
        edf.write(
            path,
            source.blocks(),
            source.fs,
            labels=electrode_names(),
            annotations=notes,
            patient=f"virtual_{source.patient}",
        )

    def _write_pictures(self, part: Path, folder: Path, wanted: Mapping[str, bool]) -> None:
        from quell.report import style
        from quell.report.page import page

        picture = style.png(self.plot())
        if wanted["picture"]:
            store.write_bytes(part / PICTURE, picture)
        if wanted["report"]:
            text = page(
                self.summary,
                self.events,
                picture,
                manifest=self.manifest,
                title=self.title,
                about=_said(self.scenario, "about"),
                folder=folder.name,
            )
            store.write_bytes(part / REPORT, text.encode())


def _wanted(outputs: Any) -> dict[str, bool]:
    if outputs is None:
        return dict.fromkeys(OPTIONAL, True)
    chosen = outputs if isinstance(outputs, Mapping) else {name: getattr(outputs, name, True) for name in OPTIONAL}
    if unknown := set(chosen) - set(OPTIONAL):
        raise InputError(f"no output is called {', '.join(sorted(unknown))}", allowed=", ".join(OPTIONAL))
    return {name: bool(chosen.get(name, True)) for name in OPTIONAL}


def _said(scenario: Any, field_name: str) -> str:
    """A text of the scenario, be it an object or TOML; empty where it says nothing."""
    if isinstance(scenario, str):
        return str(tomllib.loads(scenario).get(field_name, ""))
    return str(getattr(scenario, field_name, "") or "")


def _scenario_text(scenario: Any) -> str:
    if isinstance(scenario, str):
        return scenario
    return scenario.as_toml() if hasattr(scenario, "as_toml") else ""


def _hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
