"""Chance: every random number has an address, f(study seed, patient, stream name, step).

Nothing random is remembered, so nothing depends on a patient's neighbours, on blocks, workers, order, or on
stop and resume. Rare draws (traits, delays) use JAX's threefry on the address. The hot loop uses a cheap
counter hash of the same address: two rounds of a 32-bit finaliser (constants of Wellons' low-bias search),
keyed by two words that threefry made from (study, patient, stream).
"""

import zlib
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike


class Address(NamedTuple):
    """Two key words per lane (or lane and patch) for one stream."""

    first: jax.Array
    second: jax.Array


def stream_number(name: str) -> int:
    """The number of a stream name; CRC-32, so the same on every machine and version."""
    return zlib.crc32(name.encode("utf-8"))


def address(study: int, patients: ArrayLike, stream: str, parts: int = 1) -> Address:
    """Key words for every patient and part (patch) of a stream: arrays `[lanes, parts]` of uint32."""
    root = jax.random.fold_in(jax.random.key(study, impl="threefry2x32"), stream_number(stream))

    def words(patient: jax.Array, part: jax.Array) -> jax.Array:
        return jax.random.key_data(jax.random.fold_in(jax.random.fold_in(root, patient), part))

    both = jax.vmap(jax.vmap(words, (None, 0)), (0, None))(
        jnp.asarray(patients, jnp.uint32), jnp.arange(parts, dtype=jnp.uint32)
    )
    return Address(both[..., 0], both[..., 1])


def twin(where: Address) -> Address:
    """A second stream at the same places, unrelated to the first."""
    return Address(where.second, where.first)


def uniform(study: int, patients: ArrayLike, stream: str, count: int = 1) -> jax.Array:
    """Uniform numbers in (0, 1), float64 `[lanes, count]`, by threefry on the address (not for the hot loop)."""
    words = address(study, patients, stream, count)
    bits = words.first.astype(jnp.float64) * 2.0**32 + words.second.astype(jnp.float64)
    return (bits + 0.5) / 2.0**64


def normal(study: int, patients: ArrayLike, stream: str, count: int = 1) -> jax.Array:
    """Standard normal numbers, float64 `[lanes, count]`, by threefry on the address."""
    safe = jnp.clip(uniform(study, patients, stream, count), 1e-15, 1 - 1e-15)
    return jax.scipy.special.ndtri(safe)


def bits(where: Address, step: ArrayLike) -> jax.Array:
    """32 random bits per lane for one step number, cheap enough for the innermost loop; steps count modulo 2^32."""
    counter = jnp.asarray(step).astype(jnp.uint32)  # any other integer type would promote the hash to 64 bits
    return _finish(_finish(counter * jnp.uint32(0x9E3779B9) + where.first) ^ where.second)


def two_kicks(where: Address, step: ArrayLike) -> tuple[jax.Array, jax.Array]:
    """Two independent kicks of mean 0 and variance 1 (uniform, float32), from one hash of the step.

    They feed Ornstein-Uhlenbeck inputs whose memory spans tens of steps, so the sum is normal to plotting
    accuracy while the cost is a quarter of a true normal draw (benchmarks/chance.py).
    """
    word = jax.lax.optimization_barrier(bits(where, step))  # else XLA hashes once for each kick
    scale = jnp.float32(12.0**0.5 / 65536.0)
    low = (word & jnp.uint32(0xFFFF)).astype(jnp.int32).astype(jnp.float32) - jnp.float32(32767.5)
    high = (word >> 16).astype(jnp.int32).astype(jnp.float32) - jnp.float32(32767.5)
    return low * scale, high * scale


def _finish(word: jax.Array) -> jax.Array:
    word = (word ^ (word >> 16)) * jnp.uint32(0x7FEB352D)
    word = (word ^ (word >> 15)) * jnp.uint32(0x846CA68B)
    return word ^ (word >> 16)
