package io.cffs.test.sim.workload;

import io.cffs.test.history.FsCall;
import io.cffs.test.history.HistoryViolation;
import java.util.SplittableRandom;

/** Everyone increments one number, and leaves a file named after the increment: as many files as the number says. */
final class Counter implements Workload {
    private long functions;

    @Override
    public String name() {
        return "counter";
    }

    @Override
    public void setUp(Files files) {
        files.create("/counter", "0");
        files.must(new FsCall.Mkdir("/done"));
    }

    @Override
    public Function next(int client, SplittableRandom random) {
        String note = "f" + functions++;
        return new Noted(note, files -> {
            int seen = Integer.parseInt(files.text("/counter"));
            files.overwrite("/counter", Integer.toString(seen + 1));
            files.must(new FsCall.Create("/done/" + note));
            return true;
        });
    }

    @Override
    public void judge(Files files, Tally tally) {
        int counted = Integer.parseInt(files.text("/counter"));
        var done = files.names("/done");
        boolean allThere = done.containsAll(tally.committed());
        boolean noneElse = done.stream().allMatch(
                name -> tally.committed().contains(name) || tally.perhaps().contains(name));
        if (counted != done.size() || !allThere || !noneElse) {
            throw new HistoryViolation("every increment counts once", counted + " counted, done: " + done
                    + ", told: " + tally);
        }
    }
}
