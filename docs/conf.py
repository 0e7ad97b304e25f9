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
