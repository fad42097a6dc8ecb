"""The plain part of Markdown to HTML: headings, paragraphs, lists, bold, italics, code, links."""

import html
import re

SPANS = (
    (r"`([^`]+)`", r"<code>\1</code>"),
    (r"\*\*(.+?)\*\*", r"<strong>\1</strong>"),
    (r"\*(.+?)\*", r"<em>\1</em>"),
    (r"\[([^\]]+)\]\((https?://[^)\s]+)\)", r'<a href="\2">\1</a>'),
)


def spans(text):
    text = html.escape(text)
    for pattern, replacement in SPANS:
        text = re.sub(pattern, replacement, text)
    return text


def block(text):
    heading = re.match(r"(#{1,6}) (.*)", text)
    if heading:
        level = len(heading.group(1))
        return "<h%d>%s</h%d>" % (level, spans(heading.group(2)), level)
    lines = text.split("\n")
    if all(line.startswith("- ") for line in lines):
        return "<ul>%s</ul>" % "".join("<li>%s</li>" % spans(line[2:]) for line in lines)
    return "<p>%s</p>" % spans(" ".join(lines))


def handle(context, payload):
    return "\n".join(block(text.strip()) for text in re.split(r"\n\s*\n", payload["markdown"]) if text.strip())
