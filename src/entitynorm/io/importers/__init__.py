"""Gazetteers in other people's formats, read row by row into entities: one module a format.

Every importer is a generator of pairs of a place (``file:line``) and an entity record; `entities.entities` checks the
records and drops what cannot be used, `report.Report` counts and tells, `sinks.sink_for` writes. An importer takes over
what its format says and adds no judgement of its own; which classes, columns and codes mean what stands in
``data/importers/``.
"""
