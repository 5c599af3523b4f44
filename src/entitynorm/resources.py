"""Where packaged data is found: inside an installed wheel, or in a checkout of the repository."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, cast

from entitynorm.errors import DataError

PACKAGE = Path(__file__).resolve().parent
"""The folder of the library's own code."""


@cache
def data_dir() -> Path:
    """The folder that holds ``aliases.yaml``, ``schemes/`` and ``lexicon/``.

    A wheel carries it inside the package; an editable install or a plain checkout has it at the top level.
    Raises DataError naming both places when neither exists.
    """
    installed, checkout = PACKAGE / "data", PACKAGE.parent.parent / "data"
    for place in (installed, checkout):
        if (place / "aliases.yaml").is_file():
            return place
    raise DataError(f"no packaged data: neither {installed} nor {checkout} holds aliases.yaml; reinstall entitynorm")


def load_table(path: Path, schema: str) -> dict[str, Any]:
    """Read one YAML table whose ``schema`` must be the one given; raises DataError naming the file."""
    import yaml  # not needed where the table was kept from another run

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        table = yaml.load(path.read_bytes(), Loader=loader)
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        raise DataError(f"{path}: not a readable table: {str(error).splitlines()[0]}") from error
    if not isinstance(table, dict) or table.get("schema") != schema:
        found = table.get("schema") if isinstance(table, dict) else None
        raise DataError(f"{path}: schema is {found!r}, expected {schema!r}; is the file of another version?")
    return cast("dict[str, Any]", table)
