"""A finished cohort: its folder, its hash, and its numbers read patient by patient or variable by variable."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from quell.cohort import piece
from quell.cohort.block import Block, split
from quell.engine.checkpoint import whole
from quell.ground.errors import InputError

SCHEMA = "quell cohort 1"
MANIFEST = "cohort.json"


@dataclass(frozen=True)
class Cohort:
    """All patients of one study; arrays come with the patients first, in the order of their ids."""

    out: Path
    manifest: dict[str, Any]
    reused: int = 0  # blocks that were finished before this run

    @property
    def patients(self) -> int:
        """Number of patients; ids are 0 to patients - 1."""
        return self.manifest["patients"]

    @property
    def sha256(self) -> str:
        """Hash of every number of every patient; the same for any workers, scheduler and order of blocks."""
        return self.manifest["sha256"]

    @property
    def settings(self) -> dict[str, Any]:
        """What the job was given."""
        return self.manifest["settings"]

    @property
    def variables(self) -> dict[str, Any]:
        """Name to [type, shape of one patient]."""
        return self.manifest["variables"]

    @cached_property
    def blocks(self) -> list[Block]:
        """The blocks the cohort was calculated in."""
        return split(self.patients, self.manifest["block"])

    @cached_property
    def patient_hashes(self) -> list[str]:
        """One SHA-256 per patient, over all its numbers."""
        return [digest for block in self.blocks for digest in self._record(block)["patients"][: block.kept]]

    def block(self, number: int) -> dict[str, np.ndarray]:
        """The numbers of one block, name to `[patients of the block, ...]`; checked against their hash."""
        block = self.blocks[number]
        return piece.read(self._folder, self._record(block), block.kept)

    def read(self, name: str) -> np.ndarray:
        """One variable of all patients, `[patients, ...]`."""
        if name not in self.variables:
            raise InputError(f'there is no "{name}"', file=str(self.out), allowed=", ".join(self.variables))
        return np.concatenate([self.block(block.number)[name] for block in self.blocks])

    def patient(self, patient: int) -> dict[str, np.ndarray]:
        """All numbers of one patient."""
        if not 0 <= patient < self.patients:
            what = f"there is no patient {patient}"
            raise InputError(what, file=str(self.out), allowed=f"0 to {self.patients - 1}")
        number, lane = divmod(patient, self.manifest["block"])
        return {name: array[lane] for name, array in self.block(number).items()}

    def differs_from(self, other: "Cohort") -> np.ndarray:
        """Ids of the patients who have any number that is not bit for bit the other's."""
        if self.patients != other.patients:
            what = f"cohorts of {self.patients} and {other.patients} patients cannot be compared"
            raise InputError(what, allowed="cohorts of the same patients")
        return np.flatnonzero(np.array(self.patient_hashes) != np.array(other.patient_hashes))

    @property
    def _folder(self) -> Path:
        return self.out / self.manifest["folder"]

    def _record(self, block: Block) -> dict[str, Any]:
        path = piece.piece_path(self._folder, block.number).with_suffix(".json")
        try:
            record = json.loads(path.read_bytes())
            if self.manifest["pieces"][block.number] == record["sha256"]:
                return record
        except (OSError, ValueError, KeyError, TypeError):
            pass
        raise InputError(f"{block} is not the one of the manifest", file=str(path), allowed="a run again, to mend it")


def open_cohort(out: Path) -> Cohort:
    """The finished cohort in a folder; InputError if there is none."""
    path = Path(out) / MANIFEST
    if not path.is_file():
        raise InputError("there is no finished cohort", file=str(path), allowed="the folder of a finished run")
    try:
        manifest = json.loads(path.read_bytes())
        if manifest["schema"] == SCHEMA:
            return Cohort(Path(out), manifest)
    except (ValueError, KeyError, TypeError):
        pass
    raise InputError("it cannot be read", file=str(path), allowed=f'a manifest of the schema "{SCHEMA}"')


def write_manifest(out: Path, manifest: dict[str, Any]) -> None:
    """Write the manifest whole; from this moment the cohort is finished."""
    with whole(out / MANIFEST) as file:
        file.write((json.dumps({"schema": SCHEMA} | manifest, indent=1) + "\n").encode())
