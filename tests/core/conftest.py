"""How hard the properties are tried: enough for every push, or (HYPOTHESIS_PROFILE=long) for a night."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

CALM = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]

settings.register_profile("ci", max_examples=150, stateful_step_count=50, deadline=None, suppress_health_check=CALM)
settings.register_profile(
    "long", max_examples=5000, stateful_step_count=100, deadline=None, suppress_health_check=CALM
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
