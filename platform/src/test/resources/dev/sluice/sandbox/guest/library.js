'use strict';
// That Node.js works: `library.js NAME ARGUMENT...` sends what came of it on the channel, as JSON.

const childProcess = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const timers = require('node:timers/promises');
const workers = require('node:worker_threads');
const zlib = require('node:zlib');

const say = (answer) => fs.writeSync(3, JSON.stringify(answer) + '\n');

const parts = {
  async threads() {
    const code = "require('node:worker_threads').parentPort.postMessage(6 * 7)";
    const worker = new workers.Worker(code, { eval: true });
    return new Promise((resolve, reject) => worker.on('message', resolve).on('error', reject));
  },

  async files() {
    await fs.promises.writeFile('/tmp/a', 'content');
    await fs.promises.copyFile('/tmp/a', '/tmp/b');
    await fs.promises.rename('/tmp/b', '/tmp/c');
    const refused = await fs.promises.writeFile('/etc/passwd', 'x').catch((failure) => failure.code);
    return [await fs.promises.readFile('/tmp/c', 'utf8'), fs.readdirSync('/tmp').sort(), refused];
  },

  async secrets() {
    const key = await new Promise((resolve, reject) =>
      crypto.scrypt('password', 'salt', 16, (failure, bytes) => (failure ? reject(failure) : resolve(bytes))));
    return [crypto.randomBytes(8).length, crypto.createHash('sha256').update('x').digest('hex').slice(0, 8), key.length];
  },

  async wasm() {
    const add = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 127, 127, 1, 127, 3, 2, 1, 0, 7, 7, 1, 3, 97,
      100, 100, 0, 0, 10, 9, 1, 7, 0, 32, 0, 32, 1, 106, 11);
    const { instance } = await WebAssembly.instantiate(add);
    return instance.exports.add(40, 2);
  },

  async timers() {
    await timers.setTimeout(20);
    await timers.setImmediate();
    return 'late';
  },

  async compression() {
    return zlib.gunzipSync(zlib.brotliDecompressSync(zlib.brotliCompressSync(zlib.gzipSync('text')))).toString();
  },

  async children() {
    const child = childProcess.spawnSync(process.execPath, ['-p', '6*7'], { encoding: 'utf8' });
    return child.stdout.trim() + child.stderr;
  },

  async servers() {
    const server = http.createServer((request, response) => response.end('served'));
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const answer = await fetch(`http://127.0.0.1:${server.address().port}/`);
    const text = await answer.text();
    server.closeAllConnections?.();
    server.close();
    return text;
  },

  async modules() {
    await import('data:text/javascript,export default 1');
    const module = require('node:module');
    return module.builtinModules.filter((name) => {
      try {
        require(name.startsWith('_') ? name : 'node:' + name);
        return false;
      } catch {
        return true;
      }
    });
  },

  async environment() {
    return process.env;
  },

  async network(port) {
    return fetch(`http://127.0.0.1:${port}/`).then(() => 'OK', (failure) => failure.cause.code);
  },

  async memory() {
    say('begun');
    const hoard = [];
    for (;;) {
      hoard.push(Buffer.alloc(1 << 20, 1));
    }
  },
};

parts[process.argv[2]](...process.argv.slice(3)).then((answer) => {
  say(answer);
  fs.readSync(3, Buffer.alloc(1));
});
