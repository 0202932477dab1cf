package io.cffs.test.sim.workload;

import io.cffs.test.history.FsCall;
import io.cffs.test.history.HistoryViolation;
import java.util.SplittableRandom;

/** Transfers between account files, some opened and closed on the way; an auditor lists and sums. The sum is exact. */
final class Bank implements Workload {
    private static final int ACCOUNTS = 6;
    private static final int OPENING_BALANCE = 100;

    @Override
    public String name() {
        return "bank";
    }

    @Override
    public void setUp(Files files) {
        files.must(new FsCall.Mkdir("/bank"));
        for (int i = 0; i < ACCOUNTS; i++) {
            files.create("/bank/" + i, Integer.toString(OPENING_BALANCE));
        }
    }

    @Override
    public Function next(int client, SplittableRandom random) {
        String from = "/bank/" + random.nextInt(ACCOUNTS);
        String to = "/bank/" + random.nextInt(ACCOUNTS);
        int amount = 1 + random.nextInt(150);
        if (random.nextInt(5) == 0) {
            return files -> {
                audit(files);
                return true;
            };
        }
        return files -> transfer(files, from, to, amount);
    }

    /** An account that would be overdrawn gives all it has and is closed; a closed one is opened by who pays in. */
    private static boolean transfer(Files files, String from, String to, int amount) {
        if (from.equals(to) || !files.did(new FsCall.Exists(from))) {
            return false;
        }
        int has = Integer.parseInt(files.text(from));
        int moved = Math.min(has, amount);
        if (moved == has) {
            files.must(new FsCall.Unlink(from));
        } else {
            files.overwrite(from, Integer.toString(has - moved));
        }
        if (files.did(new FsCall.Exists(to))) {
            files.overwrite(to, Integer.toString(Integer.parseInt(files.text(to)) + moved));
        } else {
            files.create(to, Integer.toString(moved));
        }
        return true;
    }

    @Override
    public void judge(Files files, Tally tally) {
        audit(files);
    }

    private static void audit(Files files) {
        int sum = files.names("/bank").stream().mapToInt(name -> Integer.parseInt(files.text("/bank/" + name))).sum();
        if (sum != ACCOUNTS * OPENING_BALANCE) {
            throw new HistoryViolation("money is neither made nor lost", "the sum is " + sum);
        }
    }
}
