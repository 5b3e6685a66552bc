"""Addresses of Dask schedulers: what cannot be one is refused at once, and who is at one is asked before a client is made.

A client of Dask's knocks again and again at an address where nobody is, waits without end for somebody who says nothing, believes whatever
it hears, and takes its time to go. So it is made only for a scheduler that has greeted.
"""

import asyncio
import re
import socket
from concurrent.futures import ThreadPoolExecutor

from clustersim.experiments.execution.pools import ExecutionError

__all__ = ["check_address", "check_answer"]

_ADDRESS = re.compile(r"(?:(?P<scheme>[a-z][a-z0-9+.-]*)://)?(?P<host>\[[0-9a-fA-F:.%]+\]|[^\s:/\[\]]+):(?P<port>\d{1,5})/?")
_SCHEMES = ("tcp", "tls", "ucx", "ws", "wss")
_LIKE = "Write it as the scheduler printed it when it started, as in tcp://host:8786"


def check_address(address: str) -> None:
    """Refuse what is no address of a scheduler.

    Raises:
        ExecutionError: in words.
    """
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise ExecutionError(f"{address or 'nothing'} is no address of a Dask scheduler. {_LIKE}")
    if (scheme := found["scheme"]) is not None and scheme not in _SCHEMES:
        raise ExecutionError(f"{address} is no address of a Dask scheduler: it begins with {scheme}://, not with tcp://. {_LIKE}")
    if not 1 <= int(found["port"]) <= 65_535:
        raise ExecutionError(f"{address} is no address of a Dask scheduler: ports go from 1 to 65535. {_LIKE}")


def check_answer(address: str, seconds: float) -> None:
    """Refuse an address at which nobody greets as Dask does, within some seconds.

    Raises:
        ExecutionError: in words.
    """
    found = _ADDRESS.fullmatch(address)
    assert found is not None, "checked before"
    try:
        if (found["scheme"] or "tcp") in ("tcp", "tls"):
            socket.create_connection((found["host"].strip("[]"), int(found["port"])), timeout=seconds).close()
    except OSError as error:
        why = f"no answer within {seconds:g} seconds" if isinstance(error, TimeoutError) else error.strerror or error
        raise ExecutionError(f"no Dask scheduler can be reached at {address} ({why}). Is it running there? {_LIKE}") from None
    try:
        with ThreadPoolExecutor(1) as elsewhere:  # for here a loop may be running already, as in a notebook
            elsewhere.submit(asyncio.run, _greet(address, seconds)).result()
    except TimeoutError:
        problem = f"whoever is at {address} has not greeted as a Dask scheduler does within {seconds:g} seconds"
        raise ExecutionError(f"{problem}. {_LIKE}") from None
    except Exception as error:  # whatever may be said there can be taken for a number of bytes, say
        problem = f"whoever is at {address} does not greet as a Dask scheduler does ({type(error).__name__}: {error})"
        raise ExecutionError(f"{problem}. {_LIKE}") from None


async def _greet(address: str, seconds: float) -> None:
    from distributed.comm import connect  # an extra, and slow to load
    from distributed.security import Security

    credentials = Security().get_connection_args("client")  # the certificates that Dask is configured with, as a client has them
    comm = await asyncio.wait_for(connect(address, timeout=seconds, **credentials), seconds)
    await comm.close()
