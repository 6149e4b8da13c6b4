# An echoing server on Autobahn for Python, which sends in fragments. Prints its port.

import asyncio
import sys

from autobahn.asyncio.websocket import WebSocketServerFactory, WebSocketServerProtocol
from autobahn.websocket.compress import PerMessageDeflateOffer, PerMessageDeflateOfferAccept


class Echo(WebSocketServerProtocol):
    def onMessage(self, payload, isBinary):
        if payload == b"fragments":
            self.beginMessage()
            self.sendMessageFrame("조".encode())
            self.sendPing("살아 있니".encode())
            self.sendMessageFrame("각".encode())
            self.endMessage()
        elif payload == b"close me":
            self.sendClose(4001, "안녕히 가세요")
        else:
            self.sendMessage(payload, isBinary, fragmentSize=65536)

    def onPong(self, payload):
        self.sendMessage(b"pong " + payload)


def accept(offers):
    for offer in offers:
        if isinstance(offer, PerMessageDeflateOffer):
            return PerMessageDeflateOfferAccept(offer)


async def main(deflate):
    loop = asyncio.get_running_loop()
    factory = WebSocketServerFactory("ws://127.0.0.1", loop=loop)
    factory.protocol = Echo
    factory.setProtocolOptions(echoCloseCodeReason=True)
    if deflate:
        factory.setProtocolOptions(perMessageCompressionAccept=accept)
    server = await loop.create_server(factory, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main(sys.argv[1] == "deflate"))
