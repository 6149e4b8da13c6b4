// A module worker, as Cloudflare and others run it.

import { decode } from './decode.js';

export default {
  async fetch() {
    return Response.json({ ...(await decode()), runtime: navigator.userAgent });
  },
};
