"""The face of the package: what it promises is there, and a type checker sees the same."""

import ast
import inspect
import tomllib
from importlib.util import find_spec

import pytest

import quell

PROMISED = sorted(set(quell.__all__) - {"__version__"})


@pytest.mark.parametrize("name", PROMISED)
def test_every_name_of_the_face_is_there_and_documented(name):
    module = quell._FACE[name].partition(":")[0]
    if find_spec(module) is None:
        pytest.fail(f"{module} does not exist")
    assert inspect.getdoc(getattr(quell, name))


def test_type_checkers_see_the_same_face(modules):
    seen = {}
    for node in ast.walk(modules["__init__.py"]):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("quell."):
            seen |= {alias.asname: f"{node.module}:{alias.name}" for alias in node.names}
    assert seen == quell._FACE
    assert sorted(quell._FACE) == PROMISED


def test_the_version_is_the_one_of_the_project(root):
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert quell.__version__ == project["version"]


def test_an_unknown_name_says_what_there_is():
    with pytest.raises(AttributeError, match=r"quell has no 'runn'; it has .*run"):
        quell.runn  # noqa: B018


def test_dir_lists_the_face():
    assert dir(quell) == sorted(quell.__all__)
