"""Adds COUNT rows to a SQLite database, each in a transaction of its own: rows.py DATABASE COUNT [CONTROL].

With CONTROL each row is an invocation: begun, committed, and run again when it lost against another one. Prints how many
runs were lost.
"""
import os
import random
import sqlite3
import sys
import time


def tell(control, verb):
    with open(os.path.join(control, verb), "w") as file:
        file.write("1\n")


def add(path, body):
    base = sqlite3.connect(path, timeout=120)
    try:
        base.execute("insert into t (body) values (?)", (body,))
        base.commit()
    finally:
        base.close()


def main():
    path, count = sys.argv[1], int(sys.argv[2])
    control = sys.argv[3] if len(sys.argv) > 3 else None
    lost = 0
    for number in range(count):
        body = "%d row %d" % (os.getpid(), number)
        attempt = 0
        while True:
            try:
                if control:
                    tell(control, "begin")
                add(path, body)
                if control:
                    tell(control, "commit")
                break
            except OSError:
                lost += 1
                attempt += 1
                if attempt > 200:
                    raise
                time.sleep(random.random() * 0.002 * min(attempt, 8))
    print(lost)


main()
