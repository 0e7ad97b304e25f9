"""Quell: status epilepticus, simulated from the chloride ion to the intensive-care unit.

For research and teaching, never for bedside decisions.
"""

__version__ = "0.1.0"
