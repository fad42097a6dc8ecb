'use strict';
// Serves one function over HTTP outside of Sluice, as Dispatch's images do: GET /healthz, and POST / of
// {"context", "payload"} on port 8080.
//
// The function runs in a process of its own, the guest that Sluice runs it in. While that is gone, /healthz is 503; the
// next call finds another one, and if none can be had, the server ends. One call at a time. It has no calls of the
// platform, and what keeps it in is whatever runs the image.

const fs = require('fs');
const http = require('http');
const os = require('os');
const path = require('path');
const { spawn } = require('child_process');
const codec = require('./codec');

const { KIND } = codec;
const PORT = 8080;
const BODY_BYTES_MAX = 6 << 20;
const CONNECTIONS_MAX = 64; // more are closed
const CALLS_MAX = 32; // the one that runs, and those that wait for it
const LOG_BYTES_MAX = 1 << 20;
const PIECE_BYTES = 1 << 20;
const HOME = path.dirname(__dirname);

/** A process that has loaded the function. */
class Guest {
  #pending = Buffer.alloc(0);
  #frames = [];
  #waiting = null;
  #isGone = false;
  #isLoaded = false;
  #logs = { stdout: [], stderr: [] };

  constructor() {
    this.directory = fs.mkdtempSync(path.join(os.tmpdir(), 'function-'));
    this.process = spawn(process.execPath, [path.join(__dirname, 'guest.js'), this.directory], {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    this.channel = this.process.stdio[3];
    for (const name of ['stdout', 'stderr']) {
      this.process[name].on('data', (piece) => {
        const had = this.#logs[name].reduce((sum, one) => sum + one.length, 0);
        this.#logs[name].push(piece.subarray(0, Math.max(0, LOG_BYTES_MAX - had)));
      });
    }
    this.channel.on('data', (piece) => this.#arrived(piece));
    this.channel.on('error', () => this.#gone());
    this.process.on('exit', () => setImmediate(() => this.#gone()));
  }

  #gone() {
    this.#isGone = true;
    this.#waiting?.();
  }

  #arrived(piece) {
    this.#pending = Buffer.concat([this.#pending, piece]);
    while (this.#pending.length >= 4) {
      const end = 4 + codec.bodyLength(this.#pending, 0);
      if (this.#pending.length < end) break;
      this.#frames.push(codec.body(Buffer.from(this.#pending.subarray(4, end))));
      this.#pending = this.#pending.subarray(end);
    }
    this.#waiting?.();
  }

  /** The next frame. Throws when the process is gone. */
  async receive() {
    while (this.#frames.length === 0) {
      if (this.#isGone) throw new Error('the function\'s process ended');
      await new Promise((resolve) => { this.#waiting = resolve; });
      this.#waiting = null;
    }
    return this.#frames.shift();
  }

  send(kind, id, value) {
    this.channel.write(codec.frame(kind, id, value));
  }

  async load() {
    await this.receive(); // HELLO
    const root = path.join(HOME, 'function');
    for (const file of filesBelow(root)) {
      const content = fs.readFileSync(file);
      for (let at = 0; at === 0 || at < content.length; at += PIECE_BYTES) {
        const piece = content.subarray(at, at + PIECE_BYTES);
        this.send(KIND.FILE, 0, { path: path.relative(root, file), content: piece });
      }
    }
    this.send(KIND.LOAD, 1, JSON.parse(fs.readFileSync(path.join(HOME, 'function.json'), 'utf8')));
    const { kind, value } = await this.receive();
    if (kind !== KIND.LOADED) throw new Error('the function does not load: ' + value.message);
    this.#isLoaded = true;
  }

  get isGone() {
    return this.#isGone;
  }

  get isWell() {
    return this.#isLoaded && !this.#isGone;
  }

  async call(payload, context) {
    this.send(KIND.RUN, 1, [Buffer.from(JSON.stringify(payload ?? null)), Buffer.from(JSON.stringify(context ?? {}))]);
    const chunks = [];
    for (;;) {
      const { kind, id, value } = await this.receive();
      if (kind === KIND.CALL) this.send(KIND.REPLY, id, ['DENIED']);
      else if (kind === KIND.CHUNK) chunks.push(value.toString());
      else if (kind === KIND.ERROR) return { error: value, result: null };
      else if (value === null) return { error: null, result: JSON.parse(`[${chunks.join(',')}]`) };
      else if (Buffer.isBuffer(value)) return { error: null, result: JSON.parse(value.toString()) };
      else return { error: null, result: { status: value.status, body: value.body.toString() } };
    }
  }

  /** What was printed, as lines, when all that is on its way has come. */
  async takeLogs() {
    for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => { setImmediate(resolve); });
    const lines = (name) => Buffer.concat(this.#logs[name]).toString().split('\n').filter((line, at, all) => line !== ''
      || at < all.length - 1);
    const taken = { stdout: lines('stdout'), stderr: lines('stderr') };
    this.#logs = { stdout: [], stderr: [] };
    return taken;
  }

  end() {
    this.process.kill('SIGKILL');
    fs.rmSync(this.directory, { recursive: true, force: true });
  }
}

function filesBelow(directory) {
  return fs.readdirSync(directory, { withFileTypes: true })
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => {
      const at = path.join(directory, entry.name);
      return entry.isDirectory() ? filesBelow(at) : [at];
    });
}

let guest = null;

async function start() {
  guest = new Guest();
  await guest.load();
}

/** Without another one, whatever runs the image is to know: the server ends. */
async function replace() {
  guest.end();
  try {
    await start();
  } catch (problem) {
    console.error('no other process has the function: ' + problem.message);
    process.exit(1);
  }
}

let turn = Promise.resolve();
let calls = 0;

/** One call after the other. */
function answer(message) {
  const mine = turn.then(async () => {
    if (guest.isGone) await replace();
    await guest.takeLogs();
    try {
      const { error, result } = await guest.call(message.payload, message.context);
      return { context: { logs: await guest.takeLogs(), error }, payload: result };
    } catch (problem) {
      const logs = await guest.takeLogs();
      await replace();
      return { context: { logs, error: { type: 'SystemError', message: problem.message, stacktrace: [] } }, payload: null };
    }
  });
  turn = mine.catch(() => process.exit(1));
  return mine;
}

function reply(response, status, value) {
  const body = Buffer.from(JSON.stringify(value));
  const headers = { 'Content-Type': 'application/json', 'Content-Length': body.length };
  response.writeHead(status, status === 503 ? { ...headers, 'Retry-After': '1' } : headers);
  response.end(body);
}

function handle(request, response) {
  if (request.method === 'GET') {
    if (request.url !== '/healthz') reply(response, 404, {});
    else if (guest.isWell) reply(response, 200, {});
    else reply(response, 503, { message: 'the function\'s process is gone: a call starts another one' });
    return;
  }
  const pieces = [];
  let bytes = 0;
  request.on('data', (piece) => {
    bytes += piece.length;
    if (bytes <= BODY_BYTES_MAX) {
      pieces.push(piece);
    } else if (!response.headersSent) {
      reply(response, 413, { message: `a request has at most ${BODY_BYTES_MAX} bytes` });
      response.on('finish', () => request.destroy());
    }
  });
  request.on('end', () => {
    if (bytes > BODY_BYTES_MAX) {
      return;
    }
    let message;
    try {
      message = JSON.parse(Buffer.concat(pieces).toString());
    } catch (problem) {
      reply(response, 400, { message: 'the request is no JSON object: ' + problem.message });
      return;
    }
    if (calls >= CALLS_MAX) {
      reply(response, 503, { message: `${CALLS_MAX} calls run or wait: come later` });
      return;
    }
    calls++;
    answer(message ?? {}).then((value) => reply(response, 200, value)).finally(() => { calls--; });
  });
}

start().then(() => {
  const server = http.createServer(handle).listen(Number(process.env.PORT || PORT), () => {
    console.log('serving on port ' + server.address().port);
  });
  server.maxConnections = CONNECTIONS_MAX;
}, (problem) => {
  console.error(problem.message);
  process.exit(1);
});
