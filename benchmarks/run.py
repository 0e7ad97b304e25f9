"""`make bench`: run the rows of rows.toml, one process each, print the tables, keep results.md and results.json.

python -m benchmarks                    all tables
python -m benchmarks step chance        some of them; the others keep their last results
python -m benchmarks patients:full-10   the rows of a table whose name contains a word
"""

import json
import os
import platform
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from quell.cohort.study import hardware

HERE = Path(__file__).parent
LIBRARIES = ("quell", "jax", "jaxlib", "numpy", "numba", "tvb-library", "neurolib", "libroadrunner")


def main() -> None:
    """Run what was asked for and write the results."""
    tables = tomllib.loads((HERE / "rows.toml").read_text(encoding="utf-8"))
    wanted = [word.partition(":")[::2] for word in sys.argv[1:]] or [(name, "") for name in tables]
    if unknown := [name for name, _ in wanted if name not in tables]:
        sys.exit(f"no table is called {', '.join(unknown)}. Allowed: {', '.join(tables)}.")
    kept = HERE / "results.json"
    results = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {"rows": {}}
    system = f"{platform.system()} {platform.machine()}"
    results |= {"machine": hardware() | {"system": system, "frequency_MHz": frequency()}, "versions": versions()}
    for name, word in wanted:
        for row in tables[name]["rows"]:
            if word in row["name"] or word == row.get("id"):
                found = measured(row) | {"date": f"{datetime.now(UTC):%Y-%m-%d}"}
                results["rows"][row.get("id", row["name"])] = found
                print(f"{row['label']:<90} {told(found, tables[name]['unit'])}", flush=True)
    kept.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    page = written(tables, results)
    (HERE / "results.md").write_text(page, encoding="utf-8")
    print("\n" + page)


def measured(row: dict[str, Any]) -> dict[str, Any]:
    """One row in a process of its own; {"fault": ...} where it cannot run here."""
    module, name = row["name"].split()
    command = [sys.executable, "-m", f"benchmarks.{module}", name]
    made = subprocess.run(
        command, cwd=HERE.parent, env=os.environ | row.get("env", {}), capture_output=True, text=True, check=False
    )
    try:
        return json.loads(made.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        return {"fault": (made.stderr.strip().splitlines() or ["no answer"])[-1]}


def written(tables: dict[str, Any], results: dict[str, Any]) -> str:
    """The page of all results so far."""
    machine, rows = results["machine"], results["rows"]
    lines = [
        "# Speed",
        "",
        "Made by `make bench`. Each row is one process on one core: median of repeats, with lowest and highest. Times",
        "are of that core, so a busy machine makes a row wait and not look slower; `waited` is wall over core time.",
        "",
        f"Machine: {machine['processor']} at {machine['frequency_MHz']} MHz nominal, {machine['cores']} cores,",
        f"{machine['system']}. "
        + ", ".join(f"{name} {version}" for name, version in results["versions"].items())
        + ".",
    ]
    for table in tables.values():
        done = [row for row in table["rows"] if row.get("id", row["name"]) in rows]
        if done:
            lines += ["", f"## {table['title']}", "", table["about"], ""]
            lines += [
                "| | " + table["unit"] + " | lowest - highest | waited | aim | date |",
                "|---|---|---|---|---|---|",
            ]
            lines += [line(table, row, rows[row.get("id", row["name"])]) for row in done]
            lines += ratios(table.get("ratios", []), rows)
            lines += ["", table["note"].replace("{errors}", errors(done, rows))] if "note" in table else []
    return "\n".join(lines) + "\n"


def line(table: dict[str, Any], row: dict[str, Any], found: dict[str, Any]) -> str:
    """A row of a table."""
    aim = table.get("aims", {}).get(row.get("id", row["name"]), "")
    if "fault" in found:
        return f"| {row['label']} | not here: {found['fault'][:80]} | | | {aim} | {found['date']} |"
    low, high = figure(found["low"]), figure(found["high"])
    median = figure(found["median"])
    return f"| {row['label']} | {median} | {low} - {high} | {found['waited']:.2f} | {aim} | {found['date']} |"


def ratios(wanted: list[dict[str, str]], rows: dict[str, Any]) -> list[str]:
    """Ratios of two rows, where both were measured."""
    able = [r for r in wanted if all("median" in rows.get(r[end], {}) for end in ("over", "under"))]
    if not able:
        return []
    made = [
        f"| {r['what']} | {figure(rows[r['over']]['median'] / rows[r['under']]['median'])} | {r.get('aim', '')} |"
        for r in able
    ]
    return ["", "| ratio | | aim |", "|---|---|---|", *made]


def errors(done: list[dict[str, Any]], rows: dict[str, Any]) -> str:
    """How far the rows that say so are from the truth, in words."""
    pairs = [(row["label"], rows[row.get("id", row["name"])].get("error")) for row in done]
    return "; ".join(f"{label} {error:.1g}" for label, error in pairs if error is not None)


def told(found: dict[str, Any], unit: str) -> str:
    """A row in a few words."""
    return found.get("fault") or f"{figure(found['median'])} {unit} ({figure(found['low'])} - {figure(found['high'])})"


def figure(value: float) -> str:
    """Three digits, with thousands marked."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def versions() -> dict[str, str]:
    """Versions of the package and of what it is measured against, where installed."""
    found = {"python": sys.version.split()[0]}
    for name in LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def frequency() -> str:
    """Clock of the processor as the system tells it, or a question mark."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return "?"
    clocks = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("cpu MHz")]
    return f"{float(clocks[0]):.0f}" if clocks else "?"
