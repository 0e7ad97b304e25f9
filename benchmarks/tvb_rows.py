"""The Virtual Brain: its exact mean fields of quadratic integrate-and-fire neurons, Heun, 64 nodes."""

from benchmarks import measure

measure.pin()

import logging  # noqa: E402
import warnings  # noqa: E402
from functools import partial  # noqa: E402
from typing import Any  # noqa: E402

warnings.simplefilter("ignore")
logging.disable(logging.WARNING)

import numpy as np  # noqa: E402
from tvb.simulator import coupling, integrators, monitors, noise, simulator  # noqa: E402
from tvb.simulator.models.infinite_theta import DumontGutkin, MontbrioPazoRoxin  # noqa: E402

from tvb.datatypes.connectivity import Connectivity  # noqa: E402  isort: skip

NODES, DT = 64, 0.1
POPULATIONS = {MontbrioPazoRoxin: 1, DumontGutkin: 2}


def brain(model: type, *, noisy: bool = False) -> Any:
    """A simulator of 64 nodes, all joined with delays, default parameters, coupling strength zero."""
    others = 1.0 - np.eye(NODES)
    joined = Connectivity(
        weights=others,
        tract_lengths=10.0 * others,
        region_labels=np.array([str(node) for node in range(NODES)]),
        centres=np.zeros((NODES, 3)),
        speed=np.array([4.0]),
    )
    joined.configure()
    still = noise.Additive(nsig=np.zeros(1))
    scheme = integrators.HeunStochastic(dt=DT, noise=still) if noisy else integrators.HeunDeterministic(dt=DT)
    watch = monitors.Raw() if noisy else monitors.TemporalAverage(period=10.0)
    none = coupling.Linear(a=np.zeros(1))
    parts = dict(model=model(), connectivity=joined, coupling=none, integrator=scheme, monitors=[watch])
    return simulator.Simulator(**parts).configure()


def whole(model: type) -> dict[str, Any]:
    """The simulator as a user runs it."""
    sim = brain(model)
    return measure.per_step(lambda steps: sim.run(simulation_length=steps * DT), units=NODES * POPULATIONS[model])


def step_only(model: type) -> dict[str, Any]:
    """Model and integrator alone: no coupling, no delays, no monitors."""
    sim = brain(model)
    shape = (sim.model.nvar, NODES, 1)
    nothing = np.zeros((len(sim.model.cvar), NODES, 1))

    def run(steps: int) -> Any:
        state = np.full(shape, 0.01)
        for _ in range(steps):
            state = sim.integrator.scheme(state, sim.model.dfun, nothing, 0.0, 0.0)
        return state

    return measure.per_step(run, units=NODES * POPULATIONS[model])


def compiled() -> dict[str, Any]:
    """Its numba backend for this model, compiling taken off."""
    from tvb.simulator.backend.nb_mpr import NbMPRBackend

    sim = brain(MontbrioPazoRoxin, noisy=True)
    run = partial(NbMPRBackend().run_sim, sim)
    return measure.per_step(lambda steps: run(nstep=steps), units=NODES, start=131072, again=True)


ROWS: dict[str, measure.Row] = {
    "montbrio-simulator": partial(whole, MontbrioPazoRoxin),
    "montbrio-step": partial(step_only, MontbrioPazoRoxin),
    "montbrio-numba": compiled,
    "dumont-simulator": partial(whole, DumontGutkin),
    "dumont-step": partial(step_only, DumontGutkin),
}

if __name__ == "__main__":
    measure.answer(ROWS)
