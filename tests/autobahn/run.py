#!/usr/bin/env python3
"""Runs cases of the Autobahn test suite against a WebSocket server that echoes.

    run.py ws://127.0.0.1:9001/ [--cases '1.*,2.*'] [--folder DIR] [--jobs N]

The suite is a package for Python 2. Its cases are fetched into the folder, rewritten for Python 3 there, and
driven by the library `autobahn`. Every case must be OK or INFORMATIONAL, in what it sees and in how it ends;
NON-STRICT, which the suite lets pass, does not do. The exit status is 0 where all are.
"""

import argparse
import fnmatch
import os
import re
import shutil
import subprocess
import sys
import tarfile
import warnings
from collections import Counter

warnings.simplefilter("ignore")

RELEASE = "25.10.1"
GOOD = ("OK", "INFORMATIONAL")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url")
    parser.add_argument("--cases", default="*", help="patterns of case numbers, between commas")
    parser.add_argument("--folder", default="target/autobahn", help="where the suite is kept")
    parser.add_argument("--jobs", type=int, default=2, help="cases at one time; some have deadlines")
    return parser.parse_args()


# --- The suite, for Python 3 -------------------------------------------------------------------------------

# What `2to3` does not know of: texts were bytes in Python 2, and a class may no longer name `object` before its base.
REWRITES = [
    (r"\(object, Case, \)", "(Case, )"),
    (r"binascii\.(?:b2a_hex|hexlify)\(", "as_hex("),
    (r"v\.validate\(vss\[:i\]\)", "v.validate(vss[:i].encode('latin-1'))"),
    (r"\.tostring\(\)", ".tobytes()"),
    (r"len\(self\.payload\) / self\.p", "len(self.payload) // self.p"),
    (r"from zope\.interface import implements", "implements = lambda *_: None"),
    # The library has renamed the parameters of its offers: `requestMaxWindowBits` is `request_max_window_bits`.
    (r"\b(?:request|accept)(?:No|Max)[A-Z]\w+", lambda found: re.sub(r"[A-Z]", lambda c: "_" + c[0].lower(), found[0])),
]

PREAMBLE = """# -*- coding: latin-1 -*-
def as_hex(data):
    return (data if isinstance(data, bytes) else data.encode("latin-1")).hex()
"""


def rewrite(text, two_to_three, path):
    text = str(two_to_three.refactor_string(text if text.endswith("\n") else text + "\n", path))
    text = re.sub(r"(?m)^#.*coding[:=].*$", "#", text)
    for pattern, by in REWRITES:
        text = re.sub(pattern, by, text)
    return PREAMBLE + text


def fetch(folder):
    """Puts the cases of the suite into the folder, as a package that can be imported."""
    package = os.path.join(folder, "autobahntestsuite")
    if os.path.exists(os.path.join(folder, RELEASE)):
        return
    from lib2to3 import refactor

    shutil.rmtree(package, ignore_errors=True)
    os.makedirs(folder, exist_ok=True)
    source = f"autobahntestsuite-{RELEASE}"
    fetched = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "-d", folder]
    subprocess.run([*fetched, f"autobahntestsuite=={RELEASE}"], check=True)
    with tarfile.open(os.path.join(folder, source + ".tar.gz")) as archive:
        archive.extractall(folder)
    # The rest of the package is the suite's own server and its pages.
    for part in ("case", "testdata"):
        shutil.copytree(os.path.join(folder, source, "autobahntestsuite", part), os.path.join(package, part))
    shutil.rmtree(os.path.join(folder, source))
    open(os.path.join(package, "__init__.py"), "w").close()
    two_to_three = refactor.RefactoringTool(refactor.get_fixers_from_package("lib2to3.fixes"))
    cases = os.path.join(package, "case")
    for name in os.listdir(cases):
        if name.endswith(".py"):
            path = os.path.join(cases, name)
            with open(path, encoding="utf-8") as file:
                text = rewrite(file.read(), two_to_three, path)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
    open(os.path.join(folder, RELEASE), "w").close()


OPTIONS = arguments()
fetch(OPTIONS.folder)
sys.path.insert(0, OPTIONS.folder)

from autobahn.twisted.websocket import WebSocketClientFactory, WebSocketClientProtocol, connectWS
from autobahn.websocket.protocol import WebSocketProtocol
from autobahntestsuite.case import Cases
from autobahntestsuite.case.case import Case
from twisted.internet import reactor


# --- A case as the peer of the server ----------------------------------------------------------------------


def to_bytes(data):
    return data.encode("latin-1") if isinstance(data, str) else data


def to_text(data):
    """Cases compare texts, and lists of them, in which each byte is a character."""
    if isinstance(data, bytes):
        return data.decode("latin-1")
    return [to_text(part) for part in data] if isinstance(data, (list, tuple)) else data


Case.compare = lambda _, expected, got: to_text(expected) == to_text(got)


def sending_bytes(name):
    """A method of the library that takes bytes, for cases that give it texts."""
    send = getattr(WebSocketClientProtocol, name)
    return lambda self, payload=b"", *rest, **named: send(self, to_bytes(payload), *rest, **named)


class Peer(WebSocketClientProtocol):
    """What the cases expect of their connection, on the client of the library."""

    connectionWasOpen = False

    def __init__(self, factory, case):
        super().__init__()
        self.factory = factory
        self.rxFrameStats, self.txFrameStats = Counter(), Counter()
        self.case = self.runCase = case(self)
        # Those of compression compare bytes.
        self.takes_bytes = number_of(case).startswith(("12.", "13."))

    sendMessage = sending_bytes("sendMessage")
    sendMessageFrame = sending_bytes("sendMessageFrame")
    sendMessageFrameData = sending_bytes("sendMessageFrameData")
    sendPing = sending_bytes("sendPing")
    sendPong = sending_bytes("sendPong")

    def sendFrame(self, opcode, payload=b"", **named):
        return super().sendFrame(opcode, to_bytes(payload), **named)

    def sendCloseFrame(self, code=None, reasonUtf8=None, isReply=False):
        return super().sendCloseFrame(code=code, reasonUtf8=to_bytes(reasonUtf8), isReply=isReply)

    def enableWirelog(self, _):
        pass

    def later(self, delay, action):
        reactor.callLater(delay, lambda: self.state != WebSocketProtocol.STATE_CLOSED and action())

    def continueLater(self, delay, action, _=None):
        self.later(delay, action)

    def killAfter(self, delay):
        self.later(delay, self._fail_connection)

    def closeAfter(self, delay):
        self.later(delay, self.sendClose)

    def logRxFrame(self, head, _):
        self.rxFrameStats[head.opcode] += 1

    def logTxFrame(self, head, *_):
        self.txFrameStats[head.opcode] += 1

    def logRxOctets(self, _):
        pass

    def logTxOctets(self, *_):
        pass

    def onOpen(self):
        self.connectionWasOpen = True
        self.case.onOpen()

    def onMessage(self, payload, isBinary):
        self.case.onMessage(payload if self.takes_bytes else to_text(payload), isBinary)

    def onPong(self, payload):
        self.case.onPong(to_text(payload))

    def onClose(self, wasClean, code, reason):
        self.case.onClose(wasClean, code, reason)

    def connectionLost(self, reason):
        super().connectionLost(reason)
        case = self.case
        try:
            case.onConnectionLost(self.failedByMe)
            told = (case.behavior, case.behaviorClose, f"{case.result} {case.resultClose}")
        except Exception as error:
            told = ("FAILED", "FAILED", repr(error))
        self.factory.done(told)


class Connection(WebSocketClientFactory):
    def __init__(self, case, done):
        super().__init__(OPTIONS.url)
        self.case, self.done = case, done
        self.logFrames = True
        self.setProtocolOptions(failByDrop=False, openHandshakeTimeout=10, closeHandshakeTimeout=5)

    def buildProtocol(self, _):
        return Peer(self, self.case)

    def clientConnectionFailed(self, _, reason):
        self.done(("FAILED", "FAILED", reason.getErrorMessage()))


# --- The run -----------------------------------------------------------------------------------------------


def number_of(case):
    return case.__name__.removeprefix("Case").replace("_", ".")


def chosen():
    patterns = OPTIONS.cases.split(",")
    return [case for case in Cases if any(fnmatch.fnmatch(number_of(case), pattern) for pattern in patterns)]


def run(cases):
    """Runs all cases, so many at one time, and gives what each has told."""
    waiting, told = list(reversed(cases)), {}

    def next_one():
        if waiting:
            case = waiting.pop()

            def done(outcome):
                told[number_of(case)] = outcome
                reactor.callLater(0, next_one)

            connectWS(Connection(case, done), timeout=5)
        elif len(told) == len(cases) and reactor.running:
            reactor.stop()

    for _ in range(OPTIONS.jobs):
        reactor.callWhenRunning(next_one)
    reactor.run()
    return told


def report(told):
    sections = {}
    for number, (seen, ended, why) in told.items():
        sections.setdefault(int(number.split(".")[0]), Counter())[seen] += 1
        if seen not in GOOD or ended not in GOOD:
            print(f"{number}: {seen}, its end {ended}: {why}")
    for section, counts in sorted(sections.items()):
        print(f"section {section}:", ", ".join(f"{count} {word}" for word, count in sorted(counts.items())))
    bad = [number for number, (seen, ended, _) in told.items() if seen not in GOOD or ended not in GOOD]
    print(f"{len(told)} cases, {len(bad)} of them not as they should be")
    return not bad and told


sys.exit(0 if report(run(chosen())) else 1)
