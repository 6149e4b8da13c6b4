// 7.*: the closing handshake (RFC 6455 §5.5.1, §7).

import { closePayload } from '../peer/peer.ts';
import {
  answered,
  aText,
  type Case,
  closed,
  closing,
  continuation,
  MORE,
  ping,
  text,
} from './case.ts';

const NORMAL = closing(closePayload(1000));
const HELLO = 'Hello World!';
const CLEAN = 'A clean close with 1000';
const PROTOCOL_ERROR = [1002];

/** 7.1.1 to 7.1.5: nothing behind the close frame counts. */
const behaviour = (): Case[] => [
  answered(
    {
      ...{ id: '7.1.1', section: '§5.5.1', title: 'A message, then a close frame' },
      frames: [text(HELLO)],
    },
    [aText(HELLO)],
    'The message comes back',
  ),
  ...[
    { title: 'Two close frames', rest: closing() },
    { title: 'A close frame, then a ping', rest: ping() },
    { title: 'A close frame, then a text message', rest: text(HELLO) },
  ].map(({ title, rest }, index) =>
    closed(
      { id: `7.1.${index + 2}`, section: '§5.5.1, §1.4', title, frames: [NORMAL, rest] },
      [1000],
      `${CLEAN}; what follows the close frame is nothing.`,
    ),
  ),
  closed(
    {
      ...{ id: '7.1.5', section: '§5.5.1', title: 'A fragment, a close frame, the other fragment' },
      frames: [text('fragment1', MORE), NORMAL, continuation('fragment2')],
    },
    [1000],
    `${CLEAN}; there is no message.`,
  ),
  {
    ...closed(
      {
        ...{ id: '7.1.6', section: '§5.5.1' },
        title: 'A message of 256 KiB, another, a close frame and a ping, together',
        frames: [text('BAsd7&jh23'.repeat(26214)), text(HELLO), NORMAL, ping()],
      },
      [1000],
      'Whether the messages come back before the close frame is left to who answers.',
    ),
    isInformational: true,
  },
];

/** 7.3.*: payloads of every length that matters; 7.5.1: one that is not UTF-8. */
const payloads = (): Case[] => {
  const section = '§5.5.1';
  const reason = closePayload(1000, '*'.repeat(124));
  const notUtf8 = Buffer.from('cebae1bdb9cf83cebcceb5eda080656469746564', 'hex');
  const because = (why: string): string => `A close frame with 1002: ${why}.`;
  return [
    closed(
      { id: '7.3.1', section, title: 'A close frame without payload', frames: [closing()] },
      [1000, undefined],
      'A clean close with 1000 or no code.',
    ),
    closed(
      { id: '7.3.2', section, title: 'A close frame of one octet', frames: [closing('a')] },
      PROTOCOL_ERROR,
      because('a code has two octets'),
    ),
    closed(
      { id: '7.3.3', section, title: 'A close frame with a code', frames: [NORMAL] },
      [1000],
      `${CLEAN}.`,
    ),
    closed(
      {
        ...{ id: '7.3.4', section, title: 'A close frame with a reason' },
        frames: [closing(closePayload(1000, HELLO))],
      },
      [1000],
      `${CLEAN}.`,
    ),
    closed(
      {
        ...{ id: '7.3.5', section, title: 'A close frame with a reason of 123 octets' },
        frames: [closing(closePayload(1000, '*'.repeat(123)))],
      },
      [1000],
      `${CLEAN}.`,
    ),
    closed(
      {
        ...{ id: '7.3.6', section: '§5.5', title: 'A close frame of 126 octets' },
        frames: [closing(reason)],
      },
      PROTOCOL_ERROR,
      because('control frames have at most 125 octets'),
    ),
    closed(
      {
        ...{ id: '7.5.1', section: '§5.5.1, §8.1', title: 'A reason that is not UTF-8' },
        frames: [closing(closePayload(1000, notUtf8))],
      },
      [1007, 1002],
      'A close frame with 1007 (or 1002): a reason is UTF-8.',
    ),
  ];
};

const VALID = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999];
const INVALID = [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999];
const UNDEFINED = [5000, 65535];

/** 7.7.*, 7.9.*, 7.13.*. */
const codes = (): Case[] => [
  ...VALID.map((code, index) =>
    closed(
      {
        ...{ id: `7.7.${index + 1}`, section: '§7.4', title: `A close frame with ${code}` },
        frames: [closing(closePayload(code))],
      },
      [1000, code],
      'A close frame with that code or with 1000.',
    ),
  ),
  ...INVALID.map((code, index) =>
    closed(
      {
        ...{ id: `7.9.${index + 1}`, section: '§7.4', title: `A close frame with ${code}` },
        frames: [closing(closePayload(code))],
      },
      PROTOCOL_ERROR,
      'A close frame with 1002: the code must not be sent.',
    ),
  ),
  ...UNDEFINED.map((code, index) => ({
    ...closed(
      {
        ...{ id: `7.13.${index + 1}`, section: '§7.4.2', title: `A close frame with ${code}` },
        frames: [closing(closePayload(code))],
      },
      [1000, code, 1002],
      'The RFC says nothing of codes from 5000 on.',
    ),
    isInformational: true,
  })),
];

export const closeCases = (): Case[] => [...behaviour(), ...payloads(), ...codes()];
