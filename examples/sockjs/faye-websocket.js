// What sockjs-node uses of faye-websocket, on the classes of `wsimd/ws`, or of ws.

/** Stands for `require('faye-websocket')`. */
export function fayeWebSocketOn({ WebSocket, WebSocketServer }) {
  /** sockjs-node's heartbeat asks to be told that a ping was answered. */
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
    maxPayload: 0x3ffffff, // faye-websocket's own
    WebSocket: SockJSWebSocket,
  });

  /** Called with `new`; gives a WebSocket that opens on the next tick, when sockjs-node listens. */
  function FayeWebSocket(request, socket, head) {
    let webSocket;
    server.handleUpgrade(request, socket, head, (made) => {
      webSocket = made;
    });
    if (webSocket === undefined) return this; // it was no handshake, and has its answer
    webSocket.on('error', () => {}); // 'close' follows, for which sockjs-node waits
    process.nextTick(() => webSocket.emit('open'));
    return webSocket;
  }

  FayeWebSocket.isWebSocket = ({ method, headers }) =>
    method === 'GET' &&
    /\bupgrade\b/i.test(headers.connection) &&
    /^websocket$/i.test(headers.upgrade);
  return FayeWebSocket;
}
