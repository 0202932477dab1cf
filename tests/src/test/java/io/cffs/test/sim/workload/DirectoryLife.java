package io.cffs.test.sim.workload;

import io.cffs.test.history.FsCall;
import io.cffs.test.history.FsCall.RenameMode;
import io.cffs.test.history.HistoryViolation;
import java.util.SplittableRandom;

/** Directories are removed while others create and move files into them. No file goes down with its directory. */
final class DirectoryLife implements Workload {
    private static final int DIRECTORIES = 3;
    private long created;

    @Override
    public String name() {
        return "rmdir";
    }

    @Override
    public void setUp(Files files) {
        files.create("/made", "0");
        for (int i = 0; i < DIRECTORIES; i++) {
            files.must(new FsCall.Mkdir("/d" + i));
        }
    }

    @Override
    public Function next(int client, SplittableRandom random) {
        String directory = "/d" + random.nextInt(DIRECTORIES);
        String other = "/d" + random.nextInt(DIRECTORIES);
        String name = "f" + created++;
        return switch (random.nextInt(6)) {
            case 0, 1 -> new Noted(name, files -> files.did(new FsCall.Create(directory + "/" + name)));
            case 2 -> files -> {
                if (!files.did(new FsCall.Rmdir(directory))) {
                    files.call(new FsCall.Mkdir(directory));
                }
                return true;
            };
            case 3 -> files -> files.did(new FsCall.Mkdir(directory));
            case 4 -> files -> moveAll(files, directory, other);
            default -> files -> files.did(new FsCall.Rename(directory, other, RenameMode.REPLACE));
        };
    }

    /** Empties a directory into another one and removes it. */
    private static boolean moveAll(Files files, String from, String to) {
        if (from.equals(to) || !files.did(new FsCall.Exists(from)) || !files.did(new FsCall.Exists(to))) {
            return false;
        }
        for (String name : files.names(from)) {
            files.must(new FsCall.Rename(from + "/" + name, to + "/" + name, RenameMode.REPLACE));
        }
        files.must(new FsCall.Rmdir(from));
        return true;
    }

    @Override
    public void judge(Files files, Tally tally) {
        var there = new java.util.HashSet<String>();
        for (int i = 0; i < DIRECTORIES; i++) {
            if (files.did(new FsCall.Exists("/d" + i))) {
                there.addAll(files.names("/d" + i));
            }
        }
        if (!there.containsAll(tally.committed())) {
            throw new HistoryViolation("no file goes down with its directory", there + ", told: " + tally);
        }
    }
}
