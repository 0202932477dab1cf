package io.cffs.test.sim.workload;

import io.cffs.model.Bytes;
import io.cffs.test.history.FsCall;
import io.cffs.test.history.FsResult;
import io.cffs.test.history.HistoryViolation;
import java.util.SplittableRandom;

/**
 * A file is cut, grown, appended to and read, across page ends, while its reader writes down the length it saw. The
 * replay finds any read that could not have been; the notebook finds a length that was never there.
 */
final class Lengths implements Workload {
    private static final String FILE = "/file";
    private static final int SPAN = 10_000;

    @Override
    public String name() {
        return "lengths";
    }

    @Override
    public void setUp(Files files) {
        files.create(FILE, "0123456789".repeat(500));
        files.create("/seen", "");
    }

    @Override
    public Function next(int client, SplittableRandom random) {
        int at = random.nextInt(SPAN);
        int length = 1 + random.nextInt(random.nextBoolean() ? 20 : 6000);
        String text = Character.toString('a' + random.nextInt(26)).repeat(length);
        return switch (random.nextInt(7)) {
            case 0 -> files -> files.did(new FsCall.Truncate(FILE, at));
            case 1 -> files -> files.did(new FsCall.Write(FILE, at, Bytes.ofUtf8(text)));
            case 2 -> files -> files.did(new FsCall.Append(FILE, Bytes.ofUtf8(text)));
            case 3 -> files -> {
                note(files, files.stat(FILE).sizeBytes());
                return true;
            };
            case 4 -> files -> {
                var read = (FsResult.Content) files.must(new FsCall.Read(FILE, at, length));
                note(files, at + read.bytes().length());
                return true;
            };
            case 5 -> files -> {
                files.must(new FsCall.Read(FILE, at, length));
                files.must(new FsCall.Append(FILE, Bytes.ofUtf8(text)));
                files.must(new FsCall.Read(FILE, 0, SPAN));
                return true;
            };
            default -> files -> {
                int read = files.text(FILE).length();
                if (read != files.stat(FILE).sizeBytes()) {
                    throw new HistoryViolation("a file reads as long as it is", Integer.toString(read));
                }
                note(files, read);
                return true;
            };
        };
    }

    private static void note(Files files, long length) {
        files.must(new FsCall.Append("/seen", Bytes.ofUtf8(length + "\n")));
    }

    @Override
    public void judge(Files files, Tally tally) {
        if (files.text(FILE).length() != files.stat(FILE).sizeBytes()) {
            throw new HistoryViolation("a file reads as long as it is", FILE);
        }
    }
}
