"""Equations of the body and of the slow tissue as Antimony, traced from the code that runs them.

A function of named scalars is traced by JAX and every operation written down as a formula, so the exported model is
the one that Quell runs, not a copy of it. What is used more than once becomes a variable with an assignment rule.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jax
import numpy as np

from quell.report.antimony_words import number

BETWEEN = {"add": "+", "add_any": "+", "sub": "-", "mul": "*", "div": "/", "pow": "^"}
COMPARED = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}
CALLED = {"exp": "exp", "log": "ln", "sqrt": "sqrt", "abs": "abs", "max": "max", "min": "min", "tanh": "tanh"}
SAME = ("convert_element_type", "copy", "stop_gradient", "broadcast_in_dim", "squeeze", "reshape")
INSIDE = ("pjit", "jit", "custom_jvp_call", "custom_vjp_call", "closed_call", "core_call")


def traced(equations: Callable[..., Any], names: Mapping[str, Any], prefix: str) -> tuple[list[str], dict[str, str]]:
    """Rules, and the formula of every output: `equations` takes {name: scalar} and gives {name: scalar}.

    `names` are the scalars with any value; helper variables are called `prefix_1` and on. Raises NotImplementedError
    for an operation that SBML does not know.
    """
    jaxpr, shape = jax.make_jaxpr(equations, return_shape=True)(dict(names))
    order = [str(path[0].key) for path, _ in jax.tree_util.tree_flatten_with_path(dict(names))[0]]
    writer = _Writer(prefix)
    known = dict(zip(jaxpr.jaxpr.constvars, (number(value) for value in jaxpr.consts), strict=True))
    known |= dict(zip(jaxpr.jaxpr.invars, order, strict=True))
    found = writer.write(jaxpr.jaxpr, known)
    outputs = [str(path[0].key) for path, _ in jax.tree_util.tree_flatten_with_path(shape)[0]]
    return writer.rules, dict(zip(outputs, found, strict=True))


class _Writer:
    """Formulas of a traced function; `rules` are the assignment rules of what is used more than once."""

    def __init__(self, prefix: str):
        self.prefix, self.rules = prefix, []

    def write(self, jaxpr: Any, known: dict[Any, str]) -> list[str]:
        """The formulas of the outputs, given those of the inputs."""
        uses: dict[Any, int] = {}
        for variable in [v for equation in jaxpr.eqns for v in equation.invars] + list(jaxpr.outvars):
            if not hasattr(variable, "val"):
                uses[variable] = uses.get(variable, 0) + 1
        for equation in jaxpr.eqns:
            inputs = [_literal(v) if hasattr(v, "val") else known[v] for v in equation.invars]
            for variable, formula in zip(equation.outvars, self._one(equation, inputs), strict=True):
                often = uses.get(variable, 0) > 1 and variable.aval.dtype != bool  # a comparison is no number
                known[variable] = self._kept(formula) if often else formula
        return [_literal(v) if hasattr(v, "val") else known[v] for v in jaxpr.outvars]

    def _kept(self, formula: str) -> str:
        if formula.replace("_", "").replace(".", "").isalnum():
            return formula  # a name or number is short already
        name = f"{self.prefix}_{len(self.rules) + 1}"
        self.rules.append(f"  {name} := {formula};")
        return name

    def _one(self, equation: Any, inputs: list[str]) -> list[str]:
        kind, parameters = equation.primitive.name, equation.params
        if kind in INSIDE:
            inner = parameters.get("jaxpr") or parameters.get("call_jaxpr") or parameters.get("fun_jaxpr")
            inner = getattr(inner, "jaxpr", inner)
            return self.write(inner, dict(zip(inner.invars, inputs, strict=True)))
        if kind in SAME:
            counted = equation.invars[0].aval.dtype == bool and equation.outvars[0].aval.dtype != bool
            return [f"piecewise(1, {inputs[0]}, 0)" if counted else inputs[0]]
        return [formula(kind, parameters, inputs)]


def formula(kind: str, parameters: Mapping[str, Any], inputs: list[str]) -> str:
    """One operation of JAX on formulas, as a formula of Antimony."""
    if kind in BETWEEN:
        return f"({inputs[0]} {BETWEEN[kind]} {inputs[1]})"
    if kind in COMPARED:
        return f"({inputs[0]} {COMPARED[kind]} {inputs[1]})"
    if kind in CALLED:
        return f"{CALLED[kind]}({', '.join(inputs)})"
    match kind:
        case "neg":
            return f"(-{inputs[0]})"
        case "integer_pow":
            return f"({inputs[0]}^{parameters['y']})"
        case "square":
            return f"({inputs[0]}^2)"
        case "select_n":
            return f"piecewise({inputs[2]}, {inputs[0]}, {inputs[1]})"
        case "and" | "or":
            return f"({inputs[0]} {'&&' if kind == 'and' else '||'} {inputs[1]})"
        case "clamp":
            return f"min(max({inputs[1]}, {inputs[0]}), {inputs[2]})"
    raise NotImplementedError(f"no formula for {kind}")


def _literal(variable: Any) -> str:
    value = np.asarray(variable.val)
    return ("1" if value else "0") if value.dtype == bool else number(value)


def rate_rules(formulas: Mapping[str, str], first: Mapping[str, float]) -> Iterator[str]:
    """Lines of the states: their start and their rate rules."""
    for name, rate in formulas.items():
        yield f"  var {name} = {number(first[name])};"
        yield f"  {name}' = {rate};"
