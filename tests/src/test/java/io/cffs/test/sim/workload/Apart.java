package io.cffs.test.sim.workload;

import io.cffs.model.Bytes;
import io.cffs.test.history.FsCall;
import io.cffs.test.history.HistoryViolation;
import java.util.SplittableRandom;

/**
 * Functions that do not depend on one another and therefore never abort one another: other names in one directory,
 * other pages of one file, blind appends to one log, reads inside a file that grows.
 */
final class Apart implements Workload {
    private static final int PAGE_BYTES = 4096;
    private static final int CLIENTS_MAX = 8;
    private long functions;

    @Override
    public String name() {
        return "apart";
    }

    @Override
    public boolean mayConflict() {
        return false;
    }

    @Override
    public void setUp(Files files) {
        files.create("/log", "");
        files.create("/head", "x".repeat(PAGE_BYTES));
        files.create("/pages", "p".repeat(PAGE_BYTES * CLIENTS_MAX));
        files.must(new FsCall.Mkdir("/names"));
    }

    @Override
    public Function next(int client, SplittableRandom random) {
        String note = "c" + client + "f" + functions++;
        boolean appends = random.nextBoolean();
        boolean writesPage = random.nextBoolean();
        boolean readsHead = random.nextBoolean();
        String old = "/names/" + (random.nextBoolean() ? note : "none" + note);
        return new Noted(note, files -> {
            files.create("/names/" + note, note);
            files.call(new FsCall.Rename(old, "/names/" + note + "b", FsCall.RenameMode.REPLACE));
            files.must(new FsCall.Link("/head", "/names/" + note + "c"));
            if (appends) {
                files.must(new FsCall.Append("/log", Bytes.ofUtf8(note + "\n")));
            }
            if (writesPage) {
                String text = note + "-".repeat(PAGE_BYTES - note.length());
                files.must(new FsCall.Write("/pages", (long) client * PAGE_BYTES, Bytes.ofUtf8(text)));
            }
            if (readsHead) {
                files.must(new FsCall.Read("/head", 10, 100));
                files.must(new FsCall.Append("/head", Bytes.ofUtf8(note)));
            }
            return true;
        });
    }

    @Override
    public void judge(Files files, Tally tally) {
        var names = files.names("/names");
        for (String note : tally.committed()) {
            if (!names.contains(note + "c")) {
                throw new HistoryViolation("acknowledged names are there", note + " is not in " + names);
            }
        }
    }
}
