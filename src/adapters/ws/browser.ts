// `wsimd/ws` in a page: the same names, and a sentence that helps whoever uses one. Importing it does
// nothing, so that code shared with a server can be bundled.

const REASON =
  'wsimd/ws is for Node: a page has a native WebSocket. For bytes that come another way use wsimd/streams';

function fail(): never {
  throw new Error(REASON);
}

/** Fails when it is called, constructed, or asked for what no function has. */
function unavailable(): unknown {
  return new Proxy(function unavailable() {}, {
    apply: fail,
    construct: fail,
    get(target, property, receiver) {
      const isAsked = typeof property === 'string' && property !== 'then' && !(property in target);
      return isAsked ? fail() : Reflect.get(target, property, receiver);
    },
  });
}

const WebSocket = unavailable();

export { WebSocket, WebSocket as default, WebSocket as 'module.exports' };
export const WebSocketServer = unavailable();
export const Server = WebSocketServer;
export const accelerate = unavailable();
export const broadcast = unavailable();
export const createWebSocketStream = unavailable();
export const extension = unavailable();
export const isAccelerated = unavailable();
export const PerMessageDeflate = unavailable();
export const prepare = unavailable();
export const PreparedMessage = unavailable();
export const Receiver = unavailable();
export const Sender = unavailable();
export const subprotocol = unavailable();
