"""How the pages are built: `make docs`."""

from importlib import metadata

project = "Quell"
copyright = "the Quell authors"
release = metadata.version("quell")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.mathjax"]
myst_enable_extensions = ["dollarmath", "colon_fence", "deflist"]
myst_heading_anchors = 3
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
autodoc_typehints = "description"
autodoc_member_order = "bysource"

html_theme = "furo"
html_title = f"Quell {release}"
html_static_path = ["_static"]


def setup(app):
    """Write the audit page from the cards each time the pages are built, so that it cannot lag behind them."""
    from pathlib import Path

    from quell.report import audit

    def write(_):
        (Path(__file__).parent / "every_number.md").write_text(audit.page(audit.numbers()), encoding="utf-8")

    app.connect("builder-inited", write)
