"""Tornado, as its guide runs it: a process a worker, which share one socket.

    python -I tornado.py <port> [workers]

With `-I`, so that `import tornado` does not find this file.
"""

import asyncio
import sys

import tornado.httpserver
import tornado.netutil
import tornado.process
import tornado.web


class Text(tornado.web.RequestHandler):
    def get(self):
        self.write("Hello, world")


class Message(tornado.web.RequestHandler):
    def get(self):
        self.write({"message": "Hello, world"})


class Resource(tornado.web.RequestHandler):
    def get(self, id):
        self.write(str(int(id)))


def application():
    routes = [("/", Text), ("/json", Message)]
    routes += [(f"/api/v1/resource{number}/([0-9]+)", Resource) for number in range(100)]
    return tornado.web.Application(routes)


async def serve(sockets):
    tornado.httpserver.HTTPServer(application()).add_sockets(sockets)
    await asyncio.Event().wait()


def main():
    port, *workers = map(int, sys.argv[1:])
    sockets = tornado.netutil.bind_sockets(port, "127.0.0.1")
    tornado.process.fork_processes(workers[0] if workers else 2)
    asyncio.run(serve(sockets))


main()
