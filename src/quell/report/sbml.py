"""Antimony text as SBML, Level 3 Version 2, by libAntimony; an optional part of the installation."""

from importlib import import_module

from quell.ground.errors import InputError

EXTRA = "export"


def sbml(antimony: str) -> str:
    """The SBML document of a model in Antimony. Raises InputError where the optional library is missing."""
    try:
        library = import_module("antimony")
    except ImportError:
        what = "SBML is written by the package antimony, which is not installed"
        allowed = f"pip install 'quell[{EXTRA}]', or --antimony for the readable text, which needs nothing"
        raise InputError(what, field="export", allowed=allowed) from None
    library.clearPreviousLoads()
    if library.loadAntimonyString(antimony) < 0:
        raise ValueError(f"libAntimony refuses Quell's text: {library.getLastError()}")
    made = library.getSBMLString(library.getMainModuleName())
    library.clearPreviousLoads()
    return made
