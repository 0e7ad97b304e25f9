"""Nothing is random outside `ground.chance`, and nothing random is remembered."""

import ast

RANDOM = {"random", "secrets", "numpy.random", "jax.random"}
HOME = "ground/chance.py"


def test_no_module_imports_a_random_generator(imports):
    found = {path: names & RANDOM for path, names in imports.items() if path != HOME and names & RANDOM}
    assert not found


def test_no_module_reaches_for_one_by_attribute(modules):
    found = []
    for path, tree in modules.items():
        for node in ast.walk(tree):
            if path != HOME and isinstance(node, ast.Attribute) and node.attr in ("random", "urandom", "uuid4"):
                found.append(f"{path}:{node.lineno}: {ast.unparse(node)}")
    assert not found
