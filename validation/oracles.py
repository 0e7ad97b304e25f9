"""Quell beside published models of chloride, ions, ictal events and the thalamus: one table, misses shown.

    uv run python validation/oracles.py

Printed values come from runs of the authors' codes. Where the equations are at hand they are also written anew
(`oracle_models.py`) and first held to the printed values (rows "equations anew"). neurolib's thalamus is run in an
environment of its own (`oracle_thalamus.py`). Writes docs/oracles.md, validation/oracles.json and, where neurolib can
run, validation/thalamus_neurolib.json. The days and weeks of inflammation have a page of their own.
"""

import importlib.util
import json
import sys
import time
from dataclasses import replace
from datetime import date
from functools import cache, partial
from pathlib import Path

import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from quell.ground import compute

compute.prepare()

import jax  # noqa: E402
import oracle_thalamus  # noqa: E402
from oracle_models import Cylinder, clamp, epileptor2, pump_leak  # noqa: E402
from oracle_rows import row, told  # noqa: E402

from quell.circuit.cortex import Wiring  # noqa: E402
from quell.ground.card import from_card  # noqa: E402
from quell.ions import chloride, potassium  # noqa: E402
from quell.ions.chloride import Chloride  # noqa: E402
from quell.ions.potassium import SodiumPotassium  # noqa: E402
from quell.ions.reversal import Bicarbonate, nernst  # noqa: E402
from quell.patient.build import default_population  # noqa: E402
from quell.receptors.gaba_a import GabaA, Ports  # noqa: E402

HERE = Path(__file__).parent
SIGN = {-74.0: -40.0, -60.0: -31.0, -51.6: -1.0, -46.0: 17.0}  # E_GABA, mV: change of firing by GABA-A x 4, %
CLAMPED = {2: 4.45, 5: 4.99, 10: 5.75, 20: 6.87, 30: 7.60, 60: 8.63}  # s: mM; the synapses start at 1 s
STEP_S, SECONDS, SETTLE_S = 5e-4, 60.0, 2.0  # of a noisy patch
TWENTY_MIN = 1200.0  # s: when the printed chloride of the pump-leak cell was read
LONGEST = 1500.0  # s: not printed for the last row; here the equations anew pass its chloride, so its V and E_Cl test
PUMP_LEAK = {  # KCC2, K_o: printed mM; V printed for K_o 6 and 10, else of the equations anew
    "KCC2 halved": (0.5, 3.5, 6.04, -71.8),
    "KCC2 = 0": (0.0, 3.5, 8.41, -70.0),
    "K_o 6": (1.0, 6.0, 8.39, -60.5),
    "K_o 10": (1.0, 10.0, 13.09, -49.2),
    "K_o 10 and KCC2 = 0": (0.0, 10.0, 17.1, -47.8),
}
ICTAL = {5: (20.0, 168.4), 7: (19.3, 78.4), 8: (19.7, 71.0), 10: (23.2, 68.4)}  # K_bath, mM: length and period, s


def reversal() -> list[dict]:
    """E_GABA by Goldman, Hodgkin and Katz with the ions of the clamped cylinder."""
    cell = Cylinder()
    mix = replace(from_card(Bicarbonate), outside=cell.HCO3_o, inside=cell.HCO3_i, permeability=0.25)
    rows = [row("E_Cl at 4.25 mM", -92.43, float(nernst(cell.Cl_o, 4.25, -1)), unit="mV", within=0.1, relative=False)]
    for Cl_i, printed in ((4.25, -79.27), (6.51, -72.0), (8.63, -66.6), (11.63, -60.5)):
        found = float(mix.ghk(Cl_i, cell.Cl_o))
        rows.append(row(f"E_GABA (GHK) at {Cl_i} mM", printed, found, unit="mV", within=0.1, relative=False))
    return rows


def clamped() -> list[dict]:
    """Chloride of the cylinder clamped at -50 mV: equations anew, then `ions.chloride` with its numbers."""
    cell, free = Cylinder(), "clamp at -50 mV without KCC2: Cl at 60 s"
    held = float(brentq(lambda kcc2: clamp(cell, kcc2, 59.0) - CLAMPED[60], 0.0, 1.0))
    rows = [
        row(f"equations anew, {free}", 11.63, clamp(cell, 0.0, 59.0), unit="mM", within=0.05),
        row(free, 11.63, _clamped(cell, 0.0, 59.0), unit="mM", within=0.05),
        row("equations anew: share of the printed KCC2 that gives 8.63 mM at 60 s", 1.0, held, unit="", within=0.1),
    ]
    for at, printed in CLAMPED.items():
        where = f"clamp at -50 mV with KCC2 of that share: Cl at {at} s"
        rows.append(row(f"equations anew, {where}", printed, clamp(cell, held, at - 1.0), unit="mM", within=0.05))
        rows.append(row(where, printed, _clamped(cell, held, at - 1.0), unit="mM", within=0.05))
    last = float(nernst(cell.Cl_o, _clamped(cell, 0.0, 36_000.0), -1))
    law = "GABA-A alone, V held at -50 mV for 10 h: E_Cl"
    return [*rows, told(law, "not above -50 mV", f"{last:.5g} mV", last <= -50.0 + 1e-3, "0.001 mV")]


def _clamped(cell: Cylinder, kcc2: float, seconds: float) -> float:
    """Chloride (mM) of `ions.chloride` with the ions, the geometry and the pump of the cylinder."""
    mine = replace(
        from_card(Chloride), Cl_o=cell.Cl_o, Cl_rest=cell.Cl_i, K_i=cell.K_i, K_rest=cell.K_o, leak=0.0, g_rest=0.0,
        influx=cell.per_mV(), tau_kcc2=cell.tau_kcc2() / kcc2 if kcc2 else np.inf, spared=0.0, loss=0.0, load=1.0,
    )  # fmt: skip
    needs = chloride.Needs(V=-50.0, g_gaba=1.0, K_o=cell.K_o, Na_i=float(mine.Na_rest), activity=0.0)
    return _run(mine, needs, cell.Cl_i, 1.0, seconds)


def _run(mine: Chloride, needs: chloride.Needs, Cl_i: float, kcc2: float, seconds: float) -> float:
    def rates(_: float, x: np.ndarray) -> np.ndarray:
        return np.asarray(mine.rates(chloride.State(x[0], kcc2), needs).Cl_i)[None]

    return float(solve_ivp(rates, (0.0, seconds), [Cl_i], method="LSODA", rtol=1e-7, atol=1e-8).y[0, -1])


def pump_leaks() -> list[dict]:
    """Chloride 20 min after KCC2 or K_o change: the pump-leak cell anew, and Quell's chloride as it ships."""
    rows, ships = [], from_card(Chloride)
    for name, (kcc2, K_o, printed, V) in PUMP_LEAK.items():
        at = TWENTY_MIN if K_o == 3.5 or kcc2 else LONGEST
        again = pump_leak(K_o, kcc2, at).Cl_i
        rows.append(row(f"equations anew, {name}: Cl after {at / 60:g} min", printed, again, unit="mM", within=0.05))
        needs = chloride.Needs(V=V, g_gaba=float(ships.g_rest), K_o=K_o, Na_i=float(ships.Na_rest), activity=0.0)
        found = _run(replace(ships, spared=0.0), needs, float(ships.Cl_rest), kcc2, at)
        rows.append(row(f"{name}: Cl after {at / 60:g} min, at the oracle's V", printed, found, unit="mM", within=0.2))
    last = pump_leak(10.0, 0.0, LONGEST)
    for name, printed, again in (("V", -47.8, last.V), ("E_Cl", -51.8, last.E_Cl)):
        where = f"equations anew, K_o 10 and KCC2 = 0: {name} when Cl is 17.1 mM"
        rows.append(row(where, printed, again, unit="mV", within=1.0, relative=False))
    return rows


def ictal() -> list[dict]:
    """Epileptor-2 anew, and with the potassium, sodium and pump of `ions.potassium` in place of its own."""
    rows = []
    for who, ions in (("equations anew", None), ("with Quell's ions", _ions)):
        how = {} if ions is None else {"ions": ions}
        for K_bath, (lasts, every) in ICTAL.items():
            found = epileptor2(K_bath, **how)
            where = f"Epileptor-2 {who}, bath {K_bath} mM"
            rows.append(row(f"{where}: ictal event lasts", lasts, found.lasts_s, unit="s", within=0.1))
            rows.append(row(f"{where}: from event to event", every, found.every_s, unit="s", within=0.05))
        for K_bath, kind in ((3, "silent"), (14, "permanent")):
            found = epileptor2(K_bath, **how)
            rows.append(told(f"Epileptor-2 {who}, bath {K_bath} mM", kind, found.kind, found.kind == kind, "same"))
    end = epileptor2(14, _ions)
    rows.append(row("permanent ictal state with Quell's ions: K_o", 5.06, end.K_o[1], unit="mM", within=0.05))
    rows.append(row("permanent ictal state with Quell's ions: Na_i", 72.0, end.Na_i[1], unit="mM", within=0.05))
    return rows


def _ions(K_bath: float, nu: float, K: float, Na: float) -> tuple[float, float]:
    """Rates by `ions.potassium` in a dish: its pump and time constants, Epileptor-2's bath, volumes and no glia."""
    made = _dish(K_bath, nu, K, Na)
    return float(made[0]), float(made[1])


@jax.jit
def _dish(K_bath, nu, K, Na):
    """Quell counts the pump from its rate at rest; in a dish nothing balances that rate, so it is given back."""
    dish = replace(
        from_card(SodiumPotassium), K_rest=K_bath, rate_rest=0.0, volume_ratio=10.0, glia_max=0.0, release=0.02
    )
    made = dish.rates(potassium.State(K, Na), potassium.Needs(rate=nu, fuel=1.0))
    idle = dish.work(dish.rest(), 1.0)
    return made.K_o - 20.0 * idle, made.Na_i - 3.0 * idle


def sign() -> list[dict]:
    """What more GABA-A does to firing at frozen reversal potentials: one patch, as it ships and without noise."""
    ceiling = float(from_card(GabaA).synaptic_gain(Ports(1e9, 0.0), 1.0, 1.0, 1.0))
    rows, E, fine = [], np.array(list(SIGN)), np.arange(-60.0, -43.9, 0.5)
    patches = {f"noise {noise:g} mV": partial(_noisy, noise) for noise in (2.0, 4.0)}
    patches |= {f"no noise, no adaptation, {name}": partial(_still, k) for k, name in enumerate(("quiet", "lit"))}
    for name, rates in patches.items():
        for (E_gaba, printed), found in zip(SIGN.items(), 100.0 * (rates(E, 4.0) / rates(E, 1.0) - 1.0), strict=True):
            fits = abs(found) < 10.0 if abs(printed) < 5.0 else np.sign(found) == np.sign(printed)
            where = f"{name}: firing by GABA-A x 4 at E_GABA {E_gaba:g} mV"
            rows.append(told(where, f"{printed:+.0f} %", f"{found:+.0f} %", bool(fits), "sign; -1 %: within 10 %"))
        for words, gain in (("GABA-A x 4", 4.0), (f"a benzodiazepine at its ceiling, x {ceiling:.2f},", ceiling)):
            calmed = fine[rates(fine, gain) <= rates(fine, 1.0)]
            at = float(calmed.max()) if len(calmed) else np.nan
            said = f"{at:g} mV" if at < fine[-1] else f"not below {at:g} mV"
            where = f"{name}: highest E_GABA at which {words} still calms"
            rows.append(told(where, "-51.6 to -46 mV", said, -51.6 <= at <= -46.0, "inside"))
    return rows


def _noisy(noise: float, E: np.ndarray, gain: float) -> np.ndarray:
    """Mean rate (Hz) in 60 s of a patch with the wiring and adaptation that ship and this noise (mV), no neighbours."""
    study, patch, wiring = _study(), default_population(), from_card(Wiring)
    ships = {name: getattr(wiring, name) for name in wiring.__dataclass_fields__ if name.startswith("w_")}
    drive = study.fixed_drive(E, np.full(len(E), gain), **(ships | {"w_far": 0.0}))
    tau = float(patch.circuit.tau_noise)
    trace = study.mean_field(patch, drive, study.coloured(STEP_S, deviation=noise, tau=tau, seconds=SECONDS))
    settled = np.asarray(trace.rate_E)[round(SETTLE_S / STEP_S) :]
    return np.minimum(settled, float(patch.circuit.rate_limit)).mean(axis=0)


def _still(window: int, E: np.ndarray, gain: float) -> np.ndarray:
    """Rate (Hz) of the patch of docs/mean_field.md before (0) or after (1) a pulse."""
    study = _study()
    drive = study.fixed_drive(E, np.full(len(E), gain))
    trace = study.mean_field(default_population(), drive, study.pulse(STEP_S))
    return np.asarray(study.rates_of(trace, STEP_S)[window])


@cache
def _study():
    """The script of the mean field's page, as a module."""
    path = HERE.parent / "examples" / "mean_field_vs_spiking.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    module = sys.modules[path.stem] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


BLOCKS = {
    "Reversal of GABA-A (Currin 2020)": reversal,
    "Chloride under a clamp (Currin 2020)": clamped,
    "Pump and leak (Dusterwald 2018)": pump_leaks,
    "Ictal events (Epileptor-2, Chizhov 2018, Girier 2023)": ictal,
    "The sign of a benzodiazepine (Currin 2024)": sign,
    "The thalamus: values printed (Schellenberger Costa 2016, in neurolib)": oracle_thalamus.printed,
    "The thalamus: neurolib run here": oracle_thalamus.beside,
}


def main() -> None:
    """Run every block; write the table and the numbers."""
    began, found = time.monotonic(), {}
    for title, block in BLOCKS.items():
        found[title] = block()
        print(f"{title}: {time.monotonic() - began:.0f} s", flush=True)
        for one in found[title]:
            print("   ", one["verdict"], one["quantity"], one["oracle"], one["ours"], flush=True)
    made = {"date": date.today().isoformat(), "seconds": round(time.monotonic() - began), "blocks": found}
    made["neurolib"] = oracle_thalamus.told_of(oracle_thalamus.kept())
    (HERE / "oracles.json").write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (HERE.parent / "docs" / "oracles.md").write_text(page(made), encoding="utf-8")


def page(made: dict) -> str:
    """The page, with its head and one table a block."""
    every = [one for rows in made["blocks"].values() for one in rows]
    agree = sum(one["verdict"] == "agrees" for one in every)
    head = (HERE / "oracles_head.md").read_text(encoding="utf-8")
    told_once = {name: made[name] for name in ("date", "seconds", "neurolib")}
    lines = [head.format(agree=agree, rows=len(every), **told_once).rstrip()]
    for title, rows in made["blocks"].items():
        lines += ["", f"## {title}", "", "| quantity | oracle | found | tolerance | verdict |", "|---|---|---|---|---|"]
        lines += [
            f"| {' | '.join(one[key] for key in ('quantity', 'oracle', 'ours', 'tolerance', 'verdict'))} |"
            for one in rows
        ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
