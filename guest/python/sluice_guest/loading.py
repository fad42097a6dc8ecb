"""Gets a function from its package: files, module, handler, convention."""

import os
import sys

from .failures import Refused, described

CLOUDCALL_NAMES = frozenset(("cloudcall", "syscall", "sc"))
EXPECTED = {"dispatch": "(context, payload)", "faasten": "(event, cloudcall)", "lambda": "(event, context)"}
ERA_D_NAMES = ("payload", "blobs", "headers", "invoker")
MODULES = os.path.dirname(os.path.abspath(__file__)) + "/modules"  # what functions of Faasten's era D import
PACKAGES = "/usr/lib/python3/dist-packages"  # Debian's, those that the image has
PROGRAMS = ".sluice-programs"  # which files may be executed, of those that an image brought
BOOTSTRAP = "bootstrap"  # what AWS's `provided` runtimes start


class Package:
    """The function's files, written below one directory as they come."""

    def __init__(self, directory):
        self._directory = os.path.abspath(directory)
        self._problem = None
        self._files = set()
        self._sources = set()

    def add(self, path, content):
        """Appends to one file. A problem is kept for `load`, which is where it can be told."""
        if self._problem is not None:
            return
        if not _is_normalized(path):
            self._problem = "the package has a file with a forbidden name"
            return
        target = os.path.join(self._directory, path)
        try:
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "ab") as out:
                out.write(content)
        except OSError as problem:
            self._problem = "cannot write the package: %s" % problem.strerror
        self._files.add(path)
        if path.endswith(".py"):
            self._sources.add(path)

    def load(self, handler, convention):
        """The function; its convention, any but `auto`; the keywords that it takes if it is one of era D, else None.
        Raises Refused."""
        self._arrange()
        if convention == "http":
            from .served import Server

            return Server(self._program(handler)).request, convention, None
        if convention == "lambda" and handler == BOOTSTRAP:
            from .runtime_api import Provided

            return Provided(self._program(handler)).invoke, convention, None
        handler = handler or self._default(convention)
        dotted = handler.replace("/", ".") if convention == "lambda" else handler
        module_name, _, name = dotted.rpartition(".")
        if not module_name or not all(part.isidentifier() for part in dotted.split(".")):
            raise Refused('the handler "%s" does not have the form module.function' % handler)
        function = _member(self._module(module_name), handler, name)
        return (function, *_convention(function, handler, convention))

    def _program(self, handler):
        """The path of a file that is started."""
        if not handler and len(self._files) == 1:
            (handler,) = self._files
        path = os.path.normpath(handler)
        if path not in self._files:
            raise Refused("there is no file %s to start" % (handler or "named"))
        os.chmod(path, 0o755)
        return path

    def _arrange(self):
        if self._problem is not None:
            raise Refused(self._problem)
        os.makedirs(self._directory, exist_ok=True)
        os.chdir(self._directory)
        if PROGRAMS in self._files:
            with open(PROGRAMS, encoding="utf-8", errors="surrogateescape") as listed:
                for name in self._files.intersection(listed.read().split("\n")):
                    os.chmod(name, 0o700)
        sys.path[:0] = [self._directory, os.path.join(self._directory, "package")]
        sys.path += [MODULES, PACKAGES]
        if "requirements.txt" in self._files:
            from .requirements import unmet

            reason = unmet(os.path.join(self._directory, "requirements.txt"), [sys.path[1], PACKAGES])
            if reason is not None:
                raise Refused(reason)

    def _default(self, convention):
        if convention == "faasten" or (convention == "auto" and "workload.py" in self._sources):
            return "workload.handle"
        if convention in ("auto", "lambda") and "lambda_function.py" in self._sources:
            return "lambda_function.lambda_handler"
        if len(self._sources) != 1:
            raise Refused("no handler is given, and the package has not exactly one source file")
        (only,) = self._sources
        return only[:-3].replace("/", ".") + (".lambda_handler" if convention == "lambda" else ".handle")

    def _module(self, name):
        base = name.replace(".", "/")
        if not self._sources & {base + ".py", base + "/__init__.py"}:
            raise Refused("there is no module %s" % name)
        try:
            __import__(name)
        except BaseException as problem:
            reason = "the module %s does not import: %s: %s"
            raise Refused(reason % (name, type(problem).__name__, described(problem))) from problem
        module = sys.modules[name]
        if not str(getattr(module, "__file__", "")).startswith(self._directory + "/"):
            raise Refused("the module %s has the name of one of Python's own" % name)
        return module


def _member(module, handler, name):
    if not hasattr(module, name):
        raise Refused("there is no function %s" % handler)
    function = getattr(module, name)
    if not callable(function):
        raise Refused("%s is not a function" % handler)
    return function


def _convention(function, handler, convention):
    names, keywords = _parameters(function)
    if convention == "auto":
        is_lambda = handler.startswith("lambda_function.") and len(names) == 2
        is_legacy = handler.startswith("workload.") or (len(names) == 2 and names[1] in CLOUDCALL_NAMES)
        convention = "faasten" if is_legacy or keywords is not None else "lambda" if is_lambda else "dispatch"
    if convention == "faasten" and keywords is not None:
        return convention, keywords
    if len(names) != 2 or "*" in names:
        raise Refused("%s does not take exactly the two parameters %s" % (handler, EXPECTED[convention]))
    return convention, None


def _parameters(function):
    """Names of the positional parameters ("*" for what cannot be passed by position), and, if it is of the form
    `handle(syscall, payload=..., **kwargs)`, which of era D's keywords it takes."""
    code = getattr(function, "__code__", None)
    if type(function) is type(_parameters) and not hasattr(function, "__wrapped__"):
        names = list(code.co_varnames[: code.co_argcount])
        named = names + list(code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount])
        takes_any = bool(code.co_flags & 0x08)
        extra = code.co_kwonlyargcount + bool(code.co_flags & 0x04) + takes_any
    else:
        import inspect

        try:
            parameters = list(inspect.signature(function).parameters.values())
        except (TypeError, ValueError):
            return [], None
        by_position = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        names = [parameter.name for parameter in parameters if parameter.kind in by_position]
        named = [parameter.name for parameter in parameters]
        takes_any = any(parameter.kind == inspect.Parameter.VAR_KEYWORD for parameter in parameters)
        extra = len(parameters) - len(names)
    is_era_d = bool(names) and names[0] in CLOUDCALL_NAMES and ("payload" in named[1:] or takes_any)
    keywords = [name for name in ERA_D_NAMES if takes_any or name in named[1:]] if is_era_d else None
    return names + ["*"] * extra, keywords


def _is_normalized(path):
    is_plain = not any(char == "\\" or ord(char) < 32 or 127 <= ord(char) < 160 for char in path)
    return is_plain and not {"", ".", ".."} & set(path.split("/"))
