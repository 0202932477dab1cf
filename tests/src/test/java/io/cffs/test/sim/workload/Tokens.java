package io.cffs.test.sim.workload;

import io.cffs.test.history.FsCall;
import io.cffs.test.history.FsCall.RenameMode;
import io.cffs.test.history.HistoryViolation;
import java.util.List;
import java.util.SplittableRandom;

/** Tokens are renamed between slots of two directories, with and without a look first. None is ever lost or doubled. */
final class Tokens implements Workload {
    private static final int TOKENS = 4;
    private static final int SLOTS = 4;
    private static final List<String> DIRECTORIES = List.of("/left", "/right");

    @Override
    public String name() {
        return "tokens";
    }

    @Override
    public void setUp(Files files) {
        DIRECTORIES.forEach(directory -> files.must(new FsCall.Mkdir(directory)));
        for (int i = 0; i < TOKENS; i++) {
            files.create("/left/" + i, "token" + i);
        }
    }

    @Override
    public Function next(int client, SplittableRandom random) {
        String from = slot(random);
        String to = slot(random);
        return switch (random.nextInt(4)) {
            case 0 -> files -> {
                count(files);
                return true;
            };
            case 1 -> files -> {
                files.call(new FsCall.Rename(from, to, RenameMode.NO_REPLACE));
                return true;
            };
            case 2 -> files -> {
                files.call(new FsCall.Rename(from, to, RenameMode.EXCHANGE));
                return true;
            };
            default -> files -> {
                boolean free = !files.did(new FsCall.Exists(to));
                if (free) {
                    files.call(new FsCall.Rename(from, to, RenameMode.REPLACE));
                }
                return true;
            };
        };
    }

    @Override
    public void judge(Files files, Tally tally) {
        count(files);
    }

    private static void count(Files files) {
        List<String> tokens = DIRECTORIES.stream()
                .flatMap(directory -> files.names(directory).stream().map(name -> files.text(directory + "/" + name)))
                .sorted()
                .toList();
        if (!tokens.equals(List.of("token0", "token1", "token2", "token3"))) {
            throw new HistoryViolation("no token is lost or doubled", tokens.toString());
        }
    }

    private static String slot(SplittableRandom random) {
        return DIRECTORIES.get(random.nextInt(2)) + "/" + random.nextInt(SLOTS);
    }
}
