"""Does the mean field of a patch fire as thousands of spiking neurons do? The table and figure of docs/mean_field.md.

    python examples/mean_field_vs_spiking.py            prints the table, writes docs/figures/mean_field.png

A patch is left alone for 4 s, gets a pulse of 10 mV for 0.5 s, and is left alone again, at six reversal potentials of
GABA-A, with and without its synaptic conductance doubled ("benzodiazepine").
"""

from pathlib import Path
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from quell.cell.spiking import Currents, Trace
from quell.cell.spiking import rest as resting_network
from quell.cell.spiking import run as run_network
from quell.circuit import population
from quell.circuit.cortex import Wiring
from quell.circuit.population import Drive, Population
from quell.ground.card import from_card
from quell.ground.chance import address, two_kicks
from quell.ground.compute import prepare
from quell.patient.build import default_population

prepare()

HERE = Path(__file__).parent
E_GABA = (-73.0, -60.0, -52.0, -50.0, -48.0, -42.0)
PULSE_FROM, PULSE_TO, PULSE, END = 4.0, 4.5, 10.0, 8.5  # s, s, mV, s
BEFORE, AFTER = (2.0, 4.0), (7.0, 8.5)  # s: the windows whose mean rates are compared


class Rates(NamedTuple):
    """Mean rates of the pyramidal cells before the pulse and 3 s after it, Hz, `[lanes]`."""

    before: np.ndarray
    after: np.ndarray


def fixed_drive(E_gaba, gaba_gain=1.0, **replaced) -> Drive:
    """Frozen slow clocks: this reversal potential and gain of GABA-A, one lane each; `[lanes, 1]`."""
    wiring = from_card(Wiring, HERE / "mean_field_vs_spiking.toml", **replaced)
    E_gaba, gain = np.broadcast_arrays(np.atleast_1d(E_gaba).astype(float), gaba_gain)
    lane = jnp.ones((len(E_gaba), 1))
    return Drive(
        g_ampa=wiring.w_ampa * lane,
        g_nmda=wiring.w_nmda * lane,
        g_gaba=wiring.w_gaba * jnp.asarray(gain)[:, None],
        g_tonic=wiring.w_tonic * lane,
        g_potassium=0.0 * lane,
        g_ahp=wiring.w_ahp * lane,
        g_far=wiring.w_far * lane,
        g_EI=wiring.w_EI * lane,
        g_II=wiring.w_II * lane,
        E_gaba=jnp.asarray(E_gaba)[:, None],
        bias_E=wiring.bias * lane,
        bias_I=wiring.bias * lane,
        noise=wiring.noise * lane,
    )


def pulse(dt: float, seconds: float = END) -> np.ndarray:
    """The pulse over time, mV, one value per step."""
    time = np.arange(round(seconds / dt)) * dt
    return np.where((time >= PULSE_FROM) & (time < PULSE_TO), PULSE, 0.0)


def mean_field(patch: Population, drive: Drive, extra, *, dt: float = 5e-4) -> Trace:
    """The mean field under an extra input to its pyramidal cells `[steps]`; a trace with one row per step."""

    def step(state, now):
        pushed = drive._replace(bias_E=drive.bias_E + now)
        state = population.step(patch, state, pushed, dt=dt, kicks=(0.0, 0.0), reach=lambda ampa: 0.0 * ampa)
        rates = population.rate(state.xE, patch.pyramidal), population.rate(state.xI, patch.interneuron)
        return state, Trace(*(value[:, 0] for value in (*rates, state.vE, state.xE)))

    start = population.rest(patch, drive.E_gaba)
    return jax.jit(lambda state, over: jax.lax.scan(step, state, over)[1])(start, jnp.asarray(extra))


def spiking(patch: Population, drive: Drive, extra, *, dt: float = 5e-5, cells=(4000, 1000), every=10, private=None):
    """The network under the same input: its end, and its trace with one row per `every` steps.

    `private` makes inputs `[1, cells]` that differ between neurons out of a value of `extra`.
    """

    def inputs(gates, v, now):
        shared = dict(ampa=gates.ampa, gaba=gates.gaba, far=0.0)
        g, pull = population.conductances_E(patch, drive, v, nmda=gates.nmda, ahp=gates.ahp, **shared)
        to_E = Currents(g, pull + drive.bias_E + (private(now) if private else now))
        g, pull = population.conductances_I(patch, drive, **shared)
        return to_E, Currents(g, pull + drive.bias_I)

    network = resting_network(patch, len(drive.E_gaba), pyramidal=cells[0], interneurons=cells[1])
    drive = jax.tree.map(lambda value: value.astype(jnp.float32), drive)
    over = jax.tree.map(lambda value: jnp.asarray(value, jnp.float32), extra)
    return run_network(patch, network, inputs, over=over, dt=dt, tau_ahp=patch.circuit.tau_ahp, every=every)


def rates_of(trace: Trace, row: float) -> Rates:
    """Mean rates in the two windows of a trace with one row per `row` seconds."""
    rate = np.asarray(trace.rate_E)
    windows = (rate[round(start / row) : round(stop / row)] for start, stop in (BEFORE, AFTER))
    return Rates(*(window.mean(axis=0) for window in windows))


def compare(E_gaba=E_GABA, gaba_gain=1.0, *, dt=5e-5, cells=(4000, 1000)) -> tuple[Rates, Rates]:
    """Mean field and network at these reversal potentials."""
    patch, drive = default_population(), fixed_drive(E_gaba, gaba_gain)
    field = rates_of(mean_field(patch, drive, pulse(5e-4)), 5e-4)
    _, trace = spiking(patch, drive, pulse(dt), dt=dt, cells=cells)
    return field, rates_of(trace, 10 * dt)


def coloured(dt: float, *, deviation: float, tau: float, seconds: float, seed: int = 1) -> np.ndarray:
    """One Ornstein-Uhlenbeck input over time, mV, made at 0.5 ms and held for finer steps."""
    kicks = np.asarray(jax.random.normal(jax.random.key(seed), (round(seconds / 5e-4),)))
    keep, value, path = np.exp(-5e-4 / tau), 0.0, np.empty(len(kicks))
    for index, kick in enumerate(kicks):
        value = value * keep + deviation * np.sqrt(1.0 - keep * keep) * kick
        path[index] = value
    return np.repeat(path, round(5e-4 / dt))


def private_noise(deviation: float, E_gaba: float = -60.0, *, dt: float = 1e-4, cells=(4000, 1000)) -> float:
    """Resting rate of the network, Hz, when every pyramidal cell has noise of its own.

    White noise as strong at low frequencies as Ornstein-Uhlenbeck noise of this deviation in mV.
    """
    patch, drive = default_population(), fixed_drive(E_gaba)
    size = deviation * float(np.sqrt(2.0 * patch.circuit.tau_noise / dt))
    own = address(1, jnp.arange(1), "private noise", cells[0])

    def kicks(step):
        return size * two_kicks(own, step.astype(jnp.uint32))[0]

    steps = np.arange(round(4.0 / dt))
    _, trace = spiking(patch, drive, steps, dt=dt, cells=cells, private=kicks)
    return float(trace.rate_E[len(trace.rate_E) // 2 :].mean())


def main() -> None:
    """Print the table and draw the figure."""
    print("E_GABA  GABA  | before: field network | 3 s after: field network   (Hz)")
    for gain in (1.0, 2.0):
        field, network = compare(gaba_gain=gain)
        for row in zip(E_GABA, field.before, network.before, field.after, network.after, strict=True):
            print(f"{row[0]:6.0f}   x{gain:.0f}   | {row[1]:13.2f} {row[2]:7.2f} | {row[3]:16.2f} {row[4]:7.2f}")
    for deviation in (0.0, 2.0, 3.0):
        print(f"noise of each neuron's own, {deviation:.0f} mV, -60 mV: {private_noise(deviation):.2f} Hz")
    target = HERE.parent / "docs" / "figures" / "mean_field.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    draw(target)
    print(f"figure: {target.relative_to(HERE.parent)}")


def draw(target: Path) -> None:
    """Four panels: rates over E_GABA, one pulse, shared noise, and the spread of voltages."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 7), layout="constrained")
    axes = figure.subplots(2, 2)
    draw_branches(axes[0, 0])
    network = draw_pulse(axes[0, 1])
    draw_noise(axes[1, 0])
    draw_voltages(axes[1, 1], network)
    for letter, axis in zip("abcd", axes.flat, strict=True):
        caption = axis.get_title()
        axis.set_title("")
        axis.set_title(f"{letter}   {caption}", loc="left", fontsize=10)
        axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(target, dpi=110)


def draw_branches(axis) -> None:
    """Rates before and after the pulse over the reversal potential."""
    patch, grid = default_population(), np.arange(-75.0, -39.5, 0.25)
    field = rates_of(mean_field(patch, fixed_drive(grid), pulse(5e-4)), 5e-4)
    _, network = compare()
    for name, colour in (("before", "tab:blue"), ("after", "tab:red")):
        axis.plot(grid, getattr(field, name), color=colour, label=f"mean field, {name} the pulse")
        axis.plot(E_GABA, getattr(network, name), "o", mfc="none", color=colour, label=f"5,000 neurons, {name}")
    axis.set(title="Bistable where GABA-A no longer brakes", xlabel="E_GABA (mV)", ylabel="pyramidal rate (Hz)")
    axis.legend(frameon=False, fontsize=8)


def draw_pulse(axis):
    """The rate over time at -52 mV; returns the network's end."""
    patch, drive, dt = default_population(), fixed_drive(-52.0), 5e-5
    field = mean_field(patch, drive, pulse(5e-4))
    end, trace = spiking(patch, drive, pulse(dt), dt=dt, every=40)
    axis.plot(np.arange(len(trace.rate_E)) * 40 * dt, trace.rate_E[:, 0], color="0.6", lw=0.8, label="5,000 neurons")
    axis.plot(np.arange(len(field.rate_E)) * 5e-4, field.rate_E[:, 0], color="k", lw=1, label="mean field")
    axis.set(
        title="A pulse at -52 mV lights what stays", xlabel="time (s)", ylabel="pyramidal rate (Hz)", xlim=(3.5, 6)
    )
    axis.legend(frameon=False, fontsize=8)
    return end


def draw_noise(axis) -> None:
    """The same noise in all neurons and in the mean field."""
    patch, drive, dt = default_population(), fixed_drive(-60.0), 5e-5
    noise = dict(deviation=3.0, tau=patch.circuit.tau_noise, seconds=3.0)
    field = mean_field(patch, drive, coloured(5e-4, **noise))
    _, trace = spiking(patch, drive, coloured(dt, **noise), dt=dt, every=40)
    axis.plot(np.arange(len(trace.rate_E)) * 40 * dt, trace.rate_E[:, 0], color="0.6", lw=0.8, label="5,000 neurons")
    axis.plot(np.arange(len(field.rate_E)) * 5e-4, field.rate_E[:, 0], color="k", lw=1, label="mean field")
    axis.set(title="Noise shared by all neurons, 3 mV, -60 mV", xlabel="time (s)", ylabel="pyramidal rate (Hz)")
    axis.legend(frameon=False, fontsize=8)


def draw_voltages(axis, network) -> None:
    """Voltages of the pyramidal cells at the end of the pulse run, against the Lorentzian of the mean field."""
    field = mean_field(default_population(), fixed_drive(-52.0), pulse(5e-4))
    v, x = float(field.v_E[-1, 0]), float(field.x_E[-1, 0])
    grid = np.linspace(-90.0, -10.0, 161)
    axis.hist(np.asarray(network.V_E[0]), bins=grid, color="0.8", label="5,000 neurons")
    per_bin = network.V_E.shape[-1] * (grid[1] - grid[0])
    axis.plot(grid, per_bin * x / (np.pi * ((grid - v) ** 2 + x * x)), color="k", label="Lorentzian of the mean field")
    axis.set(title="Voltages stay Lorentzian", xlabel="V (mV)", ylabel="pyramidal cells")
    axis.legend(frameon=False, fontsize=8)


if __name__ == "__main__":
    main()
