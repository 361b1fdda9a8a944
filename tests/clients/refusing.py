"""Runs a command before a server that refuses the first request to each path with 429 and `Retry-After: 1`.

Usage: python refusing.py COMMAND…, with QUOTIENT_URL. Fails when the command does, or when it asked again too early."""

import http.server, os, subprocess, sys, threading, time, urllib.error, urllib.request

URL = os.environ["QUOTIENT_URL"]
refused, early = {}, []


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        known = (self.path, body)
        if known not in refused:
            refused[known] = time.monotonic()
            return self.answer(429, {"Content-Type": "application/problem+json", "Retry-After": "1"}, b"{}")
        if time.monotonic() - refused[known] < 1:
            early.append(self.path)
        fields = {name: self.headers[name] for name in ("Content-Type", "Idempotency-Key") if name in self.headers}
        try:
            with urllib.request.urlopen(urllib.request.Request(URL + self.path, body, fields)) as response:
                self.answer(response.status, dict(response.headers), response.read())
        except urllib.error.HTTPError as error:
            self.answer(error.code, dict(error.headers), error.read())

    def answer(self, status, fields, body):
        self.send_response(status)
        for name, value in fields.items():
            if name.lower() not in ("transfer-encoding", "content-length", "connection", "date"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
done = subprocess.run(sys.argv[1:], env=os.environ | {"QUOTIENT_URL": f"http://127.0.0.1:{server.server_port}"})
if done.returncode or early or len(refused) < 3:
    sys.exit(f"exit code {done.returncode}; {len(refused)} requests were refused once; asked again too early: {early}")
