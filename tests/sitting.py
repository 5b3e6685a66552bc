"""A session by itself, without a browser: what people do is done to it, and it is seen what they then see."""

import asyncio

from clustersim.app.opening import Opening
from clustersim.app.room import Room
from clustersim.app.session import Session


def visit(does, opening=None, *, drawn=True, room=None):
    """A session that lives while `does(session, until)` acts as people do; `until` waits for what they wait for.

    Where not `drawn`, no page says that it has drawn anything.
    """

    async def sit():
        session = Session(opening or Opening("no_support", territory="village"), room=room or Room())
        driving = asyncio.create_task(session.drive())

        async def until(seen):
            async with asyncio.timeout(120):
                while not seen():
                    assert not driving.done()
                    if drawn:
                        session.drawn()
                    await asyncio.sleep(0.005)

        try:
            await until(lambda: session.ready)
            return await does(session, until)
        finally:
            session.close()
            await driving

    return asyncio.run(sit())
