"""What all journeys share: none of them is about the sandbox."""

import pytest


@pytest.fixture(autouse=True, scope="session")
def quick(sandbox_known: None) -> None: ...
