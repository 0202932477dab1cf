#!/usr/bin/env python3
"""Moves money between two accounts of a SQLite database: run it as a function, as often and as concurrently as you like.

    cffs run -- python3 "$PWD/examples/bank.py" setup
    cffs run -- python3 "$PWD/examples/bank.py" transfer alice bob 5
    cffs run --read-only -- python3 "$PWD/examples/bank.py" total
"""
import sqlite3
import sys


def main(arguments):
    action = arguments[0] if arguments else "total"
    # A read-only function cannot take SQLite's lock file, and needs none: it sees one snapshot.
    bank = sqlite3.connect("file:bank.db?immutable=1" if action == "total" else "file:bank.db", uri=True)
    if action == "setup":
        bank.execute("create table if not exists account (name text primary key, euros integer not null)")
        bank.executemany("insert or replace into account values (?, ?)", [("alice", 100), ("bob", 100)])
    elif action == "transfer":
        giver, taker, euros = arguments[1], arguments[2], int(arguments[3])
        bank.execute("update account set euros = euros - ? where name = ?", (euros, giver))
        bank.execute("update account set euros = euros + ? where name = ?", (euros, taker))
        if bank.execute("select euros from account where name = ?", (giver,)).fetchone()[0] < 0:
            sys.exit(1)  # no trace is left: not even the journal
    else:
        print(bank.execute("select sum(euros) from account").fetchone()[0])
    bank.commit()


main(sys.argv[1:])
