package io.cffs.test.sim.workload;

import io.cffs.test.history.FsCall;
import io.cffs.test.history.FsCall.RenameMode;
import io.cffs.test.history.HistoryViolation;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Directories are moved into one another. None is lost, which is what a loop would do to all of its members. */
final class DirectoryMoves implements Workload {
    private static final int DIRECTORIES = 5;

    @Override
    public String name() {
        return "moves";
    }

    @Override
    public void setUp(Files files) {
        for (int i = 0; i < DIRECTORIES; i++) {
            files.must(new FsCall.Mkdir("/d" + i));
        }
    }

    @Override
    public Function next(int client, SplittableRandom random) {
        int moved = random.nextInt(DIRECTORIES);
        int into = random.nextInt(DIRECTORIES + 1);
        boolean lookAround = random.nextInt(6) == 0;
        boolean byHandle = into < DIRECTORIES && random.nextBoolean();
        return files -> {
            if (lookAround) {
                count(files);
                return true;
            }
            if (byHandle) {
                files.call(new FsCall.MoveHeld("d" + moved, "d" + into));
                return true;
            }
            String from = find(files, "/", "d" + moved);
            String target = into == DIRECTORIES ? "" : find(files, "/", "d" + into);
            files.call(new FsCall.Rename(from, target + "/d" + moved, RenameMode.REPLACE));
            return true;
        };
    }

    @Override
    public void judge(Files files, Tally tally) {
        count(files);
    }

    private static void count(Files files) {
        List<String> found = new ArrayList<>();
        collect(files, "/", found);
        if (found.size() != DIRECTORIES) {
            throw new HistoryViolation("moves form no loop", found.toString());
        }
    }

    private static void collect(Files files, String directory, List<String> found) {
        for (String name : files.names(directory)) {
            found.add(name);
            collect(files, child(directory, name), found);
        }
    }

    /** Looks down the tree, child by child, without listing: the footprint is what the names on the way need. */
    private static String find(Files files, String directory, String wanted) {
        String path = search(files, directory, wanted);
        if (path == null) {
            throw new HistoryViolation("moves form no loop", wanted + " cannot be found");
        }
        return path;
    }

    private static String search(Files files, String directory, String wanted) {
        if (files.did(new FsCall.Exists(child(directory, wanted)))) {
            return child(directory, wanted);
        }
        for (int i = 0; i < DIRECTORIES; i++) {
            String inner = child(directory, "d" + i);
            if (files.did(new FsCall.Exists(inner))) {
                String found = search(files, inner, wanted);
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }

    private static String child(String directory, String name) {
        return directory.equals("/") ? "/" + name : directory + "/" + name;
    }
}
