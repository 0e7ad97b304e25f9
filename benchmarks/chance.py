"""What random numbers cost inside the fast step: two addressed kicks per patch and step, four ways to make them."""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax.extend.random import threefry_2x32

from benchmarks import measure, patch

LANES = 64
SCALE = jnp.float32(12.0**0.5 / 2.0**32)


def none(where: Any, tick: jax.Array) -> tuple:
    """No noise: what the step costs without it."""
    zero = jnp.zeros(where.first.shape, jnp.float32)
    return zero, zero


def uniform(words: jax.Array) -> jax.Array:
    """32 bits to mean 0 and variance 1."""
    return (words.astype(jnp.int32)).astype(jnp.float32) * SCALE


def threefry(where: Any, tick: jax.Array) -> tuple:
    """One block of threefry-2x32 per patch: key = address, counter = step."""
    count = jnp.full(where.first.size, tick)

    def one(first, second, step):
        return threefry_2x32((first, second), jnp.stack([step, jnp.uint32(0)]))

    pair = jax.vmap(one)(where.first.ravel(), where.second.ravel(), count)
    return uniform(pair[:, 0].reshape(where.first.shape)), uniform(pair[:, 1].reshape(where.first.shape))


def threefry_normal(where: Any, tick: jax.Array) -> tuple:
    """As JAX is used by default: fold the step into a key per patch, draw two normal numbers."""

    def one(first, second):
        key = jax.random.wrap_key_data(jnp.stack([first, second]), impl="threefry2x32")
        return jax.random.normal(jax.random.fold_in(key, tick), (2,), jnp.float32)

    pair = jax.vmap(one)(where.first.ravel(), where.second.ravel())
    return pair[:, 0].reshape(where.first.shape), pair[:, 1].reshape(where.first.shape)


def philox(where: Any, tick: jax.Array) -> tuple:
    """One block of Philox-4x32-10 per patch; two of its four words are used."""
    a, b = jnp.full_like(where.first, tick), jnp.zeros_like(where.first)
    c, d = b, b
    first, second = where.first, where.second
    for _ in range(10):
        high_a, low_a = _wide(a, 0xD2511F53)
        high_c, low_c = _wide(c, 0xCD9E8D57)
        a, b, c, d = high_c ^ b ^ first, low_c, high_a ^ d ^ second, low_a
        first, second = first + jnp.uint32(0x9E3779B9), second + jnp.uint32(0xBB67AE85)
    return uniform(a), uniform(b)


def _wide(word: jax.Array, factor: int) -> tuple:
    product = word.astype(jnp.uint64) * jnp.uint64(factor)
    return (product >> 32).astype(jnp.uint32), product.astype(jnp.uint32)


def row(make: Any) -> dict[str, Any]:
    """Nanoseconds per population-step of the whole step with this noise."""
    kicks = partial(make, patch.where(LANES)) if make else None
    return measure.per_step(patch.march(LANES, kicks=kicks), units=LANES * patch.POPULATIONS)


ROWS: dict[str, measure.Row] = {
    "none": partial(row, none),
    "counter-hash": partial(row, None),
    "philox": partial(row, philox),
    "threefry": partial(row, threefry),
    "threefry-normal": partial(row, threefry_normal),
}

if __name__ == "__main__":
    measure.answer(ROWS)
