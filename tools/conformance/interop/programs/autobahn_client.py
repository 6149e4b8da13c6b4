# A conversation with Autobahn for Python. Prints what was said.

import asyncio
import json
import sys

from autobahn.asyncio.websocket import WebSocketClientFactory, WebSocketClientProtocol
from autobahn.websocket.compress import (
    PerMessageDeflateOffer, PerMessageDeflateResponse, PerMessageDeflateResponseAccept,
)

BYTES = bytes(i * 7 & 0xFF for i in range(1024 * 1024))
END = object()


class Talker(WebSocketClientProtocol):
    def onConnect(self, response):
        self.names = [extension.EXTENSION_NAME for extension in response.extensions]

    def onOpen(self):
        self.factory.opened.set_result(self)

    def onMessage(self, payload, isBinary):
        self.factory.messages.put_nowait(payload if isBinary else payload.decode())

    def onPong(self, payload):
        self.factory.messages.put_nowait("own pong " + payload.decode())

    def onClose(self, wasClean, code, reason):
        self.factory.closed.set_result([code, reason])


def accept(response):
    if isinstance(response, PerMessageDeflateResponse):
        return PerMessageDeflateResponseAccept(response)


async def connect(url, deflate):
    loop = asyncio.get_running_loop()
    factory = WebSocketClientFactory(url, loop=loop)
    factory.protocol = Talker
    factory.messages = asyncio.Queue()
    factory.opened = loop.create_future()
    factory.closed = loop.create_future()
    if deflate:
        offers = [PerMessageDeflateOffer()]
        factory.setProtocolOptions(perMessageCompressionOffers=offers, perMessageCompressionAccept=accept)
    await loop.create_connection(factory, "127.0.0.1", factory.port)
    return await factory.opened


async def main(url, deflate):
    socket = await connect(url, deflate)
    next_message = socket.factory.messages.get
    socket.sendMessage("안녕하세요 👋".encode())
    text = await next_message()
    socket.sendMessage(BYTES, isBinary=True, fragmentSize=65536)
    binary = await next_message() == BYTES
    socket.sendMessage(b"fragments")
    fragments = [await next_message(), await next_message()]
    socket.sendMessage("내 조각".encode(), fragmentSize=1)
    own = await next_message()
    socket.sendPing("물음".encode())
    assert await next_message() == "own pong 물음"
    socket.sendMessage(b"close me")
    closes = [await socket.factory.closed]
    other = await connect(url, deflate)
    other.sendClose(4000, "그만")
    closes.append(await other.factory.closed)
    print(json.dumps({
        "text": text, "binary": binary, "fragments": fragments, "own": own,
        "isCompressed": "permessage-deflate" in socket.names, "closes": closes,
    }))


asyncio.run(main(sys.argv[1], sys.argv[2] == "deflate"))
