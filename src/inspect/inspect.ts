// Decodes the bytes of one direction of a connection: handshake, frames, messages, and the first violation.

import { type BytesLike, toBytes } from '../codec/bytes.ts';
import type { Role } from '../protocol/role.ts';
import { VIOLATION } from '../protocol/violations.ts';
import { FrameReader } from './frame-reader.ts';
import {
  checkAgreement,
  type HttpHead,
  hasWholeHead,
  isHttp,
  readHead,
  weightOfHead,
} from './handshake.ts';
import { checkOptions } from './settings.ts';
import type { DeflateParams, Inspection, InspectOptions } from './types.ts';

/** The bytes both ends of a connection sent. */
export interface Conversation {
  client: BytesLike;
  server: BytesLike;
}

/**
 * Decodes the bytes that one end of a connection sent, from the handshake or from the start of a frame. Never throws
 * because of the bytes; throws a TypeError or RangeError on invalid options. Borrows the bytes: payloads of unmasked
 * frames, and messages of one such frame, are views of them.
 */
export function inspect(bytes: BytesLike, options: InspectOptions = {}): Inspection {
  const input = toBytes(bytes);
  const limits = checkOptions(options);
  const head = readHead(input);
  const { otherHead } = options;
  if (head?.kind === 'response' && otherHead?.kind === 'request') checkAgreement(otherHead, head);
  const sender = senderOf(input, head, options.role);
  const notes: string[] = [];
  const deflate = deflateOf(options.deflate, head, otherHead, notes);
  const inspection: Inspection = {
    sender,
    ...(head === undefined ? {} : { handshake: head }),
    ...(deflate === undefined ? {} : { deflate }),
    ...{ frames: [], messages: [], bytesLeft: 0, framesLeft: 0, notes },
    used: { inflated: 0, reported: head === undefined ? 0 : weightOfHead(head) },
  };
  const reason = reasonWithoutFrames(input, head, otherHead);
  if (reason === undefined) readFrames(input, inspection, { ...limits, sender, deflate });
  else {
    notes.push(reason);
    inspection.bytesLeft = input.length - (head?.length ?? 0);
    if (head === undefined && !hasWholeHead(input)) {
      const message = 'The input ends inside the head of the handshake: its empty line is missing.';
      inspection.truncated = { where: 'handshake', missing: 1, message };
    }
  }
  return inspection;
}

/** Decodes both directions of a connection, each with the handshake of the other. */
export function inspectConversation(
  { client, server }: Conversation,
  options: Omit<InspectOptions, 'role' | 'otherHead'> = {},
): { client: Inspection; server: Inspection } {
  const heads = { client: readHead(toBytes(client)), server: readHead(toBytes(server)) };
  const one = (role: Role, bytes: BytesLike, otherHead: HttpHead | undefined) =>
    inspect(bytes, { ...options, role, ...(otherHead === undefined ? {} : { otherHead }) });
  return {
    client: one('client', client, heads.server),
    server: one('server', server, heads.client),
  };
}

function senderOf(
  input: Uint8Array,
  head: HttpHead | undefined,
  role: InspectOptions['role'] = 'auto',
): Role {
  if (role !== 'auto') return role;
  if (head !== undefined) return head.kind === 'request' ? 'client' : 'server';
  if (isHttp(input)) return input[0] === 0x48 && input[1] === 0x54 ? 'server' : 'client';
  return input.length < 2 || input[1] > 127 ? 'client' : 'server';
}

/** The permessage-deflate in use: by the option, else by the response, else by the request. */
function deflateOf(
  option: boolean | DeflateParams | undefined,
  head: HttpHead | undefined,
  otherHead: HttpHead | undefined,
  notes: string[],
): DeflateParams | undefined {
  if (option !== undefined) return option === true ? {} : option || undefined;
  const heads = [head, otherHead];
  const response = heads.find((one) => one?.kind === 'response');
  if (response !== undefined) return response.deflate;
  const offer = heads.find((one) => one?.kind === 'request')?.deflate;
  if (offer !== undefined) {
    notes.push(
      'The response is not known: permessage-deflate is assumed to be accepted as offered.',
    );
  }
  return offer;
}

/** Why no frames follow the head; undefined if they do. */
function reasonWithoutFrames(
  input: Uint8Array,
  head: HttpHead | undefined,
  otherHead: HttpHead | undefined,
): string | undefined {
  if (head === undefined)
    return isHttp(input) ? 'The input begins like HTTP, but has no valid head.' : undefined;
  if (head.kind === 'request' && !head.isUpgrade)
    return 'The HTTP request is not a WebSocket handshake.';
  const response = head.kind === 'response' ? head : otherHead;
  if (response?.kind !== 'response' || response.isUpgrade) return undefined;
  const words = `${response.status} ${response.reason}`.trim();
  return `The handshake was refused: ${words}. No frames follow (§4.1).`;
}

function readFrames(
  input: Uint8Array,
  inspection: Inspection,
  settings: ConstructorParameters<typeof FrameReader>[2],
): void {
  const reader = new FrameReader(input, inspection.handshake?.length ?? 0, settings);
  reader.read();
  const { frames, builder, problem, truncated, framesLeft } = reader;
  const bytesLeft = input.length - reader.at;
  inspection.used.inflated = builder.inflated;
  inspection.used.reported += reader.reported;
  Object.assign(inspection, { frames, messages: builder.messages, bytesLeft, framesLeft });
  if (problem !== undefined) inspection.problem = problem;
  if (truncated !== undefined) inspection.truncated = truncated;
  const { notes } = inspection;
  notes.push(...builder.notes);
  if (framesLeft > 0) {
    const checked =
      settings.deflate === undefined ? '' : '; their compressed messages were not inflated';
    notes.push(`${framesLeft} more frames were checked and are not shown${checked}.`);
  }
  if (problem?.violation === VIOLATION.UNEXPECTED_RSV_1 && settings.deflate === undefined) {
    notes.push(
      'RSV1 is valid with permessage-deflate: if it was negotiated, set the option deflate.',
    );
  }
  if (bytesLeft > 0 && problem === undefined && truncated === undefined) {
    notes.push(
      `${bytesLeft} bytes follow the close frame: a receiver ignores them (§5.5.1, §7.1.1).`,
    );
  }
}
