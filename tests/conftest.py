"""Hypothesis profiles: small by default, the same examples every time in CI, many where HYPOTHESIS_PROFILE=thorough.

The tables that are kept between runs are kept for this run of the suite only, in a folder of its own.
"""

from __future__ import annotations

import os
import tempfile

from hypothesis import HealthCheck, settings

# A busy machine must not fail a law: no deadline. Building a gazetteer throws many draws away: not a sickness here.
_COMMON = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.filter_too_much]}

_CACHE = tempfile.TemporaryDirectory(prefix="entitynorm-tests-")
os.environ["ENTITYNORM_CACHE"] = _CACHE.name

settings.register_profile("default", max_examples=25, **_COMMON)
settings.register_profile("ci", max_examples=50, derandomize=True, database=None, print_blob=True, **_COMMON)
settings.register_profile("thorough", max_examples=10_000, **_COMMON)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "default"))
