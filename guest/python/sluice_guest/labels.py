"""Labels and their halves: text, with the fields that the messages of Faasten's libraries had.

A label here is a name for one. What it allows is decided by the platform, never here.
"""

_ESCAPED = frozenset(",|&/\\")


class TokenList:
    """A principal."""

    __slots__ = ("tokens",)

    def __init__(self, tokens=()):
        self.tokens = _texts(tokens, "a principal")

    def __str__(self):
        if self.tokens in (["T"], ["F"]):
            return "\\" + self.tokens[0]
        return "/".join("".join("\\" + char if char in _ESCAPED else char for char in token) for token in self.tokens)

    def __repr__(self):
        return "TokenList(%r)" % self.tokens

    def __eq__(self, other):
        return type(other) is TokenList and other.tokens == self.tokens

    def __hash__(self):
        return hash(tuple(self.tokens))

    def to_dict(self):
        return {"tokens": list(self.tokens)}


class Clause:
    """Any one of its principals."""

    __slots__ = ("principals",)

    def __init__(self, principals=()):
        self.principals = list(principals)

    def to_dict(self):
        return {"principals": [principal.to_dict() for principal in self.principals]}


class ClauseList(list):
    """All of its clauses. `.clauses` is the list itself: in one era's messages it was a field, in the next it had one."""

    @property
    def clauses(self):
        return self

    def to_dict(self):
        return {"clauses": [clause.to_dict() for clause in self]} if self else {}


class Component:
    """Half of a label, as text: `T`, `F`, or clauses."""

    __slots__ = ("text",)

    def __init__(self, text):
        if not isinstance(text, str):
            raise TypeError("a component is made of text")
        self.text = text

    def __str__(self):
        return self.text

    def __repr__(self):
        return "%s(%r)" % (type(self).__name__, self.text)

    def __bool__(self):
        return bool(self.text)

    def __eq__(self, other):
        return type(other) is type(self) and other.text == self.text

    def __hash__(self):
        return hash(self.text)

    @property
    def DCFalse(self):
        return self.text == "F"

    @property
    def clauses(self):
        """Empty for `T`, and for `F`, which `DCFalse` tells apart."""
        if self.text in ("", "T", "F"):
            return ClauseList()
        clauses = ClauseList()
        for clause in _split(self.text, "&"):
            clauses.append(Clause(_principal(text) for text in _split(clause, "|")))
        return clauses

    def HasField(self, name):
        return bool(self.text) and (name == "DCFalse") == self.DCFalse

    def WhichOneof(self, _group):
        if not self.text:
            return None
        return "DCFalse" if self.DCFalse else "clauses"

    def implies(self, other):
        """Whether who is all of this may act for `other`. The platform asks itself; this spares a function the call."""
        if self.DCFalse or other.text == "T":
            return True
        if other.DCFalse:
            return False
        return all(any(_implies(mine, wanted) for mine in self.clauses) for wanted in other.clauses)

    def to_dict(self):
        """As Protobuf's JSON has it."""
        if not self.text:
            return {}
        return {"DCFalse": {}} if self.DCFalse else {"clauses": self.clauses.to_dict()}


class Label(Component):
    """A label in canonical text, or the empty one that stands for a text that is none: it is refused wherever it is used."""

    __slots__ = ()

    def _halves(self):
        return (list(_split(self.text, ",")) + ["", ""])[:2]

    @property
    def secrecy(self):
        return Component(self._halves()[0])

    @property
    def integrity(self):
        return Component(self._halves()[1])

    DCFalse = clauses = WhichOneof = implies = None

    def HasField(self, name):
        return bool(self.text) and name in ("secrecy", "integrity")

    def to_dict(self):
        if not self.text:
            return {}
        return {"secrecy": self.secrecy.to_dict(), "integrity": self.integrity.to_dict()}


def label_text(label):
    """The text of a label or component in any of the forms that functions have for one; None is the platform's default."""
    if label is None or isinstance(label, str):
        return label
    if isinstance(label, Component):
        return label.text
    if isinstance(label, dict):
        return _of_dict(label)
    raise TypeError("a label is text, a label object or None, not %s" % type(label).__name__)


def _of_dict(message):
    if set(message) == {"secrecy", "integrity"}:
        return "%s,%s" % (_component_of(message["secrecy"]), _component_of(message["integrity"]))
    return _component_of(message)


def _component_of(message):
    try:
        if set(message) == {"DCFalse"}:
            return "F"
        (clauses,) = message.values()
        if isinstance(clauses, dict):
            clauses = clauses["clauses"] if clauses else []
        texts = [[str(TokenList(p["tokens"])) for p in clause["principals"]] for clause in clauses]
        if set(message) == {"clauses"}:
            return "&".join("|".join(principals) for principals in texts) or "T"
    except (AttributeError, KeyError, TypeError, ValueError):
        """It is none, as below."""
    raise TypeError("this is not the JSON form of a label")


def _implies(mine, wanted):
    return all(any(_is_above(p, q) for q in wanted.principals) for p in mine.principals)


def _is_above(one, other):
    return other.tokens[: len(one.tokens)] == one.tokens


def _principal(text):
    """`\\T` and `\\F` are how the names that would be constants are written."""
    if text in ("\\T", "\\F"):
        return TokenList([text[1:]])
    return TokenList("".join(_unescaped(token)) for token in _split(text, "/"))


def _unescaped(token):
    chars = iter(token)
    for char in chars:
        yield next(chars, "") if char == "\\" else char


def _split(text, separator):
    start = at = 0
    while at < len(text):
        if text[at] == separator:
            yield text[start:at]
            start = at + 1
        at += 2 if text[at] == "\\" else 1
    yield text[start:]


def _texts(values, what):
    values = list(values)
    if not all(isinstance(value, str) for value in values):
        raise TypeError("%s is made of texts" % what)
    return values
