"""FunctionBench: renders a table. Payload `{"num_of_rows", "num_of_cols"}`."""

from time import time

from chameleon import PageTemplate

TABLE = """
<table xmlns="http://www.w3.org/1999/xhtml" xmlns:tal="http://xml.zope.org/namespaces/tal">
<tr tal:repeat="row python: options['table']">
<td tal:repeat="c python: row.values()">
<span tal:define="d python: c + 1" tal:attributes="class python: 'column-' + str(d)" tal:content="python: d" />
</td>
</tr>
</table>"""


def handle(request, cloudcall):
    start = time()
    row = {str(column): column for column in range(request["num_of_cols"])}
    page = PageTemplate(TABLE).render(options={"table": [row] * request["num_of_rows"]})
    return {"latency": time() - start, "cells": page.count("<span")}
