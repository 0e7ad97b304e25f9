"""Compute: 64-bit, one set of bits for any number of cores, a cache that heals itself."""

import hashlib
import os
import subprocess
import sys
import zlib

import jax
import jax.numpy as jnp
import pytest

from quell.ground.compute import cache_folder, compile_folder, prepare, processor, remove_torn, wide_vectors

ROUGH = """
import hashlib, os, sys
if len(sys.argv) > 1: os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from quell.ground.compute import prepare
prepare()
import jax, jax.numpy as jnp, numpy as np
def f(x):  # long enough a mixture that the vector remainder rounds otherwise than the vector body
    near = jnp.exp(-x) * jnp.tanh(x) + jnp.log1p(jnp.abs(x)) * jnp.sin(x)
    return near + jnp.abs(x) ** 2.3 / (1 + jnp.exp(x * 0.3))
x = jnp.asarray(np.random.default_rng(6413).normal(size=6413), jnp.float32)
f = jax.jit(f)
print(hashlib.sha256(np.asarray(f(x)).tobytes()).hexdigest())
"""


def test_numbers_are_64_bit_and_preparing_twice_is_preparing_once():
    prepare()
    prepare()
    assert jnp.asarray(0.1).dtype == jnp.float64
    assert jax.config.jax_enable_x64


def test_wide_vectors_are_asked_for_where_the_processor_has_them_and_the_user_has_not_chosen(monkeypatch):
    name, able = "xla_cpu_prefer_vector_width", "avx512f" in processor()[1] and jax.default_backend() == "cpu"
    wide_vectors.cache_clear()
    monkeypatch.delenv("XLA_FLAGS", raising=False)
    assert wide_vectors() == ({name: 512} if able else {})
    double = jax.jit(lambda x: x + x, compiler_options=wide_vectors())
    assert float(double(1.5)) == 3.0
    wide_vectors.cache_clear()
    monkeypatch.setenv("XLA_FLAGS", f"--{name}=256")
    assert wide_vectors() == {}
    wide_vectors.cache_clear()


def test_a_jax_without_the_choice_of_a_width_is_no_fault(monkeypatch):
    def refuse(*_, **options):
        raise ValueError("no such option")

    wide_vectors.cache_clear()
    monkeypatch.delenv("XLA_FLAGS", raising=False)
    monkeypatch.setattr(jax, "jit", refuse)
    assert wide_vectors() == {}
    wide_vectors.cache_clear()


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system cannot confine a process to one core")
def test_bits_do_not_depend_on_the_number_of_cores():
    def digest(*words):
        quiet = {name: value for name, value in os.environ.items() if name != "PJRT_NPROC"} | {"QUELL_NO_CACHE": "1"}
        done = subprocess.run(
            [sys.executable, "-c", ROUGH, *words], capture_output=True, text=True, check=True, env=quiet
        )
        return done.stdout

    assert digest() == digest("one core")


def test_the_cache_folder_can_be_chosen_and_switched_off(monkeypatch, tmp_path):
    monkeypatch.setenv("QUELL_CACHE_DIR", str(tmp_path / "mine"))
    monkeypatch.delenv("QUELL_NO_CACHE", raising=False)
    assert cache_folder() == tmp_path / "mine"
    folder = compile_folder()
    assert folder is not None
    assert folder.parent == tmp_path / "mine"
    assert folder.is_dir()
    monkeypatch.setenv("QUELL_NO_CACHE", "1")
    assert compile_folder() is None


def test_a_cache_that_cannot_be_written_is_done_without(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.delenv("QUELL_NO_CACHE", raising=False)
    monkeypatch.setenv("QUELL_CACHE_DIR", str(tmp_path / "file" / "below"))
    assert compile_folder() is None


def test_a_torn_entry_is_removed_and_a_whole_one_kept(tmp_path):
    whole = zlib.compress(hashlib.sha256(b"program").digest() * 50)
    (tmp_path / "whole-cache").write_bytes(whole)
    (tmp_path / "torn-cache").write_bytes(whole[:-5])
    (tmp_path / "empty-cache").touch()
    remove_torn(tmp_path)
    assert sorted(path.name for path in tmp_path.glob("*-cache")) == ["whole-cache"]


def test_only_what_is_new_since_the_last_look_is_opened(tmp_path):
    remove_torn(tmp_path)
    old = tmp_path / "old-cache"
    old.write_bytes(b"torn long ago")
    os.utime(old, (1, 1))
    remove_torn(tmp_path)
    assert old.exists()


def test_the_processor_has_a_name():
    name, features = processor()
    assert name
    assert isinstance(features, frozenset)
