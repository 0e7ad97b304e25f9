"""A synthetic but plausible Record: hand-drawn seizures and doses, with the mechanisms following them.

It stands in for the simulator in tests of everything that reads records. Nothing here is a result.
"""

import numpy as np
import pandas as pd
import xarray as xr

LOBES = ("frontal", "central", "temporal", "parietal", "occipital")
TEN = tuple(f"{lobe}_{side}" for side in "LR" for lobe in LOBES)
UNITS = {
    "rate_E": ("Hz", "firing of excitatory cells"),
    "rate_I": ("Hz", "firing of inhibitory cells"),
    "E_gaba": ("mV", "GABA reversal potential, strongly shifted compartment"),
    "E_gaba_mean": ("mV", "GABA reversal potential, mean over compartments"),
    "E_Cl": ("mV", "chloride reversal potential"),
    "Cl_i": ("mM", "chloride inside"),
    "K_o": ("mM", "potassium outside"),
    "Na_i": ("mM", "sodium inside"),
    "ATP": ("", "energy supply"),
    "kcc2": ("", "working share of KCC2"),
    "gaba_a": ("", "synaptic GABA-A receptors"),
    "nmda": ("", "synaptic NMDA receptors"),
    "terminator": ("", "seizure-ending force"),
    "reserve": ("", "reserve of the seizure-ending force"),
    "calcium": ("", "calcium load"),
    "injury": ("", "share of neurons dead"),
}
LEVELS = {"lorazepam": (60.0, 0.12, 200.0), "levetiracetam": (45.0, 0.8, 900.0), "propofol": (20.0, 0.05, 150.0)}
STUCK = 300.0  # a seizure longer than this has spent its own brakes


def synthetic_record(
    seizures=((0.0, 90.0), (300.0, 5400.0)),
    doses=(("lorazepam", 2400.0, 4.0, 120.0), ("levetiracetam", 3600.0, 4200.0, 600.0)),
    *,
    start_s=-300.0,
    end_s=7200.0,
    step_s=10.0,
    patches=TEN,
    patient=0,
):
    """One patient (dimension `patient` of length 1). `seizures` are (from, to); `doses` (drug, at, mg, over s)."""
    time = np.arange(start_s + step_s, end_s + step_s / 2, step_s)
    seizing = np.zeros(len(time), bool)
    for begin, finish in seizures:
        seizing |= (time > begin) & (time <= finish)
    drugs = sorted({dose[0] for dose in doses})
    flat, sedation = _drug_levels(time, step_s, doses, drugs)
    run = _run_length(seizing, step_s)
    flat["seizing"] = (seizing, "", "electrographic seizing")
    flat["convulsing"] = (seizing & (run < 3000.0), "", "visible convulsions")
    flat["responsiveness"] = (_responsiveness(time, seizing, sedation, step_s), "", "responsiveness")
    flat["sedation"] = (sedation, "", "sedation")
    wide = _mechanisms(time, seizing, step_s, np.array([p in ("temporal_L", "focus") for p in patches]))
    data = {k: (("patient", "time"), v[None], {"units": u, "long_name": n}) for k, (v, u, n) in flat.items()}
    data |= {
        k: (("patient", "time", "patch"), v[None], {"units": UNITS[k][0], "long_name": UNITS[k][1]})
        for k, v in wide.items()
    }
    coords = {"patient": [patient], "time": ("time", time, {"units": "s"}), "patch": list(patches)}
    return xr.Dataset(data, coords)


def synthetic_events(record):
    """A timeline for a synthetic record."""
    rows = [(0.0, "seizure", "seizure begins", "focus temporal_L")]
    for name in record.data_vars:
        if str(name).startswith("given_"):
            on = np.flatnonzero(record[name].isel(patient=0).values > 0)
            drug = str(name).removeprefix("given_")
            rows.append(
                (float(record["time"].values[on[0]]) - 10.0, "dose", drug, f"{float(record[name].sum()):.4g} mg")
            )
    rows += [(300.0, "stage", "early status", "t1 of 5 min passed"), (3000.0, "stage", "established status", "")]
    table = pd.DataFrame(sorted(rows), columns=["time_s", "kind", "what", "detail"])
    table["patient"] = int(record["patient"].values[0])
    return table


def synthetic_source(record, fs=200.0, seed=0):
    """Source EEG [samples, patches] in nAm: growing, slowing discharges while seizing, from the first entry on."""
    rng = np.random.Generator(np.random.PCG64(seed))
    one = record.isel(patient=0)
    step = float(one["time"].values[1] - one["time"].values[0])
    per = round(step * fs)
    drive = np.repeat(np.clip(one["rate_E"].values / 20.0, 0, 1), per, axis=0)
    on = np.repeat(one["seizing"].values, per)
    length = _run_length(on, 1 / fs)
    phase = np.cumsum(np.where(on, 3.0 + 5.0 * np.exp(-length / 60.0), 0.0) / fs)
    wave = np.where(on, np.exp(-((phase % 1.0) / 0.12)) - 0.35 * np.sin(2 * np.pi * phase), 0.0)
    return (450 * drive * wave[:, None] + 20 * rng.normal(size=drive.shape)).astype(np.float32)


def _run_length(on, step):
    run = np.zeros(len(on))
    idx = np.arange(len(on))
    last_off = np.maximum.accumulate(np.where(~on, idx, -1))
    run[on] = (idx - last_off)[on] * step
    return run


def _drug_levels(time, step, doses, drugs):
    flat, sedation = {}, np.zeros(len(time))
    for drug in drugs:
        volume, uptake, delay = LEVELS[drug]
        given = np.zeros(len(time))
        for name, at, mg, over in doses:
            if name == drug:
                inside = np.clip(np.minimum(time, at + over) - np.maximum(time - step, at), 0, None)
                given += mg * inside / over
        lag = np.arange(len(time)) * step
        plasma = np.convolve(given, (0.6 * np.exp(-lag / 900) + 0.4 * np.exp(-lag / 30000)) / volume)[: len(time)]
        brain = uptake * np.convolve(plasma, np.exp(-lag / delay) * step / delay)[: len(time)]
        flat[f"given_{drug}"] = (given, "mg", f"{drug} given in the step")
        flat[f"plasma_{drug}"] = (plasma, "mg/L", f"{drug} in plasma")
        flat[f"brain_{drug}"] = (brain, "mg/L", f"{drug} in brain")
        if drug != "levetiracetam":
            sedation = sedation + brain / (0.01 if drug == "lorazepam" else 0.1)
    return flat, sedation / (1 + sedation)


def _responsiveness(time, seizing, sedation, step):
    level = np.empty(len(time))
    now = 1.0
    for k in range(len(time)):
        now = 0.0 if seizing[k] else now + step / 600.0 * (1 - now)
        level[k] = now * (1 - 0.7 * sedation[k])
    return level


def _mechanisms(time, seizing, step, focus):
    lead = np.where(focus, 1.0, 0.75)
    state = {
        "Cl_i": np.full(len(focus), 5.0),
        "K_o": np.full(len(focus), 3.5),
        "kcc2": np.ones(len(focus)),
        "gaba_a": np.ones(len(focus)),
        "nmda": np.ones(len(focus)),
        "reserve": np.ones(len(focus)),
        "terminator": np.zeros(len(focus)),
        "calcium": np.zeros(len(focus)),
        "injury": np.zeros(len(focus)),
        "Na_i": np.full(len(focus), 10.0),
        "ATP": np.ones(len(focus)),
    }
    rows = {name: [] for name in [*state, "rate_E", "rate_I"]}
    for on in seizing:
        act = lead * on
        goal = 3.5 + 4.0 * act
        state["K_o"] += step / 25.0 * (goal - state["K_o"])
        state["kcc2"] += step * (-state["kcc2"] * act / 2400.0 + (1 - state["kcc2"]) / 43200.0)
        ceiling = 5.0 + 3.0 * act + 14.0 * (1 - state["kcc2"])
        state["Cl_i"] += step * (ceiling - state["Cl_i"]) / 240.0
        state["gaba_a"] += step * (-(state["gaba_a"] - 0.35) * act / 3000.0 + (1 - state["gaba_a"]) / 21600.0)
        state["nmda"] += step * (act * (1.8 - state["nmda"]) / 5400.0 + (1 - state["nmda"]) / 43200.0)
        state["reserve"] += step * (-state["reserve"] * act / 400.0 + (1 - state["reserve"]) / 10800.0)
        state["terminator"] += step / 40.0 * (state["reserve"] * act - state["terminator"])
        state["calcium"] += step * (act - state["calcium"]) / 1800.0
        state["injury"] += step * 0.1 * np.clip(state["calcium"] - 0.5, 0, 1) / 3600.0
        state["Na_i"] += step / 60.0 * (10 + 8 * act - state["Na_i"])
        state["ATP"] += step / 300.0 * (1 - 0.25 * act - state["ATP"])
        for name, value in state.items():
            rows[name].append(value.copy())
        rows["rate_E"].append(0.8 + 18.0 * act)
        rows["rate_I"].append(4.0 + 30.0 * act)
    wide = {name: np.array(value) for name, value in rows.items()}
    wide["E_Cl"] = -26.7 * np.log(120.0 / wide["Cl_i"])
    bicarbonate = -13.65
    wide["E_gaba"] = (wide["E_Cl"] + 0.2 * bicarbonate) / 1.2
    wide["E_gaba_mean"] = 0.6 * wide["E_gaba"] + 0.4 * -68.0
    return wide


def coma_record(**more):
    """Four days: status to 1.5 h, propofol to 30 h while weaned, seizures 4 h after its end, propofol again."""
    hour = 3600.0
    wide = {"start_s": -80.0, "end_s": 96 * hour, "step_s": 40.0, "patches": ("focus", "surround")}
    seizures = ((0.0, 1.5 * hour), (34 * hour, 34.4 * hour), (35 * hour, 35.3 * hour))
    doses = (
        ("lorazepam", 600.0, 4.0, 120.0),
        ("propofol", 1.4 * hour, 6000.0, 24 * hour),
        ("propofol", 25.4 * hour, 400.0, 4.6 * hour),
        ("propofol", 36 * hour, 6000.0, 40 * hour),
    )
    return synthetic_record(seizures, doses, **(wide | more))


def coma_events(record):
    """The timeline of `coma_record`, with the columns that infusions have."""
    rates = (
        (1.4, "started at", 250.0), (2.0, "held at", 250.0), (25.4, "first lowered to", 87.0), (30.0, "ended", 0.0),
        (36.0, "restarted at", 150.0), (37.0, "held at", 150.0),
    )  # fmt: skip
    rows = [
        {
            "time_s": hour * 3600.0,
            "kind": "infusion",
            "what": f"propofol infusion {word}",
            "detail": word,
            "step": "propofol",
            "role": "anaesthetic",
            "drug": "propofol",
            "unit": "mg",
            "rate_per_h": rate,
        }
        for hour, word, rate in rates
    ]
    return pd.DataFrame(rows).assign(patient=int(record["patient"].values[0]))
