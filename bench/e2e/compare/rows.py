"""Adds rows to a SQLite database, each in a transaction of its own: rows.py DATABASE START END [CONTROL].

Adds from now until END, both in seconds of the monotonic clock; those done before START only warm things up. With CONTROL
each row is an invocation: begun, committed, and run again when it lost against another one. Prints a line of JSON: how many
rows it has added, how many of those count, and how many of the runs after START were lost.
"""
import json
import os
import random
import sqlite3
import sys
import time


class Control:
    """The control files of a mount, open as long as the function's process lives."""

    def __init__(self, directory):
        self.files = {verb: os.open(os.path.join(directory, verb), os.O_WRONLY) for verb in ("begin", "commit")}

    def tell(self, verb):
        os.write(self.files[verb], b"1\n")


def add(path, body):
    base = sqlite3.connect(path, timeout=120)
    try:
        base.execute("insert into t (body) values (?)", (body,))
        base.commit()
    finally:
        base.close()


def invoke(path, body, control):
    """Returns how many runs were lost. The backend lets those who lost take turns: short waits are enough here."""
    lost = 0
    while True:
        try:
            control.tell("begin")
            add(path, body)
            control.tell("commit")
            return lost
        except OSError:
            lost += 1
            if lost > 200:
                raise
            time.sleep(random.random() * 0.002 * min(lost, 8))


def main():
    path, start, end = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
    control = Control(sys.argv[4]) if len(sys.argv) > 4 else None
    rows = counted = lost = 0
    while time.monotonic() < end:
        begun = time.monotonic()
        body = "%d row %d" % (os.getpid(), rows)
        again = 0
        if control:
            again = invoke(path, body, control)
        else:
            add(path, body)
        rows += 1
        if begun >= start:
            lost += again
            counted += time.monotonic() <= end
    print(json.dumps({"rows": rows, "counted": counted, "lost": lost}))


main()
