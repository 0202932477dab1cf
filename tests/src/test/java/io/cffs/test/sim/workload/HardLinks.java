package io.cffs.test.sim.workload;

import io.cffs.model.Bytes;
import io.cffs.test.history.FsCall;
import io.cffs.test.history.HistoryViolation;
import java.util.SplittableRandom;

/** Two files gain and lose names. Every name says which file it names, and each file's link count is its names. */
final class HardLinks implements Workload {
    private static final int NAMES = 5;

    @Override
    public String name() {
        return "links";
    }

    @Override
    public void setUp(Files files) {
        for (int file = 0; file < 2; file++) {
            files.create("/file" + file, "file" + file);
        }
        files.must(new FsCall.Mkdir("/names"));
        files.must(new FsCall.Create("/seen"));
    }

    @Override
    public Function next(int client, SplittableRandom random) {
        int file = random.nextInt(2);
        String name = "/names/" + file + "-" + random.nextInt(NAMES);
        return switch (random.nextInt(7)) {
            case 0, 1 -> files -> {
                files.call(new FsCall.Link("/file" + file, name));
                return true;
            };
            case 2, 3 -> files -> {
                files.call(new FsCall.Unlink(name));
                return true;
            };
            case 4, 5 -> files -> {
                long links = files.stat("/file" + file).links();
                files.must(new FsCall.Append("/seen", Bytes.ofUtf8(links + "\n")));
                return true;
            };
            default -> files -> {
                count(files, file);
                return true;
            };
        };
    }

    @Override
    public void judge(Files files, Tally tally) {
        count(files, 0);
        count(files, 1);
    }

    private static void count(Files files, int file) {
        long links = files.stat("/file" + file).links();
        long names = files.names("/names").stream().filter(name -> name.startsWith(file + "-")).count();
        if (links != names + 1) {
            throw new HistoryViolation("links are names", links + " links of file " + file + ", " + names + " names");
        }
    }
}
