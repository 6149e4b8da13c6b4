// The public entry `wsimd/inspect`: bytes of WebSocket connections, explained. Re-exports only.

export { type CloseCodeMeaning, closeCodeMeaning } from './close-codes.ts';
export { type HandshakeFault, type HttpHead, readHead } from './handshake.ts';
export { type Conversation, inspect, inspectConversation } from './inspect.ts';
export {
  type ParseBytesCode,
  ParseBytesError,
  type ParseBytesOptions,
  parseBytes,
} from './parse-bytes.ts';
export { describeMessage } from './preview.ts';
export type {
  CloseReport,
  DeflateParams,
  Field,
  FieldName,
  FrameReport,
  Inspection,
  InspectOptions,
  MessageReport,
  Preview,
  Problem,
  Truncation,
} from './types.ts';
