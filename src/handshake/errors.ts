// What can go wrong before the first frame: one error type, with a stable code and the section of RFC 6455.

const CODES = {
  /** The peer answered, and the answer is no: an HTTP status that is not 101, or a request turned down. */
  WS_ERR_HANDSHAKE_REFUSED: '4.2.2',
  /** The peer's request or response is not the opening handshake it should be. */
  WS_ERR_INVALID_HANDSHAKE: '4',
  /** A head without end. */
  WS_ERR_HANDSHAKE_TOO_LARGE: '10.4',
  /** No whole head within the time allowed. */
  WS_ERR_HANDSHAKE_TIMEOUT: '4',
  /** The transport ended before the head did. */
  WS_ERR_HANDSHAKE_ENDED: '7.1.7',
} as const;

export type HandshakeErrorCode = keyof typeof CODES;

/** What {@link HandshakeError} is made from. */
export interface HandshakeErrorInit {
  section?: string;
  /** The HTTP status that the peer sent, or that it is to be sent. */
  status?: number;
  headers?: Headers;
  /** What came of the response's body, as text. */
  body?: string;
  cause?: unknown;
}

/** The opening handshake failed; there is no connection. */
export class HandshakeError extends Error {
  override readonly name = 'HandshakeError';
  /** Stable, for programs. */
  readonly code: HandshakeErrorCode;
  /** The connection never opened: the code that stands for that (§7.1.5). Never sent. */
  readonly closeCode = 1006;
  /** The section of RFC 6455 that the rule stands in. */
  readonly section: string;
  /** For a client, the status of the server's response; for a server, the one it answered with. */
  readonly status: number | undefined;
  /** The headers of the peer's head, as far as there was one. */
  readonly headers: Headers | undefined;
  /** What came of a refusal's body, as text. */
  readonly body: string | undefined;

  constructor(code: HandshakeErrorCode, message: string, init: HandshakeErrorInit = {}) {
    const section = init.section ?? CODES[code];
    super(`${message} (RFC 6455 §${section})`, 'cause' in init ? { cause: init.cause } : undefined);
    this.code = code;
    this.section = section;
    this.status = init.status;
    this.headers = init.headers;
    this.body = init.body;
  }
}
