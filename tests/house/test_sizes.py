"""Files and functions stay short enough to be read in one go."""

import ast

import pytest

FILE, FUNCTION, CAPTION = 300, 60, 120
PARDONED: dict[str, int] = {}  # path: lines it may have, with the reason beside it


def test_files_are_short(root):
    long = {}
    for folder in ("src", "tests"):
        for path in (root / folder).rglob("*.py"):
            name, lines = path.relative_to(root).as_posix(), len(path.read_text(encoding="utf-8").splitlines())
            if lines > PARDONED.get(name, FILE):
                long[name] = lines
    assert not long


def test_functions_are_short(modules):
    long = [
        f"{path}:{node.lineno} {node.name} has {length} lines"
        for path, tree in modules.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION
    ]
    assert not long


def test_every_module_opens_with_a_caption(modules):
    found = []
    for path, tree in modules.items():
        caption = (ast.get_docstring(tree) or "").split("\n")[0]
        is_room_door = path.endswith("/__init__.py")
        if not is_room_door and (not caption or len(caption) > CAPTION):
            found.append(f"{path}: {caption!r}")
    assert not found


def test_doors_of_rooms_are_empty(modules):
    doors = [path for path, tree in modules.items() if path.endswith("/__init__.py") and tree.body]
    assert doors == [
        "drugs/__init__.py",
        "eeg/__init__.py",
    ]  # lazy faces: quell.drugs["propofol"]


@pytest.mark.parametrize("word", ["utils", "helpers", "misc", "base", "manager", "common"])
def test_no_module_is_a_cupboard(modules, word):
    assert [path for path in modules if word in path.removesuffix(".py").split("/")[-1].split("_")] == []
