// One connection of the soak after another: sends, checks what comes back, closes in one way or another, and
// connects again.

import { randomInt } from 'node:crypto';
import { WebSocket } from 'ws';
import { createMessage, numberOf } from './traffic.mjs';

/** Messages under way on a connection. */
const WINDOW = 4;

export class Peer {
  constructor(url, counts) {
    this.url = url;
    this.counts = counts;
    this.isOver = false;
    this.connect();
  }

  connect() {
    const { counts } = this;
    const options = { perMessageDeflate: randomInt(4) === 0 };
    const socket = new WebSocket(this.url, options);
    this.socket = socket;
    Object.assign(this, { sent: 0, echoed: 0, pushed: 0, left: 1 + randomInt(400), goodbye: null });
    socket.on('open', () => {
      counts.connections++;
      for (let i = 0; i < WINDOW; i++) this.send();
    });
    socket.on('message', (data, isBinary) => this.take(data, isBinary));
    socket.on('error', () => counts.errors++);
    socket.on('close', (code, reason) => this.closed(code, String(reason)));
  }

  send() {
    if (this.goodbye !== null || this.socket.readyState !== WebSocket.OPEN) return;
    if (this.left-- <= 0) {
      this.close();
      return;
    }
    const { data, isBinary } = createMessage(this.sent++);
    this.counts.sent++;
    if (isBinary && data.length > 100 && randomInt(8) === 0) {
      const middle = randomInt(data.length);
      this.socket.send(data.subarray(0, middle), { fin: false });
      this.socket.ping();
      this.socket.send(data.subarray(middle), { fin: true });
    } else this.socket.send(data, { binary: isBinary });
  }

  take(data, isBinary) {
    const { counts } = this;
    if (!isBinary && data.length < 30 && String(data).startsWith('push ')) {
      if (String(data) !== `push ${this.pushed++}`) counts.wrong++;
      return;
    }
    try {
      if (numberOf(data, isBinary) !== this.echoed++) counts.wrong++;
    } catch {
      counts.wrong++;
    }
    counts.echoed++;
    setTimeout(() => this.send(), randomInt(120));
  }

  /** One connection in eight just goes; of the others every message must have come back. */
  close() {
    this.goodbye = randomInt(8) === 0 ? 'terminate' : 'close';
    if (this.goodbye === 'terminate') this.socket.terminate();
    else this.waitForEchoes();
  }

  waitForEchoes() {
    if (this.echoed < this.sent && this.socket.readyState === WebSocket.OPEN) {
      setTimeout(() => this.waitForEchoes(), 20);
    } else this.socket.close(4000, '안녕히');
  }

  closed(code, reason) {
    const { counts } = this;
    if (this.goodbye === 'close') {
      counts.lost += this.sent - this.echoed;
      if (code !== 4000 || reason !== '안녕히') counts.wrong++;
    } else {
      if (this.goodbye === null && !this.isOver) counts.wrong++;
      counts.cut += this.sent - this.echoed;
    }
    if (!this.isOver) setTimeout(() => this.connect(), randomInt(200));
  }

  end() {
    this.isOver = true;
    this.goodbye = 'terminate';
    this.socket.terminate();
  }
}
