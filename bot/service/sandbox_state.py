"""Whether documents can be taken in here: a reader runs in a sandbox, which has to be whole."""

import logging

from knowledge.reading.reading import Limits
from knowledge.reading.sandbox import late_imports, missing

log = logging.getLogger(__name__)


async def sandbox_state(limits: Limits) -> str:
    """
    Return the sandbox's state, "ready" or "no_sandbox": what it lacks stops the taking in of
    documents, unless the settings accept that.
    """
    for place in await late_imports():
        log.error("a reader imports what the sandbox will not let it have", extra={"place": place})
    lacking = await missing()
    if lacking and limits.strict:
        log.error(
            "documents are not taken in: there is no whole sandbox",
            extra={"missing": ", ".join(lacking)},
        )
        return "no_sandbox"
    if lacking:
        log.warning(
            "documents are read without a whole sandbox", extra={"missing": ", ".join(lacking)}
        )
    return "ready"
