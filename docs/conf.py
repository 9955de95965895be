"""How the site is built: `./run docs` writes it to `docs/_site`."""

import sys
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

project = "llm-choose"
release = version = metadata.version("llm-choose")
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
html_theme = "furo"
html_title = "llm-choose"
exclude_patterns = ["_site"]
default_role = "code"  # docstrings set code between single backticks
autodoc_default_options = {"members": True, "show-inheritance": True, "member-order": "bysource"}
autodoc_typehints = "signature"
napoleon_numpy_docstring = False
