package io.cffs.test.sim.workload;

import io.cffs.test.history.HistoryViolation;
import java.util.SplittableRandom;

/** FoundationDB's Cycle: files point to files in one ring. A function rotates three links; it must stay one ring. */
final class Cycle implements Workload {
    private static final int NODES = 8;

    @Override
    public String name() {
        return "cycle";
    }

    @Override
    public void setUp(Files files) {
        for (int i = 0; i < NODES; i++) {
            files.create(path(i), Integer.toString((i + 1) % NODES));
        }
    }

    @Override
    public Function next(int client, SplittableRandom random) {
        int first = random.nextInt(NODES);
        boolean walkOnly = random.nextInt(5) == 0;
        return files -> {
            if (walkOnly) {
                walk(files);
                return true;
            }
            int second = follow(files, first);
            int third = follow(files, second);
            int fourth = follow(files, third);
            files.overwrite(path(first), Integer.toString(third));
            files.overwrite(path(third), Integer.toString(second));
            files.overwrite(path(second), Integer.toString(fourth));
            return true;
        };
    }

    @Override
    public void judge(Files files, Tally tally) {
        walk(files);
    }

    private static void walk(Files files) {
        int at = 0;
        for (int steps = 1; steps <= NODES; steps++) {
            at = follow(files, at);
            if ((at == 0) != (steps == NODES)) {
                throw new HistoryViolation("the ring stays one ring", "back at node " + at + " after " + steps);
            }
        }
    }

    private static int follow(Files files, int node) {
        return Integer.parseInt(files.text(path(node)));
    }

    private static String path(int node) {
        return "/node" + node;
    }
}
