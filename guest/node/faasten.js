'use strict';
// What a function of the Faasten convention gets as its second parameter, and the things that come from it.
//
// File and directory calls answer false or null when they are refused, whatever the reason; the others throw.

const crypto = require('node:crypto');

const PIECE_BYTES = 2 << 20;

const RUNTIMES = { python: 'python3', python3: 'python3', node: 'nodejs', nodejs: 'nodejs' };
const VERBS = ['HEAD', 'GET', 'POST', 'PUT', 'DELETE'];
const KEYS = '~:keys';

const CHANGES = new Set([
  'write_file', 'write_if', 'create_directory', 'create_file', 'create_faceted', 'create_unlinked', 'delete',
  'hard_link', 'link_blob', 'create_gate', 'replace_gate', 'duplicate_gate',
]);

/** A call that was refused; `code` says how: NOT_FOUND, DENIED, EXISTS, INVALID, CONFLICT, TOO_LARGE, LIMIT, CLOSED. */
class CloudCallError extends Error {
  constructor(operation, code) {
    super(operation + ': ' + code);
    this.name = 'CloudCallError';
    this.code = code;
  }
}

/** Half of a label, as text. */
class Component {
  constructor(text) {
    this.text = text;
  }

  toString() {
    return this.text;
  }

  toJSON() {
    return this.text;
  }
}

/** A label in canonical text. */
class Label extends Component {
  get secrecy() {
    return new Component(this.text.slice(0, this.#comma()));
  }

  get integrity() {
    return new Component(this.text.slice(this.#comma() + 1));
  }

  #comma() {
    let at = 0;
    while (at < this.text.length && this.text[at] !== ',') at += this.text[at] === '\\' ? 2 : 1;
    return at;
  }
}

/** One run's way to ask the platform. `ask(operation, arguments)` answers or throws CloudCallError. */
class CloudCall {
  #ask;
  #askPlainly;

  constructor(ask, privilege = true) {
    this.#askPlainly = ask;
    this.#ask = naming(ask, privilege);
  }

  /** The same calls, whose changes use no more than this part of the gate's privilege to vouch for what they change: a
   * component, true for all of it, null for none. */
  with_privilege(privilege) {
    return new CloudCall(this.#askPlainly, privilege ?? null);
  }

  async #try(operation, args) {
    try {
      return { done: true, answer: this.#ask(operation, args) };
    } catch (problem) {
      if (problem instanceof CloudCallError) return { done: false, answer: null };
      throw problem;
    }
  }

  async #done(operation, args) {
    return (await this.#try(operation, args)).done;
  }

  async fs_read(path) {
    return (await this.#try('read_file', { path: pathOf(path) })).answer;
  }

  async fs_write(path, data) {
    return this.#done('write_file', { path: pathOf(path), content: octets(data) });
  }

  async fs_createdir(path, label) {
    return this.#done('create_directory', { path: pathOf(path), label: textOf(label) });
  }

  async fs_createfile(path, label) {
    return this.#done('create_file', { path: pathOf(path), label: textOf(label) });
  }

  async fs_createfaceted(path) {
    return this.#done('create_faceted', { path: pathOf(path) });
  }

  async fs_delete(path) {
    return this.#done('delete', { path: pathOf(path) });
  }

  async fs_list(path) {
    const { done, answer } = await this.#try('list_directory', { path: pathOf(path) });
    return done ? { names: answer.map((entry) => entry.name) } : null;
  }

  async fs_faceted_list(path) {
    const { done, answer } = await this.#try('list_faceted', { path: pathOf(path) });
    return done ? Object.fromEntries(answer.map((facet) => [facet.label, { names: facet.names }])) : null;
  }

  async fs_hardlink(src, dest) {
    return this.#done('hard_link', { source: pathOf(src), destination: pathOf(dest) });
  }

  async fs_linkblob(path, handle, label) {
    return this.#done('link_blob', { path: pathOf(path), handle, label: textOf(label) });
  }

  async fs_stat(path) {
    const { done, answer } = await this.#try('stat', { path: pathOf(path) });
    return done ? { ...answer } : null;
  }

  async fs_openblob(path) {
    return new Blob(this.#ask, this.#ask('open_blob', { path: pathOf(path) }));
  }

  async open_blob(handle) {
    return new Blob(this.#ask, this.#ask('open_blob_handle', { handle }));
  }

  async create_blob() {
    return new NewBlob(this.#ask, this.#ask('create_blob', {}));
  }

  async create_file(path, label) {
    this.#ask('create_file', { path: pathOf(path), label: textOf(label) });
    return { write: (data) => this.fs_write(path, data) };
  }

  /** `policy` is a label: its secrecy is the gate's privilege, its integrity the clearance for who invokes it. */
  async fs_creategate(path, policy, appBlob, memory, runtime) {
    if (!Number.isSafeInteger(memory)) throw new TypeError('memory is an integer');
    const gate = {
      type: 'direct',
      app: { blob: isText(appBlob, "a blob's name") },
      runtime: typeof runtime === 'string' ? RUNTIMES[runtime] ?? runtime : pathOf(runtime),
      memory_mib: memory,
    };
    return this.#createGate(path, policy, gate);
  }

  async fs_createredirectgate(path, policy, redirectPath) {
    return this.#createGate(path, policy, { type: 'redirect', gate: pathOf(redirectPath) });
  }

  async fs_createservice(path, policy, label, url, verb, headers) {
    const name = typeof verb === 'number' ? VERBS[verb] : String(verb).toUpperCase();
    if (!VERBS.includes(name)) throw new TypeError('a verb is one of ' + VERBS.join(' ') + ', or its number');
    const fields = typeof headers === 'string' ? JSON.parse(headers || '{}') : headers ?? {};
    const texts = Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, String(value)]));
    const gate = { type: 'service', url: isText(url, 'a URL'), verb: name, headers: texts, taint: textOf(label) };
    return this.#createGate(path, policy, gate);
  }

  async #createGate(path, policy, gate) {
    return this.#done('create_gate', { path: pathOf(path), gate: { ...gate, ...policyOf(policy) } });
  }

  async dup_gate(original, path, policy) {
    return this.#done('duplicate_gate', { source: pathOf(original), path: pathOf(path), ...policyOf(policy) });
  }

  /** True once the call is accepted. What becomes of it is not told to who started it. */
  async invoke(gate, payload) {
    return this.#done('invoke', { gate: pathOf(gate), payload: octets(payload), sync: false });
  }

  /** Waits for the answer and gets its label: status, body, failed. Options: headers, blobs, result_label. */
  async invoke_sync(gate, payload, { headers = {}, blobs = {}, result_label = null } = {}) {
    const args = { gate: pathOf(gate), payload: octets(payload), sync: true, headers, blobs };
    if (result_label !== null) args.result_label = textOf(result_label);
    return { ...this.#ask('invoke', args) };
  }

  /** The new version; null if it is not `version` that would be replaced, or refused. */
  async fs_write_if(path, data, version) {
    return (await this.#try('write_if', { path: pathOf(path), content: octets(data), version })).answer;
  }

  async invoke_gate(gate, payload) {
    return this.invoke(gate, payload);
  }

  /** Status, data and headers of an external gate's answer. `body` is bytes, text, or what becomes JSON. */
  async invoke_service(service, body) {
    const isPlain = body instanceof Uint8Array || typeof body === 'string';
    const content = body === undefined || body === null ? Buffer.alloc(0) : octets(isPlain ? body : JSON.stringify(body));
    const answer = this.#ask('invoke_service', { service: pathOf(service), body: content, parameters: {} });
    return { status: answer.status, data: answer.body, headers: { ...answer.headers } };
  }

  /** Emits an event of CloudEvents 1.0 with this run's label; it is on disk once this is done. Events of one source and
   * id are one event: a run that may be tried again names an id. */
  async emit(type, data, { id = crypto.randomUUID(), source = '/functions', ...attributes } = {}) {
    const told = { ...attributes, specversion: '1.0', type, source, id };
    if (data instanceof Uint8Array) {
      told.datacontenttype ??= 'application/octet-stream';
      told.data_base64 = Buffer.from(data).toString('base64');
    } else if (data !== undefined && data !== null) {
      told.data = data;
    }
    this.#ask('emit', { event: octets(JSON.stringify(told)) });
  }

  /** Era A's keys are files below `~:keys`, as in the Python library. */
  async read_key(key) {
    return (await this.#try('read_file', { path: [KEYS, ...stepsOf(key)].join(':') })).answer;
  }

  async write_key(key, value) {
    const steps = stepsOf(key);
    const file = steps.pop();
    let path = KEYS;
    await this.#done('create_directory', { path });
    for (const step of steps) {
      path += ':' + step;
      await this.#done('create_directory', { path });
    }
    path += ':' + file;
    await this.#done('create_file', { path });
    return this.#done('write_file', { path, content: octets(value) });
  }

  /** The next segments of all keys below `directory`; what more is below has a `/` at its end. */
  async read_dir(directory) {
    const steps = isText(directory, 'a directory').split('/').filter((segment) => segment !== '');
    const path = [KEYS, ...steps.map((segment) => 'd.' + nameOf(segment))].join(':');
    const { answer } = await this.#try('list_directory', { path });
    const names = (answer ?? []).map(({ name }) => segmentOf(name.slice(2)) + (name[0] === 'd' ? '/' : ''));
    return names.sort();
  }

  async get_current_label() {
    return new Label(this.#ask('current_label', {}));
  }

  /** null for a text that is no label. */
  async buckle_parse(text) {
    const label = this.#ask('parse_label', { text });
    return label === null ? null : new Label(label);
  }

  async taint_with_label(label) {
    return new Label(this.#ask('taint_with_label', { label: textOf(label) }));
  }

  async taint(label) {
    return this.taint_with_label(label);
  }

  async declassify(component) {
    const { done, answer } = await this.#try('declassify', { secrecy: textOf(component) });
    return done ? new Label(answer) : null;
  }

  async endorse(component) {
    return new Label(this.#ask('endorse', { integrity: textOf(component) }));
  }

  async sub_privilege(tokens) {
    return new Component(this.#ask('sub_privilege', { tokens: [...tokens] }));
  }
}

function naming(ask, privilege) {
  const named = privilege === true ? true : textOf(privilege || null);
  return (operation, args) => ask(operation, CHANGES.has(operation) ? { with: named, ...args } : args);
}

for (const verb of ['get', 'post', 'put', 'delete']) {
  CloudCall.prototype['github_rest_' + verb] = async () => {
    throw new Error(`no cloudcall.github_rest_${verb}: create an external gate, and use invoke_service`);
  };
}

/** A blob that is being written. One that lost a write cannot be finalized: it would be another blob. */
class NewBlob {
  #ask;
  #handle;
  #refusal = null;

  constructor(ask, handle) {
    this.#ask = ask;
    this.#handle = handle;
  }

  async write(data) {
    if (this.#handle === null) throw new CloudCallError('write', 'CLOSED');
    const content = octets(data);
    try {
      for (let at = 0; at < content.length; at += PIECE_BYTES) {
        this.#ask('write_blob', { handle: this.#handle, content: content.subarray(at, at + PIECE_BYTES) });
      }
    } catch (problem) {
      if (!(problem instanceof CloudCallError)) throw problem;
      this.#refusal = problem;
    }
    return this.#refusal === null;
  }

  /** Ends the blob; the handle that `open_blob` and `fs_linkblob` know it by. */
  async finalize(data = Buffer.alloc(0)) {
    await this.write(data);
    if (this.#refusal !== null) throw this.#refusal;
    const handle = this.#handle;
    this.#handle = null;
    return this.#ask('finalize_blob', { handle });
  }

  async close() {
    const handle = this.#handle;
    this.#handle = null;
    if (handle !== null) this.#ask('close_blob', { handle });
  }
}

/** A blob that is being read. */
class Blob {
  #ask;
  #handle;
  #at = 0;

  constructor(ask, opened) {
    this.#ask = ask;
    this.#handle = opened.handle;
    this.length = opened.length;
  }

  tell() {
    return this.#at;
  }

  seek(offset, whence = 0) {
    const base = [0, this.#at, this.length][whence];
    if (base === undefined || base + offset < 0) throw new RangeError('a seek to before the start, or from nowhere');
    this.#at = base + offset;
    return this.#at;
  }

  /** `size` bytes, less only at the end; without `size` all that is left. */
  async read(size) {
    let left = Math.max(0, this.length - this.#at);
    if (size !== undefined && size !== null && size >= 0) left = Math.min(left, size);
    const pieces = [];
    while (left > 0) {
      const length = Math.min(left, PIECE_BYTES);
      const piece = this.#ask('read_blob', { handle: this.#handle, offset: this.#at, length });
      if (piece.length === 0) break;
      pieces.push(piece);
      this.#at += piece.length;
      left -= piece.length;
    }
    return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
  }

  async close() {
    this.#ask('close_blob', { handle: this.#handle });
  }
}

function pathOf(path) {
  if (typeof path === 'string') return path;
  if (!Array.isArray(path)) throw new TypeError('a path is text, or an array of names and labels');
  return path.map((element) => (element instanceof Label ? { label: element.text } : isText(element, 'a name')));
}

function policyOf(policy) {
  const label = policy instanceof Label ? policy : new Label(isText(policy, 'a policy'));
  return { privilege: label.secrecy.text, clearance: label.integrity.text };
}

function isText(value, what) {
  if (typeof value !== 'string') throw new TypeError(what + ' is text');
  return value;
}

function stepsOf(key) {
  const segments = octets(key).toString('latin1').split('/').map((bytes) => nameOf(Buffer.from(bytes, 'latin1')));
  const file = segments.pop();
  return [...segments.map((name) => 'd.' + name), 'k.' + file];
}

function nameOf(segment) {
  const plain = /[ !#$'()*+,.0-9;?@A-Z[\]^_`a-z{}-]/;
  const escaped = (octet) => '=' + octet.toString(16).toUpperCase().padStart(2, '0');
  const named = (octet) => (plain.test(String.fromCharCode(octet)) ? String.fromCharCode(octet) : escaped(octet));
  return Array.from(Buffer.from(segment), named).join('');
}

function segmentOf(name) {
  const bytes = name.replace(/=(..)/g, (_, digits) => String.fromCharCode(parseInt(digits, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}

/** Labels and components are text or what this module makes of them; null stays null: the platform's default. */
function textOf(label) {
  if (label === undefined || label === null || typeof label === 'string') return label ?? null;
  if (label instanceof Component) return label.text;
  throw new TypeError('a label is text, a label object or null');
}

function octets(data) {
  if (data instanceof Uint8Array) return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  if (typeof data === 'string') return Buffer.from(data);
  throw new TypeError('bytes or text are needed');
}

module.exports = { CloudCall, CloudCallError };
