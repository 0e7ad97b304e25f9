"""The record: what a course leaves behind, with names, units and meanings, and the events read from it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from quell.care import timeline
from quell.care.bodily import body_events
from quell.care.course import Course
from quell.care.machine import Machine
from quell.care.mixing import CHANGED, mixing_events
from quell.care.spoilt import MOVED
from quell.care.story import story
from quell.drugs.warning import SAID

MEANING = {  # per patch unless said: unit, long name
    "rate_E": ("Hz", "firing of pyramidal cells, mean over the step"),
    "rate_I": ("Hz", "firing of interneurons, mean over the step"),
    "E_gaba": ("mV", "GABA-A reversal potential of the strongly shifted compartments"),
    "E_gaba_mean": ("mV", "GABA-A reversal potential weighted over compartments (phi)"),
    "E_Cl": ("mV", "chloride reversal potential of the strongly shifted compartments"),
    "Cl_i": ("mM", "chloride inside the strongly shifted compartments"),
    "kcc2": ("1", "working share of KCC2"),
    "K_o": ("mM", "potassium outside the cells"),
    "Na_i": ("mM", "sodium inside the cells"),
    "ATP": ("1", "ATP relative to rest"),
    "terminator": ("1", "seizure-terminating modulators (adenosine and kin)"),
    "withheld": ("1", "background input that adenosine withholds after a seizure"),
    "reserve": ("1", "reserve of the terminators"),
    "calcium": ("1", "calcium relative to rest"),
    "injury": ("1", "dead share of cells"),
    "gaba_a": ("1", "synaptic GABA-A receptors relative to control"),
    "gaba_made": ("1", "GABA made, of the usual"),
    "nmda": ("1", "synaptic NMDA receptors relative to control"),
    "nmda_blocked": ("1", "share of NMDA receptors with a trapped blocker"),
    "adapted_a1": ("1", "alpha1 GABA-A receptors adapted to drugs that stay, of all they can (where tolerance is on)"),
    "adapted_a2": ("1", "alpha2 and alpha3 receptors adapted, likewise"),
    "adapted_a5": ("1", "alpha5 receptors adapted, likewise"),
    "adapted_delta": ("1", "delta receptors adapted, likewise"),
    "adapted_nmda": ("1", "NMDA receptors adapted, likewise"),
    "bzd_left": ("1", "what is left of a benzodiazepine's potentiation of an alpha1 receptor"),
    "microglia": ("1", "activated microglia (1 = kept up by a unit of leak)"),
    "il1": ("1", "interleukin-1b, in the same unit"),
    "tnf": ("1", "TNF-a, in the same unit"),
    "il6": ("1", "interleukin-6, in the same unit"),
    "barrier_leak": ("1", "leak of the blood-brain barrier"),
    "kir4_1": ("1", "potassium buffering that astrocytes have left"),
    "glutamate_uptake": ("1", "glutamate clearance that astrocytes have left"),
    "efflux": ("1", "efflux by P-glycoprotein relative to health"),
    "antibody": ("1", "antibody in the brain relative to a typical ill person"),
    "nmda_held": ("1", "share of NMDA receptors that antibodies hold inside"),
    "sprouted": ("1", "sprouting of the circuit"),
    "seizing_patch": ("1", "electrographic seizure in this patch"),
    "relay": ("Hz", "firing of thalamic relay cells (where the thalamus is on)"),
    "reticular": ("Hz", "firing of thalamic reticular cells (where the thalamus is on)"),
    "thalamocortical": ("1", "coherence of the patch with its thalamus at the source, 2.5-30 Hz (where it is on)"),
    "suppression": ("1", "share of the step in silence between bursts (per patient)"),
    "responsiveness": ("1", "answers when spoken to, 0 to 1 (per patient)"),
    "relaxed": ("1", "muscles held by a relaxant: nothing moves whatever the brain does (per patient)"),
    "sedation": ("1", "sum of concentration over half-sedating concentration (per patient)"),
    "pressure": ("mmHg", "mean arterial pressure (per patient)"),
    "heart_rate": ("1/min", "heart rate (per patient)"),
    "output": ("L/min", "output of the heart (per patient)"),
    "arrhythmia": ("1", "1 while the rhythm of the heart has failed (per patient)"),
    "PaCO2": ("mmHg", "carbon dioxide in arterial blood (per patient)"),
    "spo2": ("%", "oxygen saturation of arterial blood (per patient)"),
    "ph": ("1", "pH of arterial blood (per patient)"),
    "lactate": ("mmol/L", "lactate in plasma (per patient)"),
    "glucose": ("mmol/L", "glucose in plasma (per patient)"),
    "triglycerides": ("mmol/L", "triglycerides in plasma (per patient)"),
    "ck": ("U/L", "creatine kinase in plasma (per patient)"),
    "temperature": ("degC", "temperature of the core (per patient)"),
    "metabolic_rate": ("1", "ATP used, relative to a quiet brain at 37 degC (where the brain feels temperature)"),
    "ketones": ("mmol/L", "ketone bodies in blood above those of a fed person (per patient)"),
    "noradrenaline": ("1", "noradrenaline under stimulation of the vagus, 1 = steady stimulation (per patient)"),
    "vagal_tone": ("1", "what stimulation of the vagus has settled over weeks (per patient)"),
    "shock_surge": ("1", "terminators set free by electroconvulsive therapy (per patient)"),
    "shock_gaba": ("1", "what a course of shocks has built, 1 = all (per patient)"),
    "kept": ("1", "0 where the patch was taken out"),
    "joined": ("1", "0 where the patch was taken out or cut off"),
    "fat_block": ("1", "share of fat burning that propofol has blocked (per patient)"),
    "ventilated": ("1", "on the ventilator (per patient)"),
    "kidney": ("1", "function of the kidneys, of the person's own (per patient, where complications are on)"),
    "liver": ("1", "function of the liver, of the person's own (per patient, where complications are on)"),
    "bowel": ("1", "speed of absorption from the gut, of the usual (per patient, where complications are on)"),
    "infection": ("1", "burden of infection, 1 = full (per patient, where complications are on)"),
    "strength": ("1", "muscle relative to before (per patient, where complications are on)"),
    "seizing": ("1", "electrographic seizure anywhere (per patient)"),
    "convulsing": ("1", "visible movement (per patient)"),
    **MOVED,
}
LEVELS = (("plasma_", "total in plasma"), ("free_", "free in plasma"), ("brain_", "free at the site of action"))


def dataset(course: Course, record: Mapping[str, np.ndarray]) -> xr.Dataset:
    """The record as xarray, dims (patient, time, patch), units in attrs."""
    found: dict[str, Any] = {}
    for name, values in record.items():
        if name == "time" or name == "source" or name.startswith("log."):
            continue
        label, unit, about = _named(name)
        dims = ("patient", "time", "patch") if values.ndim == 3 else ("patient", "time")
        attrs = {"units": unit, "long_name": about}
        if label in found:
            found[label] = (dims, found[label][1] + np.swapaxes(values, 0, 1), attrs)
        else:
            found[label] = (dims, np.swapaxes(values, 0, 1), attrs)
    coords = {
        "patient": ("patient", np.asarray(course.people.ids)),
        "time": ("time", record["time"], {"units": "s", "long_name": "time from seizure onset, end of the step"}),
        "patch": ("patch", list(course.atlas.names)),
    }
    told: dict[str, Any] = {"macro_s": course.clocks.macro, "study": course.study, "schema": 1}
    if led := targets(course.machine):
        told["targets"] = led
    return xr.Dataset(found, coords=coords, attrs=told)


def targets(machine: Machine) -> dict[str, list[float]]:
    """The burst suppression probability that a controller holds with each drug, and how far off it may be."""
    leads = [plan.infusion for plan in machine.plans if plan.infusion and plan.infusion.steer]
    return {
        lead.order.drug: [float(lead.steer.depth), float(lead.steer.controller.tolerance)]
        for lead in leads
        if lead.steer
    }


def _named(name: str) -> tuple[str, str, str]:
    if name.startswith("order."):
        drug = name.removeprefix("order.").partition("/")[0]
        return f"given_{drug}", "mg", f"{drug} given in the step, in the unit prescribed"
    if name.startswith("port."):
        port = name.removeprefix("port.")
        return f"port_{port.replace('.', '_')}", "1", f"drive of {port}: concentration over affinity"
    if name.startswith(f"{CHANGED}."):
        _, drug, parameter = name.split(".")
        return f"{CHANGED}_{drug}_{parameter}", "1", f"{SAID[parameter]} of {drug}, relative to none of the others"
    for head, about in LEVELS:
        if name.startswith(head):
            return name, "mg/L", f"{name.removeprefix(head)}, {about}"
    return name, *MEANING[name]


def events(course: Course, record: Mapping[str, np.ndarray], lane: int, seizure_type: str = "tonic_clonic") -> Any:
    """Everything that happened to one patient as a table (pandas), stages and judged doses included."""
    persons = {name: float(values[lane]) for name, values in course.people.persons.items()}
    log = {name.removeprefix("log."): v[:, lane] for name, v in record.items() if name.startswith("log.")}
    patient = int(course.people.ids[lane])
    found = story(
        course.machine,
        log,
        time_s=record["time"],
        seizing=record["seizing"][:, lane],
        convulsing=record["convulsing"][:, lane],
        persons=persons,
        step_s=course.clocks.macro,
        study=course.study,
        patient=patient,
        seizure_type=seizure_type,
    )
    found += body_events(record, lane) + mixing_events(record, lane)
    return timeline.table(found, patient)
