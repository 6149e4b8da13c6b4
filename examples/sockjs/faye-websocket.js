// The part of faye-websocket that sockjs-node uses, built on the classes of `wsimd/ws` or ws.

/** Returns a replacement for `require('faye-websocket')`. */
export function fayeWebSocketOn({ WebSocket, WebSocketServer }) {
  /** sockjs-node's heartbeat passes a callback for the pong. */
  class SockJSWebSocket extends WebSocket {
    ping(message, onPong) {
      this.once('pong', onPong);
      super.ping(message ?? undefined);
      return true;
    }
  }

  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: 0x3ffffff, // the limit of faye-websocket
    WebSocket: SockJSWebSocket,
  });

  /** Called with `new`. Returns a WebSocket that opens on the next tick, once sockjs-node listens. */
  function FayeWebSocket(request, socket, head) {
    let webSocket;
    server.handleUpgrade(request, socket, head, (made) => {
      webSocket = made;
    });
    if (webSocket === undefined) return this; // an invalid handshake, already answered
    webSocket.on('error', () => {}); // 'close' follows, which sockjs-node handles
    process.nextTick(() => webSocket.emit('open'));
    return webSocket;
  }

  FayeWebSocket.isWebSocket = ({ method, headers }) =>
    method === 'GET' &&
    /\bupgrade\b/i.test(headers.connection) &&
    /^websocket$/i.test(headers.upgrade);
  return FayeWebSocket;
}
