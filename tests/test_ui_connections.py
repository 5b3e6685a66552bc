"""Connections that are no more though nobody has hung up."""

import base64
import os
import socket
import threading

import pytest

from clustersim.app import serve


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="this system cannot be told to give up")
def test_what_is_sent_to_a_browser_that_takes_nothing_is_given_up(monkeypatch):
    monkeypatch.setattr(serve, "_PING", 0.5)
    monkeypatch.setattr(serve, "_UNANSWERED", 1.0)
    sending, given_up = threading.Event(), threading.Event()

    async def application(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        sending.set()
        try:
            for _ in range(1000):  # more than any buffer takes
                await send({"type": "websocket.send", "bytes": os.urandom(300_000)})
        except OSError:
            given_up.set()

    listening = serve._listen("127.0.0.1", 0)
    server = serve._server(application)
    served = threading.Thread(target=lambda: server.run(sockets=[listening]))
    served.start()
    key = base64.b64encode(bytes(16)).decode()
    asks = ["GET / HTTP/1.1", "Host: x", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"]
    with socket.create_connection(listening.getsockname()) as asleep:
        asleep.sendall("\r\n".join([*asks, f"Sec-WebSocket-Key: {key}", "", ""]).encode())
        assert sending.wait(60)
        assert given_up.wait(60), "what is sent waits for ever"
    server.should_exit = True
    served.join(60)
    assert not served.is_alive()
