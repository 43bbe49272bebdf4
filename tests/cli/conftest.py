"""What tests of the command share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.settings.sample import Sample, make_sample


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    """A site that is right, in a directory of its own."""
    return make_sample(tmp_path)
