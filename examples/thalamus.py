"""What does the thalamic rhythm need? The figure and table of docs/thalamus.md.

    python examples/thalamus.py            prints the table, writes docs/figures/thalamus.png

Relay and reticular cells alone, without noise and without cortex, in five conditions.
"""

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

from quell.circuit import thalamus as circuit
from quell.ground.compute import prepare
from quell.patient.build import default_thalamus

prepare()

CONDITIONS = {  # name: what is set; the thalamus asleep otherwise
    "default": {},
    "more K+ leak": {"potassium": 0.66},
    "T-type half blocked": {"t_type": 0.5},
    "no T-type": {"t_type": 0.0},
    "E_GABA -50 mV": {"E_gaba": -50.0},
}
SECONDS, SETTLED, DT = 8.0, 4.0, 5e-4


def played() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Relay rate and reticular rate (Hz), relay dendrite (mV); `[time, conditions]`."""
    thalamus = default_thalamus()
    like = jnp.ones(len(CONDITIONS))
    plain = circuit.setting(thalamus, like, noise=0.0)._asdict()
    for name, column in plain.items():
        values = [change.get(name, float(column[k])) for k, change in enumerate(CONDITIONS.values())]
        plain[name] = jnp.asarray(values)
    now, still = circuit.Setting(**plain), (0.0 * like,) * 2

    def step(state, _):
        state = circuit.step(thalamus, state, now, dt=DT, kicks=still, cortex=0.0 * like)
        return state, (*circuit.firing(thalamus, state), state.V_T)

    _, seen = jax.lax.scan(step, circuit.rest(thalamus, like), None, length=round(SECONDS / DT))
    return tuple(np.asarray(one) for one in seen)


def frequency(rate: np.ndarray) -> float:
    """Of the strongest rhythm of a settled rate, Hz; 0 where it hardly moves."""
    settled = rate[round(SETTLED / DT) :] - rate[round(SETTLED / DT) :].mean()
    power = np.abs(np.fft.rfft(settled * np.hanning(len(settled))))
    axis = np.fft.rfftfreq(len(settled), DT)
    return float(axis[power.argmax()]) if settled.std() > 0.5 else 0.0


def main() -> None:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    rate_T, rate_R, V = played()
    settled = slice(round(SETTLED / DT), None)
    print(
        "| condition | rhythm, Hz | relay rate, Hz | reticular rate, Hz | relay dendrite, mV |\n|---|---|---|---|---|"
    )
    for k, name in enumerate(CONDITIONS):
        beat = frequency(rate_T[:, k])
        low, high = V[settled, k].min(), V[settled, k].max()
        told = f"{beat:.1f}" if beat else "none"
        means = f"{rate_T[settled, k].mean():.1f} | {rate_R[settled, k].mean():.1f}"
        print(f"| {name} | {told} | {means} | {low:.1f} to {high:.1f} |")
    figure, axes = plt.subplots(len(CONDITIONS), 2, figsize=(9, 7.5), sharex=True, sharey="col", layout="constrained")
    time = np.arange(len(V)) * DT
    part = (time >= 6.0) & (time < 7.0)
    for k, (name, row) in enumerate(zip(CONDITIONS, axes, strict=True)):
        row[0].plot(time[part], V[part, k], color="#1f5a99", lw=1.2)
        row[0].set_title(name, loc="left", fontsize=10)
        row[1].plot(time[part], rate_R[part, k], color="#b23a48", lw=1.0, label="reticular")
        row[1].plot(time[part], rate_T[part, k], color="#1f5a99", lw=1.2, label="relay")
        row[1].set_yscale("symlog", linthresh=10.0)
        for axis in row:
            axis.spines[["top", "right"]].set_visible(False)
    axes[0, 0].set_ylim(-75, -50)
    axes[0, 1].legend(frameon=False, fontsize=9, loc="upper right", ncols=2)
    axes[2, 0].set_ylabel("relay dendrite, mV")
    axes[2, 1].set_ylabel("firing rate, Hz")
    for axis in axes[-1]:
        axis.set_xlabel("time, s")
    figure.savefig(Path(__file__).parents[1] / "docs" / "figures" / "thalamus.png", dpi=130)


if __name__ == "__main__":
    main()
