"""Files on their way in, as their sender watches them: one message, drawn anew at each step."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Literal

from handlers.conversation import Message, Reply, Step, Steps
from handlers.documents.context import Context
from handlers.documents.job import Job
from handlers.documents.jobs import Jobs
from knowledge.text.sizes import MEGABYTE

KILOBYTE = 1024  # bytes
STEPS = ("download", "check", "read", "split", "index", "ready")
AT = {"received": 1, "checked": 2, "read": 3, "staged": 5}  # the step after the one a job has done
INDEXING = 4  # the step while a job's passages are being written
Status = Literal["pending", "in_progress", "complete", "error"]


@dataclass(slots=True)
class Track:
    """
    One file on its way; `size` in bytes. `reason` and `code` are why it ended before it became a
    job.
    """

    name: str
    size: int = 0
    job: Job | None = None
    reason: str = ""
    code: str = ""

    @property
    def at(self) -> int:
        """The index of the step it is at."""
        if self.job is None:
            return 0
        if self.job.step == "read" and self.job.total:
            return INDEXING
        return AT[self.job.step]

    @property
    def status(self) -> Status:
        if self.reason:
            return "error"
        if self.job is None or not self.job.outcome:
            return "in_progress"
        return "error" if self.job.outcome in ("refused", "parked") else "complete"

    @property
    def failure(self) -> str:
        """The code of why it was not taken in, "" where it was or is still on its way."""
        if self.code:
            return self.code
        if self.job and self.job.outcome in ("refused", "parked"):
            return self.job.code
        return ""


async def follow(jobs: Jobs, tracks: Sequence[Track]) -> AsyncIterator[None]:
    """Yield each time one of the jobs has moved, until all have ended or waiting is no use."""
    events: asyncio.Queue[Literal["moved", "left"]] = asyncio.Queue()  # left: is followed no more

    async def follow_one(track: Track) -> None:
        try:
            if track.job is None or track.job.outcome:
                return
            async for job in jobs.follow(track.job.id):
                track.job = job
                await events.put("moved")
                # What it needs is away; it goes on by itself later.
                if job.code and not job.outcome:
                    return
        finally:
            await events.put("left")

    async with asyncio.TaskGroup() as group:
        for track in tracks:
            group.create_task(follow_one(track))
        running = len(tracks)
        while running:
            if await events.get() == "moved":
                yield
            else:
                running -= 1


def progress(context: Context, message: Message, tracks: Sequence[Track]) -> Reply:
    """Return one message: the steps of a single file, or a line for each of several."""
    if len(tracks) == 1:
        return _steps_of_one(context, message, tracks[0])
    items = []
    done = 0
    for number, track in enumerate(tracks, 1):
        status = track.status
        done += status in ("complete", "error")
        output = context.say(f"step_{STEPS[track.at]}", message)
        if status == "error":
            output = context.say("failed", message)
        items.append(Step(f"f{number}", track.name, status, output))
    title = context.say("adding_files", message, n=len(tracks))
    return _working(f"{title} ({done}/{len(tracks)})", Steps(title, tuple(items)))


def _steps_of_one(context: Context, message: Message, track: Track) -> Reply:
    items = []
    for number, step in enumerate(STEPS):
        status: Status = "pending"
        output = ""
        if number < track.at:
            status = "complete"
        elif number == track.at:
            status = track.status
        if number <= track.at:
            output = _output(context, message, track, step)
        items.append(Step(f"p{number}", context.say(f"step_{step}", message), status, output))
    title = context.say("adding", message, name=track.name)
    at = context.say(f"step_{STEPS[track.at]}", message)
    return _working(f"{title} ({track.at + 1}/{len(STEPS)} {at})", Steps(title, tuple(items)))


def _working(text: str, steps: Steps) -> Reply:
    return Reply(text, (steps,), private=True, final=False)


def _output(context: Context, message: Message, track: Track, step: str) -> str:
    """Return what a step has to show: sizes and counts."""
    job = track.job
    if step == "download" and track.size:
        return _size(track.size)
    if job is None:
        return ""
    if step == "read" and job.pages:
        return context.say("n_pages", message, n=job.pages)
    if step == "split" and job.total:
        return context.say("n_passages", message, n=job.total)
    if step == "index" and job.total:
        return f"{job.done}/{job.total}"
    return ""


def _size(count: int) -> str:
    """Return a number of bytes in words, never less than there are."""
    kilobytes = -(-count // KILOBYTE)
    return f"{kilobytes} KB" if kilobytes < 1000 else f"{count / MEGABYTE:.1f} MB"
