// The public entry `wsimd/streams`: re-exports only.

export { acceptKeyOf } from '../handshake/accept-key.ts';
export { HandshakeError, type HandshakeErrorCode } from '../handshake/errors.ts';
export type { HandshakeRequest } from '../handshake/request.ts';
export type { Refusal } from '../handshake/response.ts';
export { chooseSubprotocol } from '../handshake/subprotocol.ts';
export type { CloseInfo, CloseInit } from './closing.ts';
export { ConnectionError, type ConnectionErrorCode } from './errors.ts';
export type { HeartbeatOptions } from './heartbeat.ts';
export {
  type ControlHandlers,
  DecoderStream,
  type DecoderStreamOptions,
  EncoderStream,
  type Message,
} from './message-streams.ts';
export type { OpenInfo } from './opening.ts';
export type { ByteTransport, ClientOptions, OverStreamOptions, ServerOptions } from './options.ts';
export { type SocketLike, socketTransport } from './socket-transport.ts';
export { WebSocketOverStream } from './web-socket-over-stream.ts';
