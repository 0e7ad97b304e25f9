"""Quell: status epilepticus, simulated from the chloride ion to the intensive-care unit.

For research and teaching, never for bedside decisions.

    import quell
    result = quell.run("examples/established_se.toml")
    result.plot()

Every name below is fetched when it is first used, so that `import quell` stays light.
"""

from importlib import import_module, metadata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from quell import drugs as drugs
    from quell import eeg as eeg
    from quell.care.explain import explain as explain
    from quell.care.scenario import load_scenario as load_scenario
    from quell.cli.cite import cite as cite
    from quell.cli.export import sbml as sbml
    from quell.cli.job import run as run
    from quell.cli.kept import resume as resume
    from quell.cli.pk import pk as pk
    from quell.cli.replicate import replicate as replicate
    from quell.drugs.card import load as load_drug
    from quell.drugs.library import names as drug_names
    from quell.ground.errors import CardError as CardError
    from quell.ground.errors import InputError as InputError
    from quell.ground.errors import InterruptedRun as InterruptedRun
    from quell.ground.errors import QuellError as QuellError
    from quell.ground.errors import RangeError as RangeError
    from quell.report.result import Result as Result

    __version__: str

_FACE = {
    "run": "quell.cli.job:run",
    "resume": "quell.cli.kept:resume",
    "replicate": "quell.cli.replicate:replicate",
    "Result": "quell.report.result:Result",
    "load_scenario": "quell.care.scenario:load_scenario",
    "explain": "quell.care.explain:explain",
    "load_drug": "quell.drugs.card:load",
    "drug_names": "quell.drugs.library:names",
    "cite": "quell.cli.cite:cite",
    "pk": "quell.cli.pk:pk",
    "sbml": "quell.cli.export:sbml",
    "QuellError": "quell.ground.errors:QuellError",
    "InputError": "quell.ground.errors:InputError",
    "CardError": "quell.ground.errors:CardError",
    "RangeError": "quell.ground.errors:RangeError",
    "InterruptedRun": "quell.ground.errors:InterruptedRun",
}
_ROOMS = ("drugs", "eeg")  # rooms with a face of their own: quell.eeg.read, quell.drugs["propofol"]
__all__ = [
    "CardError",
    "InputError",
    "InterruptedRun",
    "QuellError",
    "RangeError",
    "Result",
    "__version__",
    "cite",
    "drug_names",
    "explain",
    "load_drug",
    "load_scenario",
    "pk",
    "replicate",
    "resume",
    "run",
    "sbml",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return metadata.version("quell")
    if name in _ROOMS:
        return import_module(f"quell.{name}")
    if name not in _FACE:
        raise AttributeError(f"quell has no {name!r}; it has {', '.join(__all__)}")
    module, _, attribute = _FACE[name].partition(":")
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    return __all__
