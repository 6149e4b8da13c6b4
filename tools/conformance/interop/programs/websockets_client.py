# A conversation with Python's websockets. Prints what was said.

import asyncio
import json
import sys

import websockets

BYTES = bytes(i * 7 & 0xFF for i in range(1024 * 1024))


async def main(url, compression):
    options = {"max_size": None, "compression": compression}
    socket = await websockets.connect(url, **options)
    await socket.send("안녕하세요 👋")
    text = await socket.recv()
    await socket.send(BYTES)
    binary = await socket.recv() == BYTES
    await socket.send("fragments")
    fragments = [await socket.recv(), await socket.recv()]
    await socket.send(["내 ", "조", "각"])
    own = await socket.recv()
    await (await socket.ping("물음".encode()))
    await socket.send("close me")
    closes = []
    try:
        await socket.recv()
    except websockets.ConnectionClosed as error:
        closes.append([error.rcvd.code, error.rcvd.reason])
    names = [extension.name for extension in socket.extensions]
    other = await websockets.connect(url, **options)
    await other.close(4000, "그만")
    closes.append([other.close_code, other.close_reason])
    print(json.dumps({
        "text": text, "binary": binary, "fragments": fragments, "own": own,
        "isCompressed": "permessage-deflate" in names, "closes": closes,
    }))


asyncio.run(main(sys.argv[1], "deflate" if sys.argv[2] == "deflate" else None))
