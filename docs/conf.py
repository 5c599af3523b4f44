"""Sphinx configuration. Build with: sphinx-build -W -b html docs docs/_build/html"""

from __future__ import annotations

from entitynorm._version import __version__

project = "entitynorm"
author = "The entitynorm authors"
project_copyright = author
version = release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["_build"]
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3

# Docstrings put code between single backticks, as Markdown does.
default_role = "literal"
autodoc_preserve_defaults = True
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88

html_theme = "furo"
html_title = f"entitynorm {version}"
html_copy_source = False
html_show_sphinx = False
