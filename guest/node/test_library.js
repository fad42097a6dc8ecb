'use strict';
// Tests of what functions see as their cloudcall. Usage: node test_library.js

const assert = require('assert');
const { CloudCall, CloudCallError } = require('./faasten');

const tests = {
  async gatesAreCreatedByPolicy() {
    const { cloudcall, seen } = scripted({});
    const policy = await cloudcall.buckle_parse('alice,bob');
    assert(await cloudcall.fs_creategate('g', 'alice/x,bob', 'done-1', 128, 'python'));
    assert.deepStrictEqual(seen.at(-1).args.gate, {
      type: 'direct', app: { blob: 'done-1' }, runtime: 'python3', memory_mib: 128, privilege: 'alice/x', clearance: 'bob',
    });
    assert(await cloudcall.fs_createredirectgate('r', policy, ['home', policy, 'g']));
    assert.deepStrictEqual(seen.at(-1).args.gate, {
      type: 'redirect', gate: ['home', { label: 'alice,bob' }, 'g'], privilege: 'alice', clearance: 'bob',
    });
    assert(await cloudcall.fs_createservice('s', 'a,T', 'b,T', 'https://x.test/', 2, '{"k":1}'));
    const { verb, headers, taint } = seen.at(-1).args.gate;
    assert.deepStrictEqual({ verb, headers, taint }, { verb: 'POST', headers: { k: '1' }, taint: 'b,T' });
    assert(await cloudcall.dup_gate('g', 'h', policy));
    assert.deepStrictEqual(seen.at(-1), {
      operation: 'duplicate_gate', args: { source: 'g', path: 'h', privilege: 'alice', clearance: 'bob' },
    });
  },

  async invokingIsAsynchronous() {
    const { cloudcall, seen } = scripted({});
    assert.strictEqual(await cloudcall.invoke(['g'], '{"a":1}'), true);
    assert.deepStrictEqual(seen.at(-1).args, { gate: ['g'], payload: Buffer.from('{"a":1}'), sync: false });
    assert.strictEqual(await scripted({ invoke: 'DENIED' }).cloudcall.invoke('g', '{}'), false);
  },

  async callsThatAreWaitedForAnswer() {
    const { cloudcall, seen } = scripted({ invoke: { status: 201, body: Buffer.from('x'), failed: false }, write_if: 8 });
    const answer = await cloudcall.invoke_sync('g', '{}', { blobs: { photo: 'done-1' }, result_label: 'alice,T' });
    assert.deepStrictEqual(answer, { status: 201, body: Buffer.from('x'), failed: false });
    assert.deepStrictEqual(seen.at(-1).args, {
      gate: 'g', payload: Buffer.from('{}'), sync: true, headers: {}, blobs: { photo: 'done-1' }, result_label: 'alice,T',
    });
    assert.strictEqual(await cloudcall.fs_write_if('f', 'x', 7), 8);
    assert.strictEqual(await scripted({ write_if: 'CONFLICT' }).cloudcall.fs_write_if('f', 'x', 7), null);
  },

  async servicesAnswerStatusAndData() {
    const answer = { status: 404, headers: { a: 'b' }, body: Buffer.from('no') };
    const { cloudcall, seen } = scripted({ invoke_service: answer });
    assert.deepStrictEqual(await cloudcall.invoke_service('s', { a: [1] }), {
      status: 404, data: Buffer.from('no'), headers: { a: 'b' },
    });
    assert.strictEqual(seen.at(-1).args.body.toString(), '{"a":[1]}');
    await assert.rejects(scripted({ invoke_service: 'DENIED' }).cloudcall.invoke_service('s'), CloudCallError);
  },

  async anEventIsOneOfCloudEvents() {
    const { cloudcall, seen } = scripted({ emit: null });
    await cloudcall.emit('order.paid', { n: 1 }, { id: '7', partitionkey: 'k' });
    assert.deepStrictEqual(JSON.parse(seen.at(-1).args.event.toString()), {
      specversion: '1.0', type: 'order.paid', source: '/functions', id: '7', partitionkey: 'k', data: { n: 1 },
    });
    await cloudcall.emit('t', Buffer.from('x'));
    assert.strictEqual(JSON.parse(seen.at(-1).args.event.toString()).data_base64, 'eA==');
    await assert.rejects(scripted({ emit: 'DENIED' }).cloudcall.emit('t'), CloudCallError);
  },

  async keysAreFilesAsInPython() {
    const { cloudcall, seen } = scripted({
      list_directory: [{ name: 'd.a=3A', kind: 'directory' }, { name: 'k.=C3=A9', kind: 'file' }],
    });
    assert(await cloudcall.write_key(Buffer.from('course/a:é'), 'x'));
    assert.deepStrictEqual(seen.map(({ args }) => args.path), [
      '~:keys', '~:keys:d.course', '~:keys:d.course:k.a=3A=C3=A9', '~:keys:d.course:k.a=3A=C3=A9',
    ]);
    await cloudcall.read_key('top');
    assert.strictEqual(seen.at(-1).args.path, '~:keys:k.top');
    assert.deepStrictEqual(await cloudcall.read_dir('course/'), ['a:/', 'é']);
    assert.strictEqual(seen.at(-1).args.path, '~:keys:d.course');
  },

  async changesNameAllThePrivilegeUnlessAskedToNameLess() {
    const { cloudcall, privileges } = scripted({});
    const every = async (calls) => {
      privileges.length = 0;
      await calls.fs_write('f', 'x');
      await calls.fs_write_if('f', 'x', 1);
      await calls.fs_createdir('d');
      await calls.fs_createfile('f', 'a,T');
      await calls.fs_createfaceted('d');
      await calls.fs_delete('f');
      await calls.fs_hardlink('f', 'g');
      await calls.fs_linkblob('b', 'done-1');
      await calls.fs_createredirectgate('g', 'a,T', 'f');
      await calls.dup_gate('g', 'h', 'a,T');
      await calls.fs_read('f');
      await calls.invoke('g', '{}');
      return privileges;
    };
    for (const [calls, named] of [
      [cloudcall, true], [cloudcall.with_privilege(null), null], [cloudcall.with_privilege('a/x'), 'a/x'],
      [cloudcall.with_privilege((await cloudcall.buckle_parse('T,b')).integrity), 'b'],
      [cloudcall.with_privilege(null).with_privilege(true), true], [cloudcall.with_privilege(), null],
    ]) {
      assert.deepStrictEqual(await every(calls), [
        'write_file', 'write_if', 'create_directory', 'create_file', 'create_faceted', 'delete', 'hard_link', 'link_blob',
        'create_gate', 'duplicate_gate',
      ].map((operation) => [operation, named]));
    }
    assert.throws(() => cloudcall.with_privilege(7), TypeError);
  },

  async wrongTypesAreClearErrors() {
    const { cloudcall } = scripted({});
    for (const wrong of [
      () => cloudcall.fs_read(1), () => cloudcall.fs_read([1]), () => cloudcall.invoke('g', {}), () => cloudcall.fs_write('x', 1),
      () => cloudcall.fs_creategate('g', 7, 'b', 128, 'python'), () => cloudcall.fs_creategate('g', 'a,T', 'b', '128', 'python'),
      () => cloudcall.fs_createservice('s', 'a,T', 'T,T', 'https://x.test/', 'PATCH'), () => cloudcall.taint_with_label(1),
      () => cloudcall.read_dir(1), () => cloudcall.dup_gate('g', 'h', null),
    ]) await assert.rejects(wrong(), TypeError);
    await assert.rejects(cloudcall.github_rest_get('/repos'), /invoke_service/);
  },
};

/** A cloudcall whose calls are answered by name; a text in capitals is a refusal, what is not named answers null. */
function scripted(answers) {
  const seen = [];
  const privileges = [];
  const ask = (operation, args) => {
    if (operation === 'parse_label') return args.text;
    const { with: named, ...others } = args;
    if (named !== undefined) privileges.push([operation, named]);
    seen.push({ operation, args: others });
    const answer = answers[operation] ?? null;
    if (typeof answer === 'string') throw new CloudCallError(operation, answer);
    return answer;
  };
  return { cloudcall: new CloudCall(ask), seen, privileges };
}

(async () => {
  for (const [name, test] of Object.entries(tests)) {
    await test().catch((problem) => {
      console.error(name, problem);
      process.exitCode = 1;
    });
  }
})();
