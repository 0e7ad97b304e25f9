"""Names and numbers as Antimony and SBML allow them."""

import re

import numpy as np


def symbol(*words: str) -> str:
    """Words as one name that SBML allows: "propofol.central" is propofol_central."""
    return re.sub(r"\W+", "_", "_".join(words))


def number(value: object) -> str:
    """The shortest text that reads back as the same number; of an array of one lane, that lane."""
    return repr(float(np.asarray(value).reshape(-1)[0])).removesuffix(".0")


def constant(name: str, value: object, unit: str = "dimensionless") -> str:
    """A parameter with its unit (none where it is ""), as a line."""
    return f"  {name} = {number(value)};" + (f" {name} has {unit};" if unit else "")
