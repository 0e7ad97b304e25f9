"""Many patients: blocks given to workers, each kept as it finishes, and one manifest at the end.

    OUT/cohort.json                       the manifest, written last: settings, versions, hashes, hardware
    OUT/blocks/<fingerprint>/block-N.npz  the numbers of block N, and what they are in block-N.json

A run that was stopped, by any means, goes on where it was when the same call is made again: finished blocks with the
right hash and the same fingerprint (job, settings, versions, code) are kept, all others are made anew. Results of
other settings in the same folder stay untouched, under their own fingerprint.
"""

from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from quell.cohort import piece, pulse
from quell.cohort.block import LANES, Block, in_order, split
from quell.cohort.result import Cohort, write_manifest
from quell.cohort.scheduler import Died, Scheduler, choose, refuse_inside_worker
from quell.cohort.study import Study, describe, hardware
from quell.cohort.task import run_block
from quell.ground.errors import InputError, InterruptedRun, QuellError

SHOWN = 3  # blocks named in one error


class BlockError(QuellError):
    """A block could not be calculated; the message names it, says why, and how to go on."""


def run_cohort(
    job: str,
    settings: dict[str, Any],
    patients: int,
    *,
    out: Path,
    workers: int = 1,
    scheduler: str | Scheduler = "processes",
    block: int = LANES,
    order: Iterable[int] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Cohort:
    """Run `job` for patients 0 to `patients` - 1 and keep the results in `out`.

    `job` is "module:function"; the function takes the settings and patient ids, int64 `[lanes]`, and returns a dict of
    arrays `[lanes, ...]`. It must give each patient the same bits in any company. `workers` processes share the blocks
    of `block` patients, in the `order` of block numbers if given; `progress(finished, all)` is told of each block.
    With a Dask cluster of several machines `out` must be a folder all of them see. Raises InputError, BlockError or,
    on Ctrl-C, InterruptedRun.
    """
    refuse_inside_worker()
    out = Path(out)
    study = describe(job, settings, block)
    blocks = split(patients, block)
    wanted = in_order(blocks, order)
    chosen = choose(scheduler, workers)
    folder = _folder(out, study)
    pulse.still(out)
    records = _finished(study, blocks, folder)
    reused = len(records)
    tell = progress or (lambda finished, of_all: None)
    tell(reused, len(blocks))
    items = [_item(study, one, folder) for one in wanted if one.number not in records]
    try:
        _collect(chosen, items, blocks, records, tell=tell)
    except KeyboardInterrupt:
        # The disk knows better than `records`: a block may be whole whose answer is still on its way.
        raise InterruptedRun(f"The run was stopped. {_way_on(_finished(study, blocks, folder), blocks, out)}") from None
    except BlockError as error:
        error.args = (f"{error} {_way_on(_finished(study, blocks, folder), blocks, out)}",)
        raise
    manifest = _manifest(study, patients, blocks, records) | {"folder": folder.relative_to(out).as_posix()}
    piece.sweep(folder)
    write_manifest(out, manifest)
    return Cohort(out, manifest, reused)


def _collect(
    scheduler: Scheduler,
    items: list[dict[str, Any]],
    blocks: list[Block],
    records: dict[int, dict[str, Any]],
    *,
    tell: Callable[[int, int], None],
) -> None:
    """Fill `records`; a fault of the job stops all at once, a dead worker only after the other blocks are done."""
    if not items:
        return
    dead: dict[int, str] = {}
    with closing(scheduler.map(run_block, items)) as answers:
        for item, answer in answers:
            block = blocks[item["block"]]
            if isinstance(answer, Died):
                dead[block.number] = answer.why
                continue
            if "fault" in answer:
                error = BlockError(f"{str(block).capitalize()} stopped: {answer['fault'].rstrip('.')}.")
                if answer["trace"]:
                    error.add_note(answer["trace"])
                raise error
            if not piece.piece_path(Path(item["folder"]), block.number).is_file():
                what = f"{block} was written by a worker but cannot be seen here"
                raise InputError(what, file=item["folder"], allowed="a folder that all machines share")
            records[block.number] = answer["record"]
            tell(len(records), len(blocks))
    if dead:
        named = "; ".join(f"{blocks[number]}: {why}" for number, why in sorted(dead.items())[:SHOWN])
        more = f"; and {len(dead) - SHOWN} more" if len(dead) > SHOWN else ""
        raise BlockError(f"A worker died twice over the same work: {named}{more}. Fewer workers need less memory.")


def _item(study: Study, block: Block, folder: Path) -> dict[str, Any]:
    return {
        "job": study.job,
        "settings": study.settings,
        "block": block.number,
        "lanes": block.lanes,
        "folder": str(folder.absolute()),
        "fingerprint": study.fingerprint,
    }


def _finished(study: Study, blocks: list[Block], folder: Path) -> dict[int, dict[str, Any]]:
    kept = ((one.number, piece.finished(folder, one.number, study.fingerprint)) for one in blocks)
    return {number: record for number, record in kept if record}


def _folder(out: Path, study: Study) -> Path:
    folder = out / "blocks" / study.fingerprint[:16]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"the folder cannot be made ({error.strerror})"
        raise InputError(what, file=str(out), field="out", allowed="a folder that can be written") from None
    return folder


def _manifest(study: Study, patients: int, blocks: list[Block], records: dict[int, dict[str, Any]]) -> dict[str, Any]:
    ordered = [records[block.number] for block in blocks]
    for block, record in zip(blocks, ordered, strict=True):
        if record["variables"] != ordered[0]["variables"]:
            what = f"{block} has other variables than the first: {record['variables']}"
            raise BlockError(f"{what}. Allowed: the same names, types and shapes in every block.")
    hashes = (digest for block in blocks for digest in records[block.number]["patients"][: block.kept])
    return {
        "job": study.job,
        "settings": study.settings,
        "patients": patients,
        "block": study.lanes,
        "sha256": piece.hash_of_cohort(hashes),
        "fingerprint": study.fingerprint,
        "versions": study.versions,
        "code": study.code,
        "hardware": hardware(),
        "variables": ordered[0]["variables"],
        "processors": sorted({record["processor"] for record in ordered}),
        "pieces": [record["sha256"] for record in ordered],
    }


def _way_on(records: dict[int, dict[str, Any]], blocks: list[Block], out: Path) -> str:
    return f"{len(records)} of {len(blocks)} blocks are finished; the same call again goes on from there ({out})."
