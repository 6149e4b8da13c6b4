// The exports that all entries share, independent of the kernel.

export type { FrameOptions } from '../codec/batch-writer.ts';
export type { BytesLike } from '../codec/bytes.ts';
export type {
  DecoderOptions,
  Delivery,
  FrameInfo,
  Handlers,
  Payload,
  Transform,
} from '../codec/options.ts';
export { PreparedMessage, type PrepareOptions, prepare } from '../codec/prepared-message.ts';
export type { DecodedEvent } from '../codec/pull.ts';
export type { Backend } from '../kernel/kernel.ts';
export type { ModuleSource } from '../kernel/module-source.ts';
export { ProtocolError, type ProtocolErrorInit } from '../protocol/errors.ts';
export {
  type FrameHeader,
  type FrameHeaderInit,
  parseFrameHeader,
  writeFrameHeader,
} from '../protocol/header.ts';
export type { Role } from '../protocol/role.ts';
export { VIOLATION, type Violation } from '../protocol/violations.ts';
