"""Holds connections that have nothing to do, and weighs them.

    idle.py <port> <process> <connections> <seconds>

It opens the connections one after the other, from several addresses of this machine, sends one GET on each and reads the answer. After
the seconds of rest it looks how much more memory the process and its children hold, then uses every connection once more, rests again and
looks again. It prints the KiB of a connection, both times, and how many requests were answered, both times. The standard library is
enough.
"""

import resource
import socket
import sys
import time
from pathlib import Path


def main():
    port, process, count, seconds = map(int, sys.argv[1:])
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    before = memory(process)
    connections, first, again = [], 0, 0
    for number in range(count):
        connections.append(connect(port, number))
        first += answers(connections[-1], port)
    time.sleep(seconds)
    rested = memory(process) - before
    for connection in connections:
        again += answers(connection, port)
    time.sleep(seconds)
    used = memory(process) - before
    print(f"{rested / count:.2f} {used / count:.2f} {first} {again}")


def connect(port, number):
    """Opens a connection from one of eight addresses: one alone has 28,000 ports."""
    client = (f"127.0.0.{2 + number % 8}", 0)
    return socket.create_connection(("127.0.0.1", port), timeout=10, source_address=client)


def answers(connection, port):
    """Whether the server answers one more request with 200."""
    try:
        connection.sendall(f"GET / HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n\r\n".encode())
        with connection.makefile("rb") as answer:
            is_well = answer.readline().startswith(b"HTTP/1.1 200 ")
            length = 0
            while (line := answer.readline()) not in (b"\r\n", b""):
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            return is_well and len(answer.read(length)) == length
    except OSError:
        return False


def memory(process):
    """The resident memory of a process and its children, in KiB."""
    return sum(map(resident, family(process)))


def resident(process):
    status = Path(f"/proc/{process}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))


def family(process):
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [process, *map(int, children)]


main()
