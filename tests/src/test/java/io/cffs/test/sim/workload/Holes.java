package io.cffs.test.sim.workload;

import io.cffs.model.Blocks;
import io.cffs.model.Bytes;
import io.cffs.test.history.FsCall;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Files of some blocks with holes: written at the ends of blocks, cut and lengthened there, punched, and copied by
 * reference from one to another. The replay finds every byte that comes from where it should not.
 */
final class Holes implements Workload {
    private static final List<String> FILES = List.of("/one", "/two", "/three");
    private static final int BLOCK = Blocks.BLOCK_BYTES;
    private static final int BLOCKS = 3;

    @Override
    public String name() {
        return "holes";
    }

    @Override
    public void setUp(Files files) {
        files.create("/one", "a".repeat(BLOCK + 100));
        files.create("/two", "");
        files.create("/three", "tiny");
        files.must(new FsCall.Write("/two", 2 * BLOCK - 50, Bytes.ofUtf8("b".repeat(100))));
    }

    @Override
    public Function next(int client, SplittableRandom random) {
        List<FsCall> calls = random.ints(1 + random.nextInt(3), 0, 16).mapToObj(kind -> call(kind, random)).toList();
        boolean commits = random.nextInt(12) > 0;
        return files -> {
            calls.forEach(files::must);
            return commits;
        };
    }

    private static FsCall call(int kind, SplittableRandom random) {
        String file = FILES.get(random.nextInt(FILES.size()));
        String other = FILES.get((FILES.indexOf(file) + 1 + random.nextInt(FILES.size() - 1)) % FILES.size());
        int at = place(random);
        int block = random.nextInt(BLOCKS) * BLOCK;
        return switch (kind) {
            case 0, 1 -> new FsCall.Write(file, at, text(random, 1 + random.nextInt(200)));
            case 2 -> new FsCall.Write(file, block, text(random, BLOCK / 2 * (1 + random.nextInt(2)) + at % 100));
            case 3, 4, 5 -> new FsCall.Truncate(file, at);
            case 6 -> new FsCall.Append(file, text(random, 1 + random.nextInt(5000)));
            case 7, 8 -> new FsCall.PunchHole(file, at, 1 + random.nextInt(2 * BLOCK));
            case 9, 10, 11 -> new FsCall.CopyRange(file, block, other, random.nextInt(BLOCKS) * BLOCK,
                    BLOCK * (1 + random.nextInt(2)) - (random.nextBoolean() ? 0 : random.nextInt(BLOCK)));
            case 12 -> new FsCall.CopyRange(file, at, other, place(random), 1 + random.nextInt(500));
            case 13 -> new FsCall.Stat(file);
            default -> new FsCall.Read(file, at, 1 + random.nextInt(300));
        };
    }

    /** At or near the end of a block, mostly. */
    private static int place(SplittableRandom random) {
        int end = random.nextInt(BLOCKS + 1) * BLOCK;
        return switch (random.nextInt(4)) {
            case 0 -> end;
            case 1 -> Math.max(0, end - 1 - random.nextInt(200));
            case 2 -> end == BLOCKS * BLOCK ? end : end + random.nextInt(200);
            default -> random.nextInt(BLOCKS * BLOCK);
        };
    }

    private static Bytes text(SplittableRandom random, int length) {
        return Bytes.ofUtf8(Character.toString('a' + random.nextInt(26)).repeat(length));
    }

    @Override
    public void judge(Files files, Tally tally) {
        FILES.forEach(files::text);
    }
}
