"""Titles and links of an RSS feed."""

import xml.etree.ElementTree as ElementTree


def handle(context, payload):
    if "<!DOCTYPE" in payload["rss"]:
        raise ValueError("a feed needs no document type")
    items = ElementTree.fromstring(payload["rss"]).iter("item")
    return [{"title": item.findtext("title", ""), "link": item.findtext("link", "")} for item in items]
