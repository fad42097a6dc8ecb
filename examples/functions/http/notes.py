"""A plain HTTP server: notes that live as long as their instance."""

import http.server
import json
import os

NOTES = {}


class Notes(http.server.BaseHTTPRequestHandler):
    def do_PUT(self):
        NOTES[self.path] = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.answer(201, {"kept": self.path})

    def do_GET(self):
        if self.path in NOTES:
            self.answer(200, {"note": NOTES[self.path]})
        else:
            self.answer(404, {"missing": self.path})

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Notes).serve_forever()
