package io.cffs.test.sim.workload;

import io.cffs.model.Bytes;
import io.cffs.test.history.FsCall;
import io.cffs.test.history.FsCall.RenameMode;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Random calls on few names. It has no invariant of its own: the replay checks every answer. */
final class Anything implements Workload {
    private static final List<String> PARENTS = List.of("", "/a", "/b", "/a/b", "/b/a");
    private static final List<String> NAMES = List.of("a", "b", "c", "d");

    @Override
    public String name() {
        return "anything";
    }

    @Override
    public void setUp(Files files) {
        files.must(new FsCall.Mkdir("/a"));
        files.must(new FsCall.Mkdir("/b"));
        files.create("/c", "first");
    }

    @Override
    public Function next(int client, SplittableRandom random) {
        List<FsCall> calls = IntStream.range(0, 1 + random.nextInt(6)).mapToObj(i -> call(random)).toList();
        boolean commits = random.nextInt(12) > 0;
        boolean keepsHandle = random.nextInt(6) == 0;
        String opened = path(random);
        return files -> {
            boolean open = keepsHandle && files.did(new FsCall.Open(opened, 1));
            for (FsCall call : calls) {
                files.call(call);
                if (open) {
                    files.must(new FsCall.WriteHandle(1, 3, Bytes.ofUtf8("handle")));
                    files.must(new FsCall.ReadHandle(1, 0, 100));
                }
            }
            return commits;
        };
    }

    private static FsCall call(SplittableRandom random) {
        String path = path(random);
        String other = path(random);
        int at = random.nextInt(random.nextBoolean() ? 10 : 9000);
        return switch (random.nextInt(27)) {
            case 0, 1 -> new FsCall.Stat(path);
            case 2 -> new FsCall.Exists(path);
            case 3 -> new FsCall.ListNames(parent(random));
            case 4, 5 -> new FsCall.Read(path, at, 1 + random.nextInt(5000));
            case 6, 7 -> new FsCall.Write(path, at, text(random));
            case 8 -> new FsCall.Append(path, text(random));
            case 9 -> new FsCall.Truncate(path, at);
            case 10, 11 -> new FsCall.Create(path);
            case 12, 13 -> new FsCall.Mkdir(path);
            case 14 -> new FsCall.Rmdir(path);
            case 15 -> new FsCall.Unlink(path);
            case 16, 17 -> new FsCall.Rename(path, other, RenameMode.REPLACE);
            case 18 -> new FsCall.Rename(path, other,
                    random.nextBoolean() ? RenameMode.NO_REPLACE : RenameMode.EXCHANGE);
            case 19 -> new FsCall.Link(path, other);
            case 20 -> new FsCall.Symlink("to" + random.nextInt(10), path);
            case 21, 22 -> new FsCall.SetXattr(path, attribute(random), text(random));
            case 23 -> new FsCall.RemoveXattr(path, attribute(random));
            case 24 -> new FsCall.GetXattr(path, attribute(random));
            case 25 -> new FsCall.ListXattrs(path);
            default -> new FsCall.Chmod(path, random.nextInt(01000));
        };
    }

    private static String parent(SplittableRandom random) {
        String parent = PARENTS.get(random.nextInt(PARENTS.size()));
        return parent.isEmpty() ? "/" : parent;
    }

    private static String path(SplittableRandom random) {
        return PARENTS.get(random.nextInt(PARENTS.size())) + "/" + NAMES.get(random.nextInt(NAMES.size()));
    }

    private static String attribute(SplittableRandom random) {
        return random.nextBoolean() ? "trusted.a" : "trusted.b";
    }

    private static Bytes text(SplittableRandom random) {
        return Bytes.ofUtf8(Integer.toString(random.nextInt(1000)).repeat(1 + random.nextInt(4)));
    }

    @Override
    public void judge(Files files, Tally tally) {
        files.must(new FsCall.ListNames("/"));
    }
}
