// Errors of the opening handshake: one type, with a stable code and the section of RFC 6455.

const CODES = {
  /** The server refused the request with an HTTP status other than 101. */
  WS_ERR_HANDSHAKE_REFUSED: '4.2.2',
  /** The peer's request or response is not a valid opening handshake. */
  WS_ERR_INVALID_HANDSHAKE: '4',
  /** The head exceeds `maxHeadBytes`. */
  WS_ERR_HANDSHAKE_TOO_LARGE: '10.4',
  /** The opening handshake timed out. */
  WS_ERR_HANDSHAKE_TIMEOUT: '4',
  /** The transport or the connection ended before the opening handshake was complete. */
  WS_ERR_HANDSHAKE_ENDED: '7.1.7',
} as const;

export type HandshakeErrorCode = keyof typeof CODES;

/** What {@link HandshakeError} is made from. */
export interface HandshakeErrorInit {
  section?: string;
  /** The HTTP status of the server's response. */
  status?: number;
  headers?: Headers;
  /** The part of the response's body that was received, as text. */
  body?: string;
  cause?: unknown;
}

/** The opening handshake failed: there is no connection. */
export class HandshakeError extends Error {
  override readonly name = 'HandshakeError';
  /** Stable, for programs. */
  readonly code: HandshakeErrorCode;
  /** The code of a connection that ended without a close frame (§7.1.5). Never sent. */
  readonly closeCode = 1006;
  /** The section of RFC 6455 with the rule. */
  readonly section: string;
  /** The HTTP status of the server's response. */
  readonly status: number | undefined;
  /** The headers of the peer's head, if one was received. */
  readonly headers: Headers | undefined;
  /** The part of a refusal's body that was received, as text. */
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
