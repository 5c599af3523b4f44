"""An entity on a small page of its own, as reconciliation clients show it when one points at a candidate."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from entitynorm.server.catalogue import type_name

if TYPE_CHECKING:
    from entitynorm.model import Entity
    from entitynorm.server.snapshot import Snapshot

WIDTH, HEIGHT = 420, 260
_SHOWN = 14


def page(entity: Entity, snapshot: Snapshot) -> str:
    """A whole HTML page; everything that the gazetteer says is escaped."""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
        f"<title>{escape(entity.name)}</title>"
        '<link rel="stylesheet" href="../assets/palette.css"><link rel="stylesheet" href="../assets/page.css">'
        f'</head><body class="preview">{fragment(entity, snapshot)}</body></html>\n'
    )


def fragment(entity: Entity, snapshot: Snapshot) -> str:
    """The same without a page around it."""
    rows = []
    if entity.description:
        rows.append(f"<p>{escape(entity.description)}</p>")
    places = [
        f"{label} <bdi>{escape(found.name if found is not None else parent)}</bdi>"
        for label, parent in (("in", entity.located_in), ("part of", entity.part_of))
        if parent
        for found in (snapshot.linker.gazetteer.get(parent),)
    ]
    if entity.lat is not None and entity.lon is not None:
        places.append(f"{entity.lat:.4f}, {entity.lon:.4f}")
    if places:
        rows.append(f"<p>{' · '.join(places)}</p>")
    names = list(dict.fromkeys(alias.text for alias in entity.aliases if alias.text != entity.name))
    if names:
        shown = " · ".join(f"<bdi>{escape(name)}</bdi>" for name in names[:_SHOWN])
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        rows.append(f'<p class="names">{shown}{more}</p>')
    return (
        f"<h1><bdi>{escape(entity.name)}</bdi></h1>"
        f'<p class="kind">{escape(type_name(entity.type))} · <code>{escape(entity.id)}</code></p>{"".join(rows)}'
    )
