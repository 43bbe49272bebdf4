"""How hard the properties are tried: enough for every push, or (HYPOTHESIS_PROFILE=long) for a night.

A push tries the same histories wherever it is tried, so that what fails there fails here; the long run tries others
each time.

HYPOTHESIS_PROFILE=first stops at the first failure and does not look for a smaller one; =one does, and for no other.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

CALM = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
FIRST = [Phase.explicit, Phase.reuse, Phase.generate]
SMALLER = [*FIRST, Phase.shrink]

settings.register_profile(
    "ci",
    max_examples=720,
    stateful_step_count=50,
    phases=SMALLER,
    deadline=None,
    derandomize=True,
    suppress_health_check=CALM,
)
settings.register_profile(
    "long", settings.get_profile("ci"), derandomize=False, max_examples=6000, stateful_step_count=100
)
settings.register_profile("first", settings.get_profile("long"), phases=FIRST, report_multiple_bugs=False)
settings.register_profile("one", settings.get_profile("ci"), report_multiple_bugs=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
