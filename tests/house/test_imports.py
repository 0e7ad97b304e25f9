"""Imports go down, the face is for guests, and a mere question loads nothing heavy."""

import ast
import json
import os
import subprocess
import sys

import pytest
from importlinter.cli import lint_imports

HEAVY = ("jax", "matplotlib", "xarray", "scipy", "pint", "pydantic", "numpy")


def test_imports_go_down_the_stairs(root, capsys, monkeypatch):
    monkeypatch.chdir(root)
    status = lint_imports(no_cache=True, no_logo=True)
    assert status == 0, capsys.readouterr().out


def test_no_module_imports_a_name_of_the_face(modules):
    allowed = {"__version__", "__file__", "__path__"}
    found = []
    for path, tree in modules.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module == "quell" and not node.level:
                found += [f"{path}: {a.name}" for a in node.names if not _is_room(a.name)]
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "quell":
                found += [] if node.attr in allowed or _is_room(node.attr) else [f"{path}: quell.{node.attr}"]
    assert not found


def test_only_reports_draw(imports):
    drawing = [path for path, names in imports.items() if any(name.split(".")[0] == "matplotlib" for name in names)]
    assert [path for path in drawing if not path.startswith("report/")] == []


def test_importing_quell_loads_nothing_heavy():
    assert _loaded("import quell") == []


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["--version"], [], ["drugs", "list", "--help"]])
def test_a_question_to_the_command_line_loads_nothing_heavy(words):
    assert _loaded(f"from quell.cli.main import main\ntry:\n    main({words!r})\nexcept SystemExit:\n    pass") == []


def _loaded(code: str) -> list[str]:
    told = f"{code}\nimport sys, json\nprint(json.dumps([n for n in {HEAVY!r} if n in sys.modules]), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", told], capture_output=True, text=True, check=True, env={**os.environ, "COLUMNS": "100"}
    )
    return json.loads(done.stderr.splitlines()[-1])


def _is_room(name: str) -> bool:
    from quell.ground.sources import PACKAGE

    return (PACKAGE / name).is_dir()
