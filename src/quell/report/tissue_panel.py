"""The panel of the slow fire, where a run had it: cytokines, barrier, pump and astrocytes at the focus."""

from matplotlib.axes import Axes

from quell.report import style
from quell.report.view import View

LINES = {
    "il1": ("IL-1β", style.SEIZING),
    "barrier_leak": ("barrier leak", style.POTASSIUM),
    "efflux": ("P-gp", style.NMDA),
    "kir4_1": ("Kir4.1 left", style.GABA_A),
    "nmda_held": ("NMDA held inside", style.RESERVE),
}


def there(view: View) -> bool:
    """Whether the record holds the slow fire."""
    return "il1" in view.record


def fire(ax: Axes, view: View) -> None:
    """Interleukin-1, leak, P-glycoprotein, potassium buffering left, and receptors that antibodies hold."""
    shown = {name: line for name, line in LINES.items() if float(view.at_focus(name).max()) > 0.0}
    ax.axhline(1.0, color=style.INK, lw=0.7, ls=(0, (4, 3)))
    for name, (_, colour) in shown.items():
        ax.plot(view.time, view.at_focus(name), color=colour)
    top = max(1.25, *(float(view.at_focus(name).max()) * 1.05 for name in shown))
    ends = style.spread([float(view.at_focus(name)[-1]) for name in shown], 0.16 * top)
    for y, (label, colour) in zip(ends, shown.values(), strict=True):
        style.end_label(ax, view.ends[1], y, label, colour=colour)
    ax.set_ylim(0, top)
    ax.set_ylabel("relative")
    ax.set_title("The slow fire: inflammation, barrier, pump, astrocytes")
    style.quiet_axes(ax)
