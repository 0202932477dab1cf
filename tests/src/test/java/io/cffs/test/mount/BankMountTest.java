package io.cffs.test.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** Strict serializability as a user sees it: money moves between files, and no reader ever sees it missing. */
class BankMountTest extends StoreTest {
    private static final int ACCOUNTS = 100;
    private static final int OPENING_BALANCE = 100;
    private static final int CLERKS = 8;
    private static final int TRANSFERS_EACH = 6;
    private static final int AUDITS = 12;

    @Test
    void everyAuditOfAccountFilesIsExact() {
        cffs.runShell("mkdir a; for i in $(seq " + ACCOUNTS + "); do echo " + OPENING_BALANCE + " > a/$i; done")
                .expectExit(0);
        List<Callable<Void>> all = new ArrayList<>();
        for (int clerk = 0; clerk < CLERKS; clerk++) {
            int seed = clerk;
            all.add(() -> {
                for (int n = 0; n < TRANSFERS_EACH; n++) {
                    int from = 1 + (seed * 37 + n * 13) % ACCOUNTS;
                    int to = 1 + (seed * 11 + n * 29 + 50) % ACCOUNTS;
                    cffs.runShell("read x < a/" + from + "; echo $((x - 7)) > a/" + from
                            + "; read y < a/" + to + "; echo $((y + 7)) > a/" + to).expectExit(0);
                }
                return null;
            });
        }
        all.add(() -> {
            for (int n = 0; n < AUDITS; n++) {
                String sum = cffs.runShell("s=0; for f in a/*; do read x < $f; s=$((s + x)); done; echo $s")
                        .expectExit(0).out();
                assertEquals(ACCOUNTS * OPENING_BALANCE, Integer.parseInt(sum.strip()));
            }
            return null;
        });
        CffsCommand.together(all);
        String total = cffs.runShell("cat a/* | awk '{s += $1} END {print s}'").expectExit(0).out();
        assertEquals(ACCOUNTS * OPENING_BALANCE, Integer.parseInt(total.strip()));
        cffs.expectClean();
    }

    @Test
    void everyAuditOfOneSqliteDatabaseIsExact() {
        sql("CREATE TABLE a (id INTEGER PRIMARY KEY, x INTEGER); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT "
                + "i + 1"
                + " FROM n WHERE i < " + ACCOUNTS + ") INSERT INTO a SELECT i, " + OPENING_BALANCE + " FROM n;");
        List<Callable<Void>> all = new ArrayList<>();
        for (int clerk = 0; clerk < CLERKS; clerk++) {
            int seed = clerk;
            all.add(() -> {
                for (int n = 0; n < TRANSFERS_EACH; n++) {
                    int from = 1 + (seed * 37 + n * 13) % ACCOUNTS;
                    int to = 1 + (seed * 11 + n * 29 + 50) % ACCOUNTS;
                    sql("BEGIN IMMEDIATE; UPDATE a SET x = x - 7 WHERE id = " + from
                            + "; UPDATE a SET x = x + 7 WHERE id = "
                            + to + "; COMMIT;");
                }
                return null;
            });
        }
        all.add(() -> {
            for (int n = 0; n < AUDITS; n++) {
                assertEquals("" + ACCOUNTS * OPENING_BALANCE, sql("SELECT sum(x) FROM a;"));
            }
            return null;
        });
        CffsCommand.together(all);
        assertEquals("ok", sql("PRAGMA integrity_check;"));
        assertEquals("" + ACCOUNTS * OPENING_BALANCE, sql("SELECT sum(x) FROM a;"));
        cffs.expectClean();
    }

    private String sql(String statements) {
        return cffs.runShell("sqlite3 -bail -cmd '.timeout 20000' bank.db '" + statements + "'").expectExit(0).out()
                .lines()
                .filter(line -> !line.isBlank()).reduce("", (first, last) -> last).strip();
    }
}
