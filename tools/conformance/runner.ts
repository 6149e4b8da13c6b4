// Plays cases with a subject: as a client against a server, as a server against a client.

import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { type Case, Mismatch, type Scale, type Verdict } from './cases/case.ts';
import type { Role } from './peer/frames.ts';
import { type Head, type Opened, openAsClient, openAsServer, readHead } from './peer/handshake.ts';
import { PATIENCE, Peer } from './peer/peer.ts';
import { pathOf } from './subjects/protocol.ts';
import { type Running, type Subject, start } from './subjects/subjects.ts';
import { type Judgement, judge } from './verdict.ts';

export interface Result extends Judgement {
  readonly id: string;
  readonly verdict: Verdict;
  readonly sent: readonly string[];
  readonly received: readonly string[];
}

export interface SubjectResults {
  readonly subject: string;
  readonly title: string;
  /** What the subject is. */
  readonly role: Role;
  readonly version: string;
  readonly backend: string | undefined;
  readonly results: readonly Result[];
}

export interface RunOptions {
  readonly cases: readonly Case[];
  readonly scale: Scale;
  readonly onResult?: (result: Result) => void;
}

/** Connections at a time. */
const AT_ONCE = 6;

/** Plays all cases with one subject in one role. */
export async function run(
  subject: Subject,
  role: Role,
  options: RunOptions,
): Promise<SubjectResults> {
  const running = await start(subject, role);
  const door = role === 'server' ? new ServerDoor(running) : await ClientDoor.open(running);
  const results: Result[] = new Array(options.cases.length);
  const waiting = options.cases.keys();
  const work = async (): Promise<void> => {
    for (const index of waiting) {
      results[index] = await play(door, options.cases[index], options.scale);
      options.onResult?.(results[index]);
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } finally {
    door.shut();
    await running.stop();
  }
  const { version, backend } = running.started;
  return { subject: subject.id, title: subject.title, role, version, backend, results };
}

/** How the testing end comes by connections. */
interface Door {
  /** The testing end's role. */
  readonly role: Role;
  open(one: Case): Promise<Opened>;
  /** What must have been negotiated and was not. */
  missing(one: Case, opened: Opened): string | undefined;
  shut(): void;
}

class ServerDoor implements Door {
  readonly role = 'client';
  private readonly port: number;

  constructor(running: Running) {
    this.port = running.started.port;
  }

  open({ deflate }: Case): Promise<Opened> {
    return openAsClient(this.port, pathOf(deflate?.serverOptions), deflate?.offer);
  }

  missing({ deflate }: Case, { extensions }: Opened): string | undefined {
    return deflate?.serverMustAnswer.find((parameter) => !has(extensions, parameter));
  }

  shut(): void {}
}

/** Tells a client under test to connect, once for each case. */
class ClientDoor implements Door {
  readonly role = 'server';
  private readonly running: Running;
  private readonly listener: Server;
  private readonly awaited = new Map<string, (socket: Socket, request: Head) => void>();
  private readonly offers = new WeakMap<Opened, string>();
  private count = 0;

  private constructor(running: Running) {
    this.running = running;
    this.listener = createServer({ noDelay: true }, (socket) => {
      readHead(socket).then(
        (request) => this.awaited.get(request.start.split(' ')[1])?.(socket, request),
        () => socket.destroy(),
      );
    });
  }

  static async open(running: Running): Promise<ClientDoor> {
    const door = new ClientDoor(running);
    door.listener.listen(0, '127.0.0.1');
    await once(door.listener, 'listening');
    return door;
  }

  open({ deflate }: Case): Promise<Opened> {
    const path = `/case/${this.count++}`;
    const { port } = this.listener.address() as AddressInfo;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('the client did not connect')), PATIENCE);
      this.awaited.set(path, (socket, request) => {
        clearTimeout(timer);
        this.awaited.delete(path);
        try {
          resolve(this.answer(socket, request, deflate));
        } catch (error) {
          reject(error);
        }
      });
      this.running.connect(`ws://127.0.0.1:${port}${path}`, deflate?.clientOptions ?? false);
    });
  }

  private answer(socket: Socket, request: Head, deflate: Case['deflate']): Opened {
    let offer = '';
    const opened = openAsServer(socket, request, (offered) => {
      offer = offered;
      return deflate && has(offered, 'permessage-deflate') ? deflate.answer : '';
    });
    this.offers.set(opened, offer);
    return opened;
  }

  missing({ deflate }: Case, opened: Opened): string | undefined {
    const offer = this.offers.get(opened) ?? '';
    return deflate?.clientMustOffer.find((parameter) => !has(offer, parameter));
  }

  shut(): void {
    this.listener.close();
  }
}

const has = (header: string, parameter: string): boolean =>
  header.split(/[;,]/).some((one) => {
    const name = one.trim();
    return name === parameter || name.startsWith(`${parameter}=`);
  });

async function play(door: Door, one: Case, scale: Scale): Promise<Result> {
  let peer: Peer | undefined;
  let judgement: Judgement;
  try {
    const opened = await door.open(one);
    peer = new Peer(opened, door.role);
    judgement = await converse(door, one, opened, peer, scale);
  } catch (error) {
    judgement = { verdict: 'failed', why: String(error) };
  }
  peer?.destroy();
  const { sentLines = [], receivedLines = [] } = peer?.log ?? {};
  return { id: one.id, ...judgement, sent: sentLines, received: receivedLines };
}

async function converse(
  door: Door,
  one: Case,
  opened: Opened,
  peer: Peer,
  scale: Scale,
): Promise<Judgement> {
  if (one.deflate !== undefined && peer.deflate === undefined) {
    peer.sendClose(1000);
    return { verdict: 'not offered', why: 'permessage-deflate was not negotiated' };
  }
  const missing = door.missing(one, opened);
  if (missing !== undefined) return { verdict: 'failed', why: `${missing} was not negotiated` };
  try {
    await one.play(peer, scale);
  } catch (error) {
    if (error instanceof Mismatch) return { verdict: 'failed', why: error.message };
    throw error;
  }
  await peer.until(() => peer.ended !== undefined);
  return judge(one, peer);
}
