'use strict';
// WebSocket: what the client says after its request, and a server's connection that is joined with the client's.

const { KIND, Violation } = require('./codec');

const SWITCHED = 101;
const UPGRADE = { connection: 'Upgrade', upgrade: 'websocket' };

/** What comes for one run. Has an end, which is there at the latest when the platform knows the run's. */
class Inbound {
  #channel;
  #id;
  #over = null;
  #take = () => {};

  constructor(channel, id) {
    this.#channel = channel;
    this.#id = id;
  }

  /** Gives each piece to `take`, which may answer a promise to wait for, and null at the end. */
  begin(take) {
    this.#take = take;
    this.#over ??= this.#pass();
  }

  async #pass() {
    for (;;) {
      const { kind, id, value } = await this.#channel.receiveLater();
      if (kind !== KIND.INBOUND || id !== this.#id) throw new Violation('a frame that was not expected');
      await this.#take(value);
      if (value === null) return;
    }
  }

  /** Takes what nobody wants any more, to the end. */
  drained() {
    this.begin(() => {});
    return this.#over;
  }
}

/** Head and pieces of what the server says until it ends the connection. */
async function* joined(response, socket, head, inbound) {
  yield { status: SWITCHED, headers: response.headers };
  const gone = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => {}); // as its end: what it said before has gone
  inbound.begin((piece) => {
    if (socket.destroyed) return undefined;
    if (piece === null) {
      socket.end();
      return undefined;
    }
    return socket.write(piece) ? undefined : Promise.race([new Promise((resolve) => socket.once('drain', resolve)), gone]);
  });
  if (head.length > 0) yield encoded(head);
  try {
    for await (const piece of socket) yield encoded(piece);
  } catch {
    // As above.
  }
}

function encoded(piece) {
  return { base64: piece.toString('base64') };
}

module.exports = { Inbound, UPGRADE, joined };
