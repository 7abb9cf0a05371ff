"""Asks as an ordinary client would, and prints how long it took: `probe.py <port> <seconds>`.

Twenty times a second it opens a connection, sends one GET and reads the answer. It prints the number of requests, how many of them failed,
and the median and the longest time of the others in milliseconds.
"""

import http.client
import statistics
import sys
import time


def main():
    port, seconds = map(int, sys.argv[1:])
    end = time.monotonic() + seconds
    taken = []
    while time.monotonic() < end:
        taken.append(ask(port))
        time.sleep(0.05)
    well = [milliseconds for milliseconds in taken if milliseconds is not None] or [float("nan")]
    print(f"{len(taken)} {taken.count(None)} {statistics.median(well):.2f} {max(well):.2f}")


def ask(port):
    """The milliseconds that a request takes, or `None` where it fails."""
    start = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", "/")
        answer = connection.getresponse()
        answer.read()
        return (time.monotonic() - start) * 1000 if answer.status == 200 else None
    except OSError:
        return None
    finally:
        connection.close()


main()
