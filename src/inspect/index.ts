// The public entry `wsimd/inspect`: re-exports only.

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
