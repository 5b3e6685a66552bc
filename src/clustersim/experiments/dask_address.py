"""Addresses of Dask schedulers: what cannot be one is refused at once, and one where nobody answers is not waited for.

Needs no Dask, so that a slip of the pen costs no time. Dask itself asks again and again for as long as it may wait.
"""

import re
import socket

from clustersim.experiments.pools import ExecutionError

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
    """Refuse an address at which nobody takes a connection within some seconds.

    Raises:
        ExecutionError: in words.
    """
    found = _ADDRESS.fullmatch(address)
    if found is None or (found["scheme"] or "tcp") not in ("tcp", "tls"):
        return
    try:
        socket.create_connection((found["host"].strip("[]"), int(found["port"])), timeout=seconds).close()
    except OSError as error:
        why = f"no answer within {seconds:g} seconds" if isinstance(error, TimeoutError) else error.strerror or error
        raise ExecutionError(f"no Dask scheduler can be reached at {address} ({why}). Is it running there? {_LIKE}") from None
