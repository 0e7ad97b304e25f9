"""What is done to a body in these tests."""

import jax.numpy as jnp

from quell.patient import physiology


def quiet(lanes=1, **changed):
    """Nobody seizes, no drug, air; some inputs changed."""
    nothing = {name: jnp.zeros(lanes) for name in physiology.Inputs._fields}
    inputs = physiology.Inputs(**nothing)._replace(oxygen=jnp.full(lanes, 0.21))
    return inputs._replace(**{name: jnp.full(lanes, float(value)) for name, value in changed.items()})


def seizing(**changed):
    return quiet(**({"activity": 1.0, "convulsing": 1.0} | changed))
