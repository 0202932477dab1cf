package io.cffs.test.sim.workload;

import io.cffs.model.Bytes;
import io.cffs.test.history.FsCall;
import io.cffs.test.history.FsResult;
import io.cffs.test.history.HistoryViolation;
import java.util.SplittableRandom;

/** Each page of a file holds two equal counters; functions increment single pages and look at pairs. */
final class Pages implements Workload {
    private static final String FILE = "/pages";
    private static final int PAGE_BYTES = 4096;
    private static final int PAGES = 4;
    private static final int WIDTH = 8;

    @Override
    public String name() {
        return "pages";
    }

    @Override
    public void setUp(Files files) {
        files.must(new FsCall.Create(FILE));
        for (int page = 0; page < PAGES; page++) {
            write(files, page, 0);
        }
    }

    @Override
    public Function next(int client, SplittableRandom random) {
        int page = random.nextInt(PAGES);
        int other = random.nextInt(PAGES);
        if (random.nextInt(4) == 0) {
            return files -> {
                write(files, page, read(files, other) + 1);
                return true;
            };
        }
        return files -> {
            write(files, page, read(files, page) + 1);
            return true;
        };
    }

    private static void write(Files files, int page, int value) {
        Bytes text = Bytes.ofUtf8(String.format("%0" + WIDTH + "d", value));
        files.must(new FsCall.Write(FILE, (long) page * PAGE_BYTES, text));
        files.must(new FsCall.Write(FILE, (long) page * PAGE_BYTES + PAGE_BYTES - WIDTH, text));
    }

    private static int read(Files files, int page) {
        String head = number(files, (long) page * PAGE_BYTES);
        String tail = number(files, (long) page * PAGE_BYTES + PAGE_BYTES - WIDTH);
        if (!head.equals(tail)) {
            throw new HistoryViolation("a page is never half written", head + " and " + tail);
        }
        return Integer.parseInt(head);
    }

    private static String number(Files files, long offset) {
        return ((FsResult.Content) files.must(new FsCall.Read(FILE, offset, WIDTH))).bytes().toUtf8();
    }

    @Override
    public void judge(Files files, Tally tally) {
        for (int page = 0; page < PAGES; page++) {
            read(files, page);
        }
    }
}
