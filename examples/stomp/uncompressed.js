// Between servers on one network, compression costs ten times what all else does: see the figures in README.md.

/** The class without permessage-deflate, which ws and wsimd/ws offer unless told otherwise. */
export const uncompressed = (WebSocket) =>
  class extends WebSocket {
    constructor(url, protocols) {
      super(url, protocols, { perMessageDeflate: false });
    }
  };
