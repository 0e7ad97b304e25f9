"""A run that has not ended: its state and its record so far, beside its folder, whole at every moment.

    OUT.unfinished/scenario.toml          what runs, settings included
    OUT.unfinished/run.json               how it runs: versions, fingerprints, macro steps in all
    OUT.unfinished/record-A-B.npz         the record of the macro steps A to B
    OUT.unfinished/state-B.npz            the state after macro step B (a checkpoint; the newest two are kept)

Every file gets its name only when it is complete, the record before the state, so a run that was killed at any moment
goes on from its newest state to the same bits. The code must be the same: bits are promised for one code only.
"""

import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from quell.cohort.fingerprint import changed, fingerprint
from quell.cohort.store import read_json, write_bytes, write_json
from quell.cohort.study import versions
from quell.engine import checkpoint
from quell.ground.errors import InputError

END, RUN, SCENARIO = ".unfinished", "run.json", "scenario.toml"
STATES = 2  # states kept: should the newest be damaged, the one before it serves
STATE = re.compile(r"state-(\d{9})\.npz")
RECORD = re.compile(r"record-(\d{9})-(\d{9})\.npz")
Pieces = Sequence[Mapping[str, np.ndarray]]


class Unfinished:
    """The folder of one unfinished run. `folder` is OUT.unfinished, `out` the folder the result will have."""

    def __init__(self, out: Path):
        self.out = Path(out)
        self.folder = self.out.with_name(self.out.name + END)

    @classmethod
    def find(cls, place: Path) -> tuple["Unfinished", int | None]:
        """The unfinished run at OUT, OUT.unfinished or one of its state files (then with its macro step)."""
        place = Path(place)
        state = STATE.fullmatch(place.name)
        folder = place.parent if state else place
        out = folder.with_name(folder.name.removesuffix(END)) if folder.name.endswith(END) else folder
        found = cls(out)
        if not found.moments():
            done = "this result is finished" if (out / "manifest.json").is_file() else "no unfinished run is kept here"
            allowed = f"the folder of an interrupted run, {out.name}{END}, or a state file in it"
            raise InputError(done, file=str(place), field="--resume", allowed=allowed)
        if state and not place.is_file():
            raise InputError("there is no such file", file=str(place), allowed=", ".join(found._states()))
        return found, int(state[1]) if state else None

    def moments(self) -> list[int]:
        """The macro steps after which a state is kept, oldest first."""
        return sorted(
            int(found[1]) for path in self.folder.glob("state-*.npz") if (found := STATE.fullmatch(path.name))
        )

    def begin(self, scenario: str, about: Mapping[str, Any]) -> None:
        """Make the folder anew for this scenario (TOML); `about` is what a resumed run must know, JSON."""
        self.remove()
        try:
            self.folder.mkdir(parents=True)
        except OSError as error:
            what = f"the folder cannot be made ({error.strerror})"
            raise InputError(what, file=str(self.folder), field="out", allowed="a folder that can be written") from None
        write_bytes(self.folder / SCENARIO, scenario.encode())
        write_json(self.folder / RUN, {"versions": versions(), "fingerprint": fingerprint(), **about})

    def about(self) -> dict[str, Any]:
        """What `begin` wrote; InputError where Quell itself is not the one that began this run."""
        told = read_json(self.folder / RUN)
        now = versions()
        other = [
            f"{name} {told['versions'].get(name)} -> {now[name]}"
            for name in now
            if told["versions"].get(name) != now[name]
        ]
        other += changed(told["fingerprint"], fingerprint())
        if other:
            what = (
                f"Quell is not the one that began this run ({', '.join(other[:4])}{', ...' if len(other) > 4 else ''})"
            )
            raise InputError(what, file=str(self.folder), allowed="the same versions, or a new run with --replace")
        return told

    def keep(self, state: Any, step: int, pieces: Pieces, *, seconds: float) -> None:
        """Keep the state after macro step `step` and the pieces of the record since the last one kept."""
        length = sum(len(piece["time"]) for piece in pieces)
        joined = {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}
        path = self.folder / f"record-{step - length:09d}-{step:09d}.npz"
        checkpoint.write_archive(path, joined, {"from": step - length, "to": step})
        checkpoint.save(self.folder / f"state-{step:09d}.npz", state, step, seconds=seconds)
        for old in self.moments()[:-STATES]:
            (self.folder / f"state-{old:09d}.npz").unlink(missing_ok=True)

    def back(self, template: Any, at: int | None = None) -> tuple[Any, int, list[dict[str, np.ndarray]]]:
        """The newest whole state (or the one `at`), its macro step, and the record up to there.

        What was kept beyond that step is removed. InputError names the file where nothing can be read.
        """
        faults: list[InputError] = []
        for step in [at] if at is not None else self.moments()[::-1]:
            try:
                state, _ = checkpoint.load(self.folder / f"state-{step:09d}.npz", template)
                pieces = self._record(step)
            except InputError as fault:
                faults.append(fault)
                continue
            self._forget_beyond(step)
            return state, step, pieces
        raise faults[0]

    def remove(self) -> None:
        """Remove the folder and all it keeps."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _record(self, step: int) -> list[dict[str, np.ndarray]]:
        spans = {found[1]: found[2] for p in self.folder.glob("record-*.npz") if (found := RECORD.fullmatch(p.name))}
        begin, end, pieces = f"{0:09d}", f"{step:09d}", []
        while begin != end:
            if begin not in spans:
                what = f"the record from macro step {int(begin)} on is missing"
                raise InputError(what, file=str(self.folder), allowed="the folder as the run left it")
            pieces.append(checkpoint.read_archive(self.folder / f"record-{begin}-{spans[begin]}.npz")[1])
            begin = spans[begin]
        return pieces

    def _forget_beyond(self, step: int) -> None:
        for path in self.folder.glob("*.npz"):
            found = STATE.fullmatch(path.name) or RECORD.fullmatch(path.name)
            if found and int(found.groups()[-1]) > step:
                path.unlink(missing_ok=True)

    def _states(self) -> list[str]:
        return [f"state-{step:09d}.npz" for step in self.moments()]
