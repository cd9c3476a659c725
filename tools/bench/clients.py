"""Clients over HTTP, in a process of their own: ``python clients.py < requests.json``.

One thread plays all of them over raw sockets that are kept open: each sends its next request when it has its answer.
They need little of the processors that they share with the web processes and the database, but not nothing.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from dataclasses import dataclass, field


@dataclass
class Client:
    """One connection with what it has still to ask."""

    socket: socket.socket
    requests: list[bytes]
    asked: int = 0
    begun: float = 0.0
    got: bytearray = field(default_factory=bytearray)

    def send(self) -> bool:
        """Sends the next request; says whether there was one."""
        if self.asked == len(self.requests):
            return False
        self.got.clear()
        self.begun = time.perf_counter()
        self.socket.sendall(self.requests[self.asked])
        self.asked += 1
        return True

    def complete(self) -> str:
        """The status line once the whole answer is there."""
        head, gap, body = bytes(self.got).partition(b"\r\n\r\n")
        if not gap:
            return ""
        lines = head.lower().split(b"\r\n")
        length = next((int(x.split(b":", 1)[1]) for x in lines if x.startswith(b"content-length:")), None)
        done = len(body) == length if length is not None else body.endswith(b"0\r\n\r\n")
        return lines[0].decode() if done else ""


def play(port: int, requests: list[list[bytes]], expect: int) -> dict[str, object]:
    """Times in milliseconds of all requests, and how long they took together in seconds.

    Raises:
        RuntimeError: an answer with another status.
    """
    chosen = selectors.DefaultSelector()
    clients = []
    for own in requests:
        made = socket.create_connection(("127.0.0.1", port))
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        clients.append(Client(made, own))
    spent: list[float] = []
    begun = time.perf_counter()
    for client in clients:
        if client.send():
            chosen.register(client.socket, selectors.EVENT_READ, client)
    while chosen.get_map():
        for key, _events in chosen.select():
            client = key.data
            block = client.socket.recv(1 << 18)
            client.got += block
            status = client.complete()
            if not block or (status and f" {expect}" not in status):
                raise RuntimeError(bytes(client.got[:600]).decode(errors="replace") or "connection closed")
            if status:
                spent.append((time.perf_counter() - client.begun) * 1000)
                if not client.send():
                    chosen.unregister(client.socket)
    return {"spent": spent, "seconds": time.perf_counter() - begun}


if __name__ == "__main__":
    given = json.load(sys.stdin)
    wanted = [[text.encode() for text in own] for own in given["requests"]]
    json.dump(play(given["port"], wanted, given["expect"]), sys.stdout)
