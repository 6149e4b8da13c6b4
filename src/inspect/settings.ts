// The options of an inspection, and their checks.

import type { Role } from '../protocol/role.ts';
import type { DeflateParams, InspectOptions } from './types.ts';

/** The settings of a FrameReader. */
export interface ReaderSettings {
  sender: Role;
  deflate: DeflateParams | undefined;
  maxPayloadPreview: number;
  maxFrames: number;
  maxInflated: number;
  maxPayload: number;
  maxReported: number;
  keepData: boolean;
}

/** Checks the options that do not depend on the bytes. Throws a TypeError or RangeError. */
export function checkOptions(options: InspectOptions): Omit<ReaderSettings, 'sender' | 'deflate'> {
  const { role = 'auto' } = options;
  if (!['auto', 'client', 'server'].includes(role)) {
    throw new TypeError(`option role must be auto, client or server, got ${String(role)}`);
  }
  return {
    maxPayloadPreview: limit('maxPayloadPreview', options.maxPayloadPreview ?? 256),
    maxFrames: limit('maxFrames', options.maxFrames ?? 1000),
    maxInflated: limit('maxInflated', options.maxInflated ?? 64 * 1024 * 1024),
    maxPayload: limit('maxPayload', options.maxPayload ?? Number.POSITIVE_INFINITY),
    maxReported: limit('maxReported', options.maxReported ?? Number.POSITIVE_INFINITY),
    keepData: options.keepData ?? true,
  };
}

/** Checks a limit and rounds it down. Throws a RangeError. */
export function limit(name: string, value: unknown): number {
  if (typeof value === 'number' && value >= 0) return Math.floor(value);
  throw new RangeError(`option ${name} must be a non-negative number, got ${String(value)}`);
}
