"""Checkpoints: what comes back is what was saved, bit for bit, or a sentence saying why not."""

import zipfile
from dataclasses import dataclass
from typing import NamedTuple

import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings

from quell.engine import checkpoint
from quell.engine.checkpoint import load, read_header, save
from quell.ground.chance import address, two_kicks
from quell.ground.errors import InputError

jax.config.update("jax_enable_x64", True)


class Ions(NamedTuple):
    Cl_i: jax.Array
    K_o: jax.Array


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Brain:
    ions: Ions
    gates: dict
    clock: int


TYPES = st.sampled_from([np.float64, np.float32, np.uint32, np.int32, np.bool_])
ARRAYS = TYPES.flatmap(lambda kind: hnp.arrays(kind, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)))
LEAVES = ARRAYS | ARRAYS.map(jnp.asarray) | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats()
TREES = st.recursive(
    LEAVES,
    lambda part: (
        st.lists(part, max_size=3)
        | st.dictionaries(st.text(max_size=5), part, max_size=3)
        | st.tuples(part, st.none())
        | st.builds(Ions, part, part)
        | st.builds(Brain, st.builds(Ions, part, part), st.dictionaries(st.text(max_size=5), part, max_size=2), part)
    ),
    max_leaves=8,
)


def brain() -> Brain:
    ions = Ions(jnp.linspace(5.0, 20.0, 64), jnp.full((64, 10), 3.5, jnp.float32))
    where = address(7, jnp.arange(64), "noise")
    return Brain(ions, {"open": jnp.arange(64) % 3 == 0, "key": where, "count": jnp.int32(-4)}, clock=12)


def assert_same(one, other):
    ones, others = jax.tree.leaves(one), jax.tree.leaves(other)
    assert jax.tree.structure(one) == jax.tree.structure(other)
    for a, b in zip(ones, others, strict=True):
        assert type(a) is type(b)
        a, b = np.asarray(a), np.asarray(b)
        assert (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes())


def test_a_state_comes_back_bit_for_bit_with_its_place_in_time(tmp_path):
    save(tmp_path / "c", brain(), 360, seconds=3600.0, about={"seed": 7, "patients": [0, 63]})
    back, header = load(tmp_path / "c", jax.tree.map(lambda leaf: leaf, brain()))
    assert_same(back, brain())
    assert (header.macro_step, header.seconds, header.about["seed"]) == (360, 3600.0, 7)
    assert [leaf.path for leaf in read_header(tmp_path / "c").leaves][:2] == [".ions.Cl_i", ".ions.K_o"]


@settings(max_examples=60, deadline=None)
@given(tree=TREES)
def test_any_tree_comes_back_bit_for_bit(tmp_path_factory, tree):
    path = tmp_path_factory.mktemp("trees") / "c"
    save(path, tree, 1, seconds=0.0)
    assert_same(load(path, tree)[0], tree)


def test_not_a_number_and_negative_zero_and_tiny_numbers_keep_their_bits(tmp_path):
    odd = np.array([0x7FF8_0000_0000_1234, 0xFFF8_0000_0000_0001, 1 << 63, 1], np.uint64).view(np.float64)
    save(tmp_path / "c", {"odd": odd, "jax": jnp.asarray(odd)}, 0, seconds=0.0)
    back = load(tmp_path / "c", {"odd": odd, "jax": jnp.asarray(odd)})[0]
    assert back["odd"].tobytes() == odd.tobytes() == np.asarray(back["jax"]).tobytes()


def test_a_run_resumed_from_a_file_has_the_bits_of_an_uninterrupted_one(tmp_path):
    where = address(3, jnp.arange(64), "noise")

    @jax.jit
    def step(state, count):
        kick, _ = two_kicks(jax.tree.map(lambda word: word[:, 0], where), count)
        drift = 1e-3 * jnp.sin(state.Cl_i)[:, None].astype(jnp.float32)
        return Ions(state.Cl_i * 0.99 + 0.1 * kick, state.K_o + drift)

    def run(state, first, last):
        for count in range(first, last):
            state = step(state, jnp.uint32(count))
        return state

    save(tmp_path / "c", run(brain().ions, 0, 20), 20, seconds=200.0)
    resumed, header = load(tmp_path / "c", jax.eval_shape(brain).ions)
    assert_same(run(resumed, header.macro_step, 40), run(brain().ions, 0, 40))


def test_a_number_that_yields_its_type_still_yields_after_reading(tmp_path):
    yielding = jnp.broadcast_to(jnp.asarray(0.1), (3,))
    save(tmp_path / "c", yielding, 0, seconds=0.0)
    back = load(tmp_path / "c", yielding)[0]
    assert back.weak_type and (back * jnp.float32(1)).dtype == jnp.float32


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ({"Cl_i": np.zeros(3)}, "['K_o'] is only in the file"),
        ({"Cl_i": np.zeros(3), "K_o": np.zeros(3), "ATP": np.zeros(3)}, "['ATP'] is missing in the file"),
        ({"Cl_i": np.zeros(4), "K_o": np.zeros(3)}, "['Cl_i'] is array float64[3] in the file and array float64[4]"),
        ({"Cl_i": np.zeros(3, np.float32), "K_o": np.zeros(3)}, "float64[3] in the file and array float32[3]"),
    ],
)
def test_another_model_is_refused_with_the_difference(tmp_path, template, says):
    save(tmp_path / "c", {"Cl_i": np.zeros(3), "K_o": np.zeros(3)}, 0, seconds=0.0)
    with pytest.raises(InputError) as error:
        load(tmp_path / "c", template)
    assert says in str(error.value)


def test_another_version_is_refused_unless_asked_for(tmp_path, monkeypatch):
    save(tmp_path / "c", {"a": np.zeros(3)}, 0, seconds=0.0)
    monkeypatch.setattr("quell.__version__", "99.0")
    with pytest.raises(InputError, match=r"written by Quell .* any_version"):
        load(tmp_path / "c", {"a": np.zeros(3)})
    assert load(tmp_path / "c", {"a": np.ones(3)}, any_version=True)[0]["a"].sum() == 0


@pytest.mark.parametrize("leaf", ["text", object(), np.array(["a"]), np.array([None]), jax.random.key(0)])
def test_what_cannot_be_kept_exactly_is_refused_by_name(tmp_path, leaf):
    with pytest.raises(InputError, match="words"):
        save(tmp_path / "c", {"words": leaf}, 0, seconds=0.0)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_save_leaves_the_old_checkpoint_and_nothing_else(tmp_path, monkeypatch):
    save(tmp_path / "c", {"a": np.ones(3)}, 1, seconds=10.0)

    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(np.lib.format, "write_array", stop)
    with pytest.raises(KeyboardInterrupt):
        save(tmp_path / "c", {"a": np.zeros(3)}, 2, seconds=20.0)
    assert [file.name for file in tmp_path.iterdir()] == ["c"] and read_header(tmp_path / "c").macro_step == 1


def test_a_new_checkpoint_takes_the_name_in_one_step_and_never_writes_into_the_old(tmp_path):
    save(tmp_path / "c", {"a": np.ones(3)}, 1, seconds=10.0)
    (tmp_path / "old").hardlink_to(tmp_path / "c")
    save(tmp_path / "c", {"a": np.zeros(3)}, 2, seconds=20.0)
    assert (read_header(tmp_path / "old").macro_step, read_header(tmp_path / "c").macro_step) == (1, 2)


def test_equal_states_give_equal_files(tmp_path):
    for name in ("one", "other"):
        save(tmp_path / name, brain(), 360, seconds=3600.0)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


def whole_file(folder) -> bytes:
    save(folder / "whole", {"a": np.arange(6.0), "b": jnp.arange(3)}, 5, seconds=50.0)
    return (folder / "whole").read_bytes()


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_a_cut_or_damaged_file_is_a_clear_error_or_reads_right(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("cut")
    content = bytearray(whole_file(folder))
    place = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans(), label="cut"):
        content = content[:place]
    else:
        content[place] ^= data.draw(st.integers(1, 255))
    (folder / "damaged").write_bytes(content)
    template = {"a": np.arange(6.0), "b": jnp.arange(3)}
    try:
        back, _ = load(folder / "damaged", template)
    except InputError as error:
        assert "damaged" in str(error)
    else:
        assert_same(back, template)


def test_every_cut_file_is_refused(tmp_path):
    content = whole_file(tmp_path)
    for length in range(0, len(content), 97):
        (tmp_path / "cut").write_bytes(content[:length])
        with pytest.raises(InputError, match=r"cut short or damaged"):
            read_header(tmp_path / "cut")


def test_a_file_of_something_else_is_refused(tmp_path):
    np.savez(tmp_path / "other.npz", a=np.zeros(3))
    with pytest.raises(InputError, match="cut short or damaged"):
        load(tmp_path / "other.npz", {"a": np.zeros(3)})
    checkpoint.write_archive(tmp_path / "another", {"a": np.zeros(3)}, {"kind": "other"})
    with pytest.raises(InputError, match="holds no checkpoint"):
        load(tmp_path / "another", {"a": np.zeros(3)})
    with pytest.raises(InputError, match="no such file"):
        load(tmp_path / "absent", {"a": np.zeros(3)})


def test_a_file_that_would_run_code_is_refused(tmp_path):
    save(tmp_path / "c", {"a": np.zeros(3)}, 0, seconds=0.0)
    with zipfile.ZipFile(tmp_path / "c") as good:
        header = good.read("header.json")
    with zipfile.ZipFile(tmp_path / "bad", "w") as bad:
        bad.writestr("header.json", header)
        with bad.open("leaf00000.npy", "w") as member:
            np.lib.format.write_array(member, np.array([print, None, 1], object), allow_pickle=True)
    with pytest.raises(InputError, match="damaged"):
        load(tmp_path / "bad", {"a": np.zeros(3)})
