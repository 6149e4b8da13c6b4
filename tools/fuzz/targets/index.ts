// All targets.

import type { Target } from '../engine/case.ts';
import { decoder } from './decoder.ts';
import { files } from './files.ts';
import { handshake } from './handshake.ts';
import { inspect } from './inspect.ts';
import { kernels } from './kernels.ts';
import { pasted } from './pasted.ts';
import { receiver } from './receiver.ts';
import { roundtrip } from './roundtrip.ts';
import { streams } from './streams.ts';
import { utf8 } from './utf8.ts';

export const TARGETS: readonly Target[] = [
  ...[decoder, receiver, roundtrip, utf8, kernels],
  ...[streams, inspect, pasted, files, handshake],
];
