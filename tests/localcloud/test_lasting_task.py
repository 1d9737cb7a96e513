"""Work that goes on until it is stopped."""

import asyncio

from localcloud.lasting_task import LastingTask


async def break_down():
    """Fail at once."""
    raise OSError("disk full")


async def test_work_that_fails_says_what_is_missing_now(caplog):
    """A poll that ended without a word would look like a quiet day."""
    task = LastingTask(break_down(), "no timer fires any more")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    (record,) = caplog.records
    assert record.getMessage() == "no timer fires any more"
    assert "disk full" in str(record.exc_info[1])
    await task.stop()


async def test_stopping_what_has_failed_is_fine():
    """A host that cannot stop in order leaves its store open."""
    task = LastingTask(break_down(), "no timer fires any more")
    await asyncio.sleep(0)
    await task.stop()


async def test_stopping_interrupts_and_says_nothing(caplog):
    """It is what every end of the host does."""
    ended = []

    async def go_on():
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    task = LastingTask(go_on(), "nothing")
    await asyncio.sleep(0)
    await task.stop()
    assert (ended, caplog.records) == ([True], [])
