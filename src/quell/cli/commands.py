"""The commands: each calls one room and prints what it answers."""

import json
import sys
from argparse import Namespace
from importlib import import_module
from pathlib import Path
from typing import Any

from quell.ground.errors import InputError

SCHEMAS = {
    "scenario": "quell.care.scenario:scenario_schema",
    "protocol": "quell.care.protocol:protocol_schema",
    "drug": "quell.drugs.card:schema",
}
DEMO = Path(__file__).parent / "demo.toml"
DEMO_OUT = Path("out/demo")


def run(asked: Namespace) -> None:
    """`quell run`: one scenario into one folder, or the rest of a run that was interrupted."""
    _check_run(asked)
    from quell.cli.progress import Progress

    if not (asked.resume or asked.quiet or asked.json):
        _caution(asked)
    with Progress(quiet=asked.quiet or asked.json) as progress:
        from quell.cli import job, kept

        if asked.resume:
            result = kept.resume(asked.resume, progress=progress)
        else:
            how = {"overrides": _overrides(asked), "mode": asked.mode, "replace": asked.replace}
            result = job.run(asked.scenario, out=asked.out, progress=progress, **how)
    if asked.json:
        _print_json({"folder": str(result.folder), "summary": result.summary})
    else:
        print(_where(Path(result.folder)))


def _caution(asked: Namespace) -> None:
    """Say on the error stream which drugs of the scenario change each other, and which the run cannot feel."""
    from quell.care.explain import deaf, meetings
    from quell.care.scenario import load_scenario

    scenario = load_scenario(asked.scenario, _overrides(asked))
    for sentence in [*meetings(scenario), *deaf(scenario)]:
        print(f"Note: {sentence}", file=sys.stderr)


def _check_run(asked: Namespace) -> None:
    """Either a new run with all it needs, or one that goes on as it was begun."""
    if asked.resume:
        more = {"scenario": asked.scenario, "--out": asked.out, "--set": asked.overrides, "--mode": asked.mode}
        more |= {"--seed": asked.seed is not None, "--replace": asked.replace}
        if given := [name for name, value in more.items() if value]:
            what = f"a run goes on as it was begun, without {', '.join(given)}"
            raise InputError(what, field="--resume", allowed="--resume DIR alone, with --quiet or --json")
        return
    if missing := [name for name, value in (("scenario", asked.scenario), ("--out", asked.out)) if not value]:
        what = f"the following arguments are required: {', '.join(missing)}"
        raise InputError(what, allowed="SCENARIO --out DIR, or --resume DIR; `quell run --help` says more")
    if not asked.scenario.is_file():
        allowed = "the path of a scenario in TOML; `quell demo` needs none"
        raise InputError("there is no such file", file=str(asked.scenario), allowed=allowed)


def demo(asked: Namespace) -> None:
    """`quell demo`: one patient treated early and late, and the picture of both."""
    from quell.cli.progress import Progress

    with Progress(quiet=asked.quiet or asked.json) as progress:
        from quell.cli import demo  # inside, since loading it takes seconds in which Ctrl-C should count

        made = demo.run(asked.out, overrides=_overrides(asked), mode=asked.mode, progress=progress)
    if asked.json:
        _print_json({"picture": str(made.picture), "summaries": made.summaries})
    else:
        print(f"Done. Look at the picture:\n  {made.picture}\nand read the reports beside it:")
        for report in sorted(made.picture.parent.glob("at_*/report.html")):
            print(f"  {report}")


def branch(asked: Namespace) -> None:
    """`quell branch`: the same patient and noise, something else given or left out from one moment on."""
    from quell.cli import branch
    from quell.cli.progress import Progress

    with Progress(quiet=asked.quiet) as progress:
        picture = branch.run(
            asked.scenario,
            at=asked.at,
            give=asked.give,
            without=asked.without,
            out=asked.out,
            overrides=asked.overrides,
            progress=progress,
        )
    print(f"Done. Look at the picture:\n  {picture}")


def cohort(asked: Namespace) -> None:
    """`quell cohort`: many patients of one scenario."""
    from quell.cli.crowd_progress import CrowdProgress

    with CrowdProgress(asked.out, quiet=asked.quiet or asked.json) as progress:
        from quell.cli import cohort

        how = {"overrides": _overrides(asked), "mode": asked.mode, "replace": asked.replace, "workers": asked.workers}
        made = cohort.run(asked.scenario, patients=asked.n, out=asked.out, progress=progress, **how)
    if asked.json:
        _print_json({"folder": str(made.folder), "summary": made.summary})
        return
    print(f"Done. {made.folder} holds the result.")
    for name, what in (("picture.png", "the picture"), ("report.html", "the report"), ("patients.csv", "the patients")):
        print(f"  {made.folder / name}   {what}")


def explain_scenario(asked: Namespace) -> None:
    """`quell explain-scenario`: what would happen, in words."""
    from quell.care.explain import explain
    from quell.care.scenario import load_scenario

    print(explain(load_scenario(asked.scenario, asked.overrides)))


def replicate(asked: Namespace) -> int:
    """`quell replicate`: exit status 1 if a part came out differently."""
    from quell.cli.progress import Progress
    from quell.cli.replicate import replicate

    with Progress(quiet=asked.quiet or asked.json) as progress:
        compared = replicate(asked.folder, progress=progress)
    if asked.json:
        print(json.dumps({"same": compared.same, "parts": compared.parts}, indent=2))
    else:
        print(compared)
    return 0 if compared.same else 1


def eeg(asked: Namespace) -> None:
    """`quell eeg`: one EEG file analysed; with --json one object and nothing else on standard output."""
    from quell.cli.progress import Progress

    with Progress(quiet=asked.quiet) as progress:
        from quell.cli import eeg
        from quell.eeg.answer import answer

        how = {"page_s": asked.page_seconds, "partial": asked.partial, "check": not asked.any_level, "bids": asked.bids}
        how |= {"drugs": asked.drugs, "out": asked.out, "replace": asked.replace}
        found = eeg.run(asked.file, progress=progress, **how)
    if asked.json:
        print(json.dumps(answer(found), ensure_ascii=False, allow_nan=False))
        return
    print(eeg.told(found))
    if asked.out:
        print(_where(asked.out))


def schema(asked: Namespace) -> None:
    """`quell schema`: the JSON Schema of a kind of file."""
    module, _, name = SCHEMAS[asked.kind].partition(":")
    made = getattr(import_module(module), name)()
    print(made if isinstance(made, str) else json.dumps(made, indent=2, ensure_ascii=False))


def drugs_list(asked: Namespace) -> None:
    """`quell drugs list`: name, kind and routes."""
    from quell.cli.drugs import listed
    from quell.drugs.card import load
    from quell.drugs.library import names

    cards = [load(name) for name in names()]
    if asked.json:
        _print_json([{"name": card.name, "kind": card.kind, "routes": sorted(card.route)} for card in cards])
    else:
        print(listed(cards))


def drugs_show(asked: Namespace) -> None:
    """`quell drugs show`: one card, and where asked a picture of its levels by model with nine tenths of people."""
    from quell.cli.drugs import shown
    from quell.drugs.card import load

    card = load(asked.drug)
    if asked.plot:
        from quell.cli.asking import draw_variants

        draw_variants(card, asked.plot)
    if asked.json:
        _print_json(card.model_dump(exclude_defaults=True, mode="json"))
    else:
        print(shown(card))


def doctor(asked: Namespace) -> int:
    """`quell doctor`: exit status 1 if something needed is missing."""
    from quell.cli.doctor import examine, report

    findings = examine()
    if asked.json:
        _print_json([finding._asdict() for finding in findings])
    else:
        print(report(findings))
    return 0 if all(finding.fine or finding.optional for finding in findings) else 1


def wiring(asked: Namespace) -> None:
    """`quell wiring`: the joins of the brain with their reasons."""
    from quell.cli import wiring
    from quell.ground.compute import prepare

    prepare()
    if asked.out:
        print("\n".join(f"  {path}" for path in wiring.write(asked.out)))
    elif asked.json:
        _print_json([join._asdict() for join in wiring.joins()])
    else:
        print(wiring.text())


def cite(asked: Namespace) -> None:
    """`quell cite`: every source that a number rests on, or those of one run."""
    from quell.cli.cite import bibtex, cited

    if asked.folder:
        from quell.cli import cite_run

        found = cite_run.cited(asked.folder)
        _print_json(found) if asked.json else print(cite_run.told(found))
        return
    if asked.json:
        _print_json(cited())
    else:
        print(bibtex())


def _overrides(asked: Namespace) -> list[str]:
    return [*asked.overrides, *([f"seed={asked.seed}"] if asked.seed is not None else [])]


def _where(folder: Path) -> str:
    """Where to look first; only files that are there are named."""
    first = [
        ("overview.png", "the picture"),
        ("trends.png", "the trends"),
        ("report.html", "the report"),
        ("summary.json", "the numbers"),
    ]
    lines = [f"  {folder / name}   {what}" for name, what in first if (folder / name).exists()]
    return "\n".join([f"Done. {folder} holds the result.", *lines])


def _print_json(what: Any) -> None:
    print(json.dumps(what, indent=2, ensure_ascii=False, default=str))
