package dev.sluice.cloudcall;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bytes.Bytes;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PythonGuestTest extends GuestContract {
    @Override
    GuestProcess start() throws Exception {
        return GuestProcess.python();
    }

    @Override
    String runtime() {
        return "python3";
    }

    @Override
    String file(Convention convention) {
        return convention == Convention.FAASTEN ? "workload.py" : "hello.py";
    }

    @Override
    String missingHandler() {
        return "there is no function hello.handle";
    }

    @Override
    String notCallable() {
        return "hello.handle is not a function";
    }

    @Override
    String source(Sample sample) {
        return switch (sample) {
            case ECHO -> handle("return {'context': context, 'payload': payload}");
            case PRINTS -> handle("import sys; print('out'); print('x', end=''); print('err', file=sys.stderr)");
            case REFUSES_INPUT -> handle("raise ValueError('bad input é')");
            case BREAKS -> handle("raise RuntimeError('broken')");
            case RETURNS_NO_JSON -> handle("return {'a': float('nan')}");
            case RETURNS_A_CYCLE -> handle("a = []; a.append(a); return a");
            case RETURNS_TOO_MUCH -> handle("return 'x' * 100_000_000");
            case RETURNS_THE_MOST -> handle("return 'x' * (6 * 1024 * 1024 - 2)");
            case EXITS -> handle("import os; os._exit(7)");
            case COUNTS -> "count = 0\n" + handle("global count; count += 1; return count");
            case PRINTS_A_LOT -> handle("for _ in range(1024): print('x' * 1023)");
            case RECURSES -> handle("return handle(context, payload)");
            case SPEAKS_OUT_OF_TURN -> handle("import os; os.write(3, b'\\xff' * 100)");
            case SYNTAX_ERROR -> "def handle(context, payload:\n";
            case EMPTY -> "def other(context, payload): pass\n";
            case BREAKS_WHEN_LOADED -> "raise RuntimeError('no import')\n";
            case NOT_CALLABLE -> "handle = 1\n";
            case FAASTEN_ECHO -> "def handle(req, sc):\n    return {'event': req}\n";
            case FAASTEN_CALLS -> CALLS;
            case FAASTEN_KEEPS_ITS_CLOUDCALL -> """
                    kept = []
                    def handle(event, cloudcall):
                        kept.append(cloudcall)
                        try:
                            kept[0].get_current_label()
                        except Exception as refused:
                            return {'code': refused.code if refused.code != 'DENIED' else None}
                    """;
            case FAASTEN_RECURSES -> """
                    def handle(event, cloudcall):
                        if event == 1: return 1
                        cloudcall.get_current_label()
                        return handle(event, cloudcall)
                    """;
            case FAASTEN_INVOKES ->
                "def handle(event, cloudcall):\n    return {'invoked': cloudcall.invoke(['home'], '{}')}\n";
        };
    }

    private static final String CALLS = """
            def handle(event, sc):
                answer = {}
                answer['read'] = sc.fs_read('home:<alice,T>:in').decode()
                answer['missing'] = sc.fs_read('missing') is None
                answer['written'] = sc.fs_write('out', b'\\0\\xff')
                label = sc.buckle_parse('T,alice/x')
                answer['dir'] = sc.fs_createdir(['home', label, '~'], label)
                answer['file'] = sc.fs_createfile('taken')
                answer['faceted'] = sc.fs_createfaceted('facets')
                answer['deleted'] = sc.fs_delete('missing')
                answer['names'] = sc.fs_list('dir')['names']
                answer['linked'] = sc.fs_hardlink('a', 'b')
                current = sc.get_current_label()
                answer['label'] = str(current)
                answer['secrecy'] = str(current.secrecy)
                answer['parsed'] = str(label)
                answer['invalid'] = bool(sc.buckle_parse('not a label'))
                answer['tainted'] = str(sc.taint_with_label('bob,T'))
                answer['declassified'] = str(sc.declassify(sc.buckle_parse('T,T').secrecy))
                answer['endorsed'] = str(sc.endorse())
                answer['below'] = str(sc.sub_privilege(['x']))
                with sc.create_blob() as new:
                    new.write(b'chunk ')
                    new.write(bytearray(b'chunk '))
                    answer['blob'] = new.finalize(b'end')
                with sc.open_blob(answer['blob']) as blob:
                    answer['stored'] = blob.read(5).decode()
                    assert blob.tell() == 5
                    answer['stored'] += blob.read().decode()
                    assert blob.read(1) == b''
                answer['linkedBlob'] = sc.fs_linkblob('stored', answer['blob'], 'T,T')
                return answer
            """;

    private static String handle(String body) {
        return "def handle(context, payload):\n    " + body + "\n";
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "def handle(context): pass",
                "def handle(context, payload, more): pass",
                "def handle(context, payload, *more): pass",
                "def handle(context, *payload): pass",
                "def handle(context, *, payload): pass",
                "def handle(context, payload, **more): pass",
                "handle = lambda: 1",
                "import functools\nhandle = functools.partial(lambda a, b, c: 1, 1, 2)",
                "handle = int",
            })
    void parametersOtherThanTwo_areRefused(String source) throws Exception {
        assertThat(refused(hello(source)).message())
                .isEqualTo("hello.handle does not take exactly the two parameters (context, payload)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "handle = lambda a, b: 1",
                "def handle(a, b=None): return 1",
                "class F:\n  def __call__(self, a, b): return 1\nhandle = F()",
                "import functools\nhandle = functools.partial(lambda a, b, c: 1, 1)",
            })
    void whateverTakesTwo_isAFunction(String source) throws Exception {
        assertThat(loaded(hello(source))).isEqualTo(Convention.DISPATCH);
        assertThat(returned("{}", "{}")).isEqualTo("1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "def handle(event, cloudcall): pass;FAASTEN",
                "def handle(args, syscall): pass;FAASTEN",
                "def handle(context, payload): pass;DISPATCH",
                "def handle(sc, event): pass;DISPATCH",
            })
    void auto_looksAtTheParameters(String source, Convention convention) throws Exception {
        Map<String, Bytes> files = Map.of("hello.py", Bytes.utf8(source));
        assertThat(loaded(new FunctionPackage(files, "", Convention.AUTO))).isEqualTo(convention);
    }

    @Test
    void badHandlers_areRefused() throws Exception {
        Map<String, Bytes> files = Map.of("hello.py", Bytes.utf8(source(Sample.ECHO)));
        assertThat(refused(new FunctionPackage(files, "hello", Convention.DISPATCH))
                        .message())
                .isEqualTo("the handler \"hello\" does not have the form module.function");
    }

    @Test
    void modulesThatAreMissing_areRefused() throws Exception {
        Map<String, Bytes> files = Map.of("hello.py", Bytes.utf8(source(Sample.ECHO)));
        assertThat(refused(new FunctionPackage(files, "os.getcwd", Convention.DISPATCH))
                        .message())
                .isEqualTo("there is no module os");
    }

    @Test
    void modulesOfPythonsOwnNames_areRefused() throws Exception {
        Map<String, Bytes> files = Map.of("json.py", Bytes.utf8(source(Sample.ECHO)));
        assertThat(refused(new FunctionPackage(files, "json.handle", Convention.DISPATCH))
                        .message())
                .isEqualTo("the module json has the name of one of Python's own");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "def handle(syscall, payload=b'', **rest): pass",
                "def handle(sc, *, payload): pass",
                "def handle(cloudcall, **rest): pass",
                "class F:\n  def __call__(self, syscall, payload): pass\nhandle = F()",
            })
    void eraD_isKnownByItsParameters(String source) throws Exception {
        assertThat(loaded(new FunctionPackage(Map.of("hello.py", Bytes.utf8(source)), "", Convention.AUTO)))
                .isEqualTo(Convention.FAASTEN);
    }

    @Test
    void eraD_thatReturnsNoResponse_isAFunctionError() throws Exception {
        loaded(eraD("return {'a': 1}"));

        assertThat(failed().message()).isEqualTo("returned no Response, but dict");
    }

    @Test
    void requirements_areMetByThePackage_orOneClearReason() throws Exception {
        Map<String, Bytes> files = new HashMap<>();
        files.put("hello.py", Bytes.utf8(source(Sample.ECHO)));
        files.put("requirements.txt", Bytes.utf8("left-pad >= 1.2\n"));

        assertThat(refused(new FunctionPackage(files, "", Convention.DISPATCH)).message())
                .isEqualTo(
                        "requirements.txt: there is no package left-pad in the image, and none in the function's package/");
    }

    @Test
    void requirements_thatTheFunctionBrings_areMet() throws Exception {
        Map<String, Bytes> files = new HashMap<>();
        files.put("main.py", Bytes.utf8("import leftpad\ndef run(c, p): return leftpad.A\n"));
        files.put("package/leftpad/__init__.py", Bytes.utf8("A = 1\n"));
        files.put("package/left_pad-1.3.0.dist-info/METADATA", Bytes.EMPTY);
        files.put("requirements.txt", Bytes.utf8("left-pad >= 1.2\n"));

        loaded(new FunctionPackage(files, "main.run", Convention.DISPATCH));
        assertThat(returned("{}", "{}")).isEqualTo("1");
    }

    private static FunctionPackage eraD(String body) {
        String source = "from syscalls import ResponseDict, ResponseRaw, ResponseStr\n"
                + "def handle(syscall, payload=b'', blobs={}, headers={}, invoker=[]):\n    " + body + "\n";
        return new FunctionPackage(Map.of("workload.py", Bytes.utf8(source)), "", Convention.FAASTEN);
    }

    @Test
    void packagesOfSeveralFiles_importEachOtherAndReadTheirFiles() throws Exception {
        Map<String, Bytes> files = new HashMap<>();
        files.put(
                "main.py",
                Bytes.utf8(
                        "import lib.part\nimport dep\ndef run(c, p):\n  return [lib.part.A, dep.B, len(open('data.bin').read())]\n"));
        files.put("lib/__init__.py", Bytes.EMPTY);
        files.put("lib/part.py", Bytes.utf8("A = 1\n"));
        files.put("package/dep.py", Bytes.utf8("B = 2\n"));
        files.put("data.bin", Bytes.utf8("x".repeat(3 << 20)));

        assertThat(loaded(new FunctionPackage(files, "main.run", Convention.AUTO)))
                .isEqualTo(Convention.DISPATCH);
        assertThat(returned("{}", "{}")).isEqualTo("[1,2,3145728]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "return {'a': {1, 2}}|returned no JSON: Object of type set is not JSON serializable",
                "return '\\ud800'|returned no JSON: ",
                "return 10 ** 5000|returned no JSON: ",
                "return 10 ** 1500|returned no JSON",
                "a = b = []\\n    for _ in range(400):\\n        b.append([]); b = b[0]\\n    return a|returned no JSON",
                "import sys; sys.exit(3)|the function exited: 3",
                "exit(3)|the function exited: 3",
                "raise KeyboardInterrupt|KeyboardInterrupt",
                "raise type('E', (Exception,), {'__str__': lambda self: 1 / 0})()|E",
                "raise Exception('\\udcff')|\\udcff",
            })
    void oddEndings_areFunctionErrors_andTheInstanceGoesOn(String body, String message) throws Exception {
        loaded(hello(handle(body.replace("\\n", "\n"))));

        assertThat(failed().message()).startsWith(message);
        assertThat(failed().type()).isEqualTo(FailureType.FUNCTION_ERROR);
    }

    @Test
    void aFunctionThatReplacesOrClosesItsStreams_stillReturns() throws Exception {
        loaded(hello(handle("import sys, os; sys.stdout.close(); os.close(2); sys.stderr = None; return 1")));

        assertThat(returned("{}", "{}")).isEqualTo("1");
    }

    @Test
    void aForkedChild_doesNotSpeakForItsParent() throws Exception {
        loaded(hello(handle("import os; pid = os.fork(); return os.waitpid(pid, 0)[1] if pid else 'child'")));

        assertThat(returned("{}", "{}")).isEqualTo("0");
    }

    private static FunctionPackage hello(String source) {
        return new FunctionPackage(Map.of("hello.py", Bytes.utf8(source)), "", Convention.DISPATCH);
    }
}
