"""The floors of the package: a module imports the floors below it and its own, never above, never the package root."""

import ast
from pathlib import Path

import pytest

import entitynorm

SOURCE = Path(entitynorm.__file__).parent
FLOORS = {
    "errors": 0, "model": 0, "records": 0, "resources": 0, "row_store": 0, "table_cache": 0, "wording": 0,
    "_version": 0,
    "text": 1,
    "names": 2, "gazetteer": 2, "scoring": 2,
    "features": 3, "evidence": 3, "learned": 3, "retrieval": 3, "tagging": 3, "layers": 3,
    "comparing": 4, "scored": 4, "window_rules": 4, "casing": 4, "resolver": 4, "comparison": 4, "reasons": 4,
    "sentences": 4, "spans": 4, "mentions": 4, "surroundings": 4,
    "headlines": 4, "neighbours": 4, "beside": 4, "context": 4, "senses": 4, "reading": 4,
    "rewriting": 4, "parallel": 4, "linker": 4, "remembered": 4, "column_values": 4, "column": 4,
    "kinds": 4, "short_forms": 4, "edges": 4, "untyped": 4, "screening": 4,
    "io": 5, "load": 5, "packaged": 5, "evaluation": 5,
    "patches": 5, "suggesting": 5, "applying": 5,
    "cli": 6, "testing": 6, "pandas": 6, "polars": 6, "spacy": 6, "__init__": 6, "__main__": 6,
    "server": 6, "spark": 6,
}  # fmt: skip
MODULES = sorted(SOURCE.rglob("*.py"))


def floor_of(module: str) -> int:
    return FLOORS[module.split(".")[0]]


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_imports_go_down(path: Path) -> None:
    own = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "entitynorm":
            target = node.module.partition(".")[2]
            if not target:
                assert own.split(".")[0] in ("testing", "cli", "__main__") or own == "__init__", (
                    f"{own} imports the package root"
                )
                continue
            assert floor_of(target) <= floor_of(own), (
                f"{own} (floor {floor_of(own)}) imports {target} (floor {floor_of(target)})"
            )
