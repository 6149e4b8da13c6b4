# An echoing server on Python's websockets. Prints its port.

import asyncio
import sys

import websockets


async def echo(socket):
    try:
        await answer(socket)
    except websockets.ConnectionClosedError:
        pass  # closed with another code than 1000 or 1001


async def answer(socket):
    async for message in socket:
        if message == "fragments":
            pong = await socket.ping("살아 있니".encode())
            await socket.send(["조", "각"])
            await pong
            await socket.send("pong 살아 있니")
        elif message == "close me":
            await socket.close(4001, "안녕히 가세요")
        else:
            await socket.send(message)


async def main(compression):
    async with websockets.serve(echo, "127.0.0.1", 0, max_size=None, compression=compression) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.Future()


asyncio.run(main("deflate" if sys.argv[1] == "deflate" else None))
