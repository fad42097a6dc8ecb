package dev.sluice.cloudcall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bytes.Bytes;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class NodeGuestTest extends GuestContract {
    @Override
    GuestProcess start() throws Exception {
        return GuestProcess.node();
    }

    @Override
    String runtime() {
        return "nodejs";
    }

    @Override
    String file(Convention convention) {
        return convention == Convention.FAASTEN ? "workload.js" : "hello.js";
    }

    @Override
    String missingHandler() {
        return "the module ./hello.js does not export a function";
    }

    @Override
    String notCallable() {
        return "the module ./hello.js does not export a function";
    }

    @Override
    String source(Sample sample) {
        return switch (sample) {
            case ECHO -> handle("return {context, payload}");
            case PRINTS -> handle("console.log('out'); process.stdout.write('x'); console.error('err')");
            case REFUSES_INPUT -> handle("throw new TypeError('bad input é')");
            case BREAKS -> handle("throw new Error('broken')");
            case RETURNS_NO_JSON -> handle("return {a: 1n}");
            case RETURNS_A_CYCLE -> handle("const a = []; a.push(a); return a");
            case RETURNS_TOO_MUCH -> handle("return 'x'.repeat(100_000_000)");
            case RETURNS_THE_MOST -> handle("return 'x'.repeat(6 * 1024 * 1024 - 2)");
            case EXITS -> handle("process.exit(7)");
            case COUNTS -> "let count = 0;\n" + handle("return ++count");
            case PRINTS_A_LOT -> handle("for (let n = 0; n < 1024; n++) console.log('x'.repeat(1023))");
            case RECURSES -> handle("return module.exports(context, payload)");
            case SPEAKS_OUT_OF_TURN -> handle("require('fs').writeSync(3, Buffer.alloc(100, 0xff))");
            case SYNTAX_ERROR -> "module.exports = function (context, payload {\n";
            case EMPTY -> "exports.other = 1;\n";
            case BREAKS_WHEN_LOADED -> "throw new Error('no import');\n";
            case NOT_CALLABLE -> "module.exports = 1;\n";
            case FAASTEN_ECHO -> "exports.handle = (req, sc) => ({event: req});\n";
            case FAASTEN_CALLS -> CALLS;
            case FAASTEN_KEEPS_ITS_CLOUDCALL -> """
                    let kept;
                    exports.handle = async (event, cloudcall) => {
                      kept ??= cloudcall;
                      try {
                        await kept.get_current_label();
                      } catch (refused) {
                        return {code: refused.code === 'DENIED' ? null : refused.code};
                      }
                    };
                    """;
            case FAASTEN_RECURSES -> """
                    exports.handle = (event, cloudcall) => {
                      if (event === 1) return 1;
                      cloudcall.get_current_label();
                      return exports.handle(event, cloudcall);
                    };
                    """;
            case FAASTEN_INVOKES ->
                "exports.handle = async (event, cloudcall) => ({invoked: await cloudcall.invoke(['home'], '{}')});\n";
        };
    }

    private static final String CALLS = """
            exports.handle = async (event, sc) => {
              const answer = {};
              answer.read = (await sc.fs_read('home:<alice,T>:in')).toString();
              answer.missing = await sc.fs_read('missing') === null;
              answer.written = await sc.fs_write('out', Buffer.from([0, 255]));
              const label = await sc.buckle_parse('T,alice/x');
              answer.dir = await sc.fs_createdir(['home', label, '~'], label);
              answer.file = await sc.fs_createfile('taken');
              answer.faceted = await sc.fs_createfaceted('facets');
              answer.deleted = await sc.fs_delete('missing');
              answer.names = (await sc.fs_list('dir')).names;
              answer.linked = await sc.fs_hardlink('a', 'b');
              const current = await sc.get_current_label();
              answer.label = String(current);
              answer.secrecy = String(current.secrecy);
              answer.parsed = label;
              answer.invalid = await sc.buckle_parse('not a label') !== null;
              answer.tainted = await sc.taint_with_label('bob,T');
              answer.declassified = await sc.declassify((await sc.buckle_parse('T,T')).secrecy);
              answer.endorsed = await sc.endorse();
              answer.below = await sc.sub_privilege(['x']);
              const created = await sc.create_blob();
              await created.write(Buffer.from('chunk '));
              await created.write('chunk ');
              answer.blob = await created.finalize('end');
              const blob = await sc.open_blob(answer.blob);
              answer.stored = String(await blob.read(5)) + String(await blob.read());
              await blob.close();
              answer.linkedBlob = await sc.fs_linkblob('stored', answer.blob, 'T,T');
              return answer;
            };
            """;

    private static String handle(String body) {
        return "module.exports = function (context, payload) {\n  " + body + ";\n};\n";
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "return Promise.resolve(1)",
                "return new Promise(resolve => setTimeout(() => resolve(1), 5))",
                "return (async () => { await null; return 1; })()",
                "return require('fs').promises.readFile(__filename).then(() => 1)",
                "return {then: (resolve) => resolve(1)}",
            })
    void promises_areAwaited(String body) throws Exception {
        loaded(hello(handle(body)));

        assertThat(returned("{}", "{}")).isEqualTo("1");
        assertThat(returned("{}", "{}")).isEqualTo("1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "return Promise.reject(new TypeError('no'))|InputError|no",
                "return Promise.reject('no')|FunctionError|no",
                "return new Promise((_, reject) => setTimeout(() => reject(new Error('no')), 5))|FunctionError|no",
                "setTimeout(() => { throw new Error('no') }, 1); return new Promise(() => 0)|FunctionError|no",
                "Promise.reject(new Error('no')); return 1|FunctionError|no",
                "setImmediate(() => { throw new Error('no') }); return new Promise(r => setTimeout(r, 20))|FunctionError|no",
                "throw null|FunctionError|null",
                "throw {toString() { throw 1 }}|FunctionError|something that has no text",
                "return new Promise(() => 0)|FunctionError|the function waits for something that will never happen",
                "return () => 1|FunctionError|returned no JSON: a function",
                "return {toJSON() { throw new Error('no') }}|FunctionError|returned no JSON: no",
            })
    void oddEndings_areErrors_andTheInstanceGoesOn(String body, String type, String message) throws Exception {
        loaded(hello(handle("if (payload === 1) return 1; " + body)));

        GuestFailure failure = failed();
        assertThat(failure.message()).isEqualTo(message);
        assertThat(failure.type().word()).isEqualTo(type);
        assertThat(returned("1", "{}")).isEqualTo("1");
    }

    @Test
    void nothing_isNull() throws Exception {
        loaded(hello(handle("")));

        assertThat(returned("{}", "{}")).isEqualTo("null");
    }

    @Test
    void esModules_exportByDefault() throws Exception {
        Map<String, Bytes> files = Map.of(
                "main.mjs", Bytes.utf8("import {A} from './lib.mjs';\nexport default (context, payload) => A;\n"),
                "lib.mjs", Bytes.utf8("export const A = await Promise.resolve(7);\n"));
        loaded(new FunctionPackage(files, "./main.mjs", Convention.AUTO));

        assertThat(returned("{}", "{}")).isEqualTo("7");
    }

    @ParameterizedTest
    @ValueSource(strings = {"./missing.js", "../../../../../../../../etc/hostname", "fs"})
    void handlersOutsideThePackage_areRefused(String handler) throws Exception {
        Map<String, Bytes> files = Map.of("hello.js", Bytes.utf8(source(Sample.ECHO)));
        assertThat(refused(new FunctionPackage(files, handler, Convention.DISPATCH))
                        .message())
                .containsAnyOf("there is no module " + handler, "does not import", "is outside the package");
    }

    @Test
    void theEvent_hasPayloadHeadersAndBlobs_outsideItsJson() throws Exception {
        Map<String, Bytes> files = Map.of(
                "workload.js",
                Bytes.utf8("exports.handle = (req, sc) => [req, req.payload, req.headers.a, req.blobs.b];\n"));
        loaded(new FunctionPackage(files, "", Convention.FAASTEN));

        assertThat(returned("{\"x\":1}", "{\"headers\":{\"a\":\"1\"},\"blobs\":{\"b\":\"h\"}}"))
                .isEqualTo("[{\"x\":1},\"{\\\"x\\\":1}\",\"1\",\"h\"]");
    }

    @Test
    void aCallThatIsNotAwaited_doesNotConfuseTheNextRun() throws Exception {
        Map<String, Bytes> files =
                Map.of("workload.js", Bytes.utf8("exports.handle = (req, sc) => { sc.fs_read('a'); return [1]; };\n"));
        loaded(new FunctionPackage(files, "", Convention.FAASTEN));

        assertThat(returned("{}", "{}")).isEqualTo("[1]");
        assertThat(returned("{}", "{}")).isEqualTo("[1]");
    }

    @Test
    void anExceptionAfterItsRun_isTheErrorOfTheRunInProgress_andTheInstanceGoesOn() throws Exception {
        loaded(hello(handle("if (payload === 1) setTimeout(() => { throw new Error('late') }, 1); return 1")));

        assertThatThrownBy(() -> {
                    returned("1", "{}");
                    for (int n = 0; n < 1000; n++) {
                        returned("{}", "{}");
                    }
                })
                .isInstanceOf(AssertionError.class)
                .hasMessage("late");
        assertThat(returned("{}", "{}")).isEqualTo("1");
    }

    private static FunctionPackage hello(String source) {
        return new FunctionPackage(Map.of("hello.js", Bytes.utf8(source)), "", Convention.DISPATCH);
    }
}
