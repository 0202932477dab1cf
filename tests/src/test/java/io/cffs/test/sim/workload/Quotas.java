package io.cffs.test.sim.workload;

import io.cffs.model.Bytes;
import io.cffs.model.Ino;
import io.cffs.model.Quota.Phase;
import io.cffs.test.history.FsCall;
import io.cffs.test.history.HistoryViolation;
import io.cffs.txn.Mutation;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Functions fill, empty and move files in a directory and a volume that both have a tight quota. Nothing ever exceeds a
 * limit, and in the end what is used is what is there (the store's own check). What meets a quota leaves no trace.
 */
final class Quotas implements Workload {
    private static final String BOX = "/box";
    private static final int FILES = 8;
    private static final int BOX_INODES = 8;
    private static final long BOX_BYTES = 5 * 4096;
    private static final long VOLUME_BYTES = 10 * 4096;

    @Override
    public String name() {
        return "quotas";
    }

    @Override
    public void setUp(Files files) {
        files.must(new FsCall.Mkdir(BOX));
        files.must(new FsCall.Mkdir("/free"));
        files.create(BOX + "/log", "");
        files.create("/log", "");
    }

    @Override
    public List<Mutation> quotas(List<Mutation> setUp) {
        List<Mutation> quotas = new ArrayList<>();
        quotas.add(new Mutation.SetQuota(Ino.ROOT, VOLUME_BYTES, 16, Phase.COMPLETE));
        Ino box = null;
        for (Mutation mutation : setUp) {
            if (mutation instanceof Mutation.PutDentry put && put.name().toString().equals("box")) {
                box = put.ino();
                quotas.add(new Mutation.SetQuota(box, BOX_BYTES, BOX_INODES, Phase.COUNTING));
                quotas.add(new Mutation.SetQuotaTree(box, box));
            }
        }
        for (Mutation mutation : setUp) {
            if (mutation instanceof Mutation.PutDentry put && put.parent().equals(box)) {
                quotas.add(new Mutation.SetQuotaTree(put.ino(), box));
            }
        }
        quotas.add(new Mutation.SetQuota(box, BOX_BYTES, BOX_INODES, Phase.COMPLETE));
        return quotas;
    }

    @Override
    public Function next(int client, SplittableRandom random) {
        String directory = random.nextInt(3) == 0 ? "/free" : BOX;
        String file = directory + "/f" + random.nextInt(FILES);
        String other = BOX + "/f" + random.nextInt(FILES);
        int length = random.nextInt(random.nextBoolean() ? 200 : 6000);
        String text = Character.toString('a' + random.nextInt(26)).repeat(length);
        return switch (random.nextInt(8)) {
            case 0, 1 -> files -> files.did(new FsCall.Create(file))
                    && files.did(new FsCall.Write(file, 0, Bytes.ofUtf8(text)));
            case 2 -> files -> files.did(new FsCall.Append(file, Bytes.ofUtf8(text)));
            case 3 -> files -> files.did(new FsCall.Append(BOX + "/log", Bytes.ofUtf8(text.substring(length / 2))));
            case 4 -> files -> files.did(new FsCall.Truncate(file, length));
            case 5 -> files -> files.did(new FsCall.Rename(file, other, FsCall.RenameMode.REPLACE));
            case 6 -> files -> files.did(new FsCall.Truncate(BOX + "/log", 0)) && files.names(BOX).contains("log");
            default -> files -> files.did(new FsCall.Unlink(file));
        };
    }

    @Override
    public void judge(Files files, Tally tally) {
        // What the files take is compared with the limits where the store is checked.
        int names = files.names(BOX).size();
        if (names >= BOX_INODES) {
            throw new HistoryViolation("no quota is exceeded", names + " names and their directory");
        }
    }
}
