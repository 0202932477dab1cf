package io.cffs.txn.codec;

import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.model.Quota;
import io.cffs.model.StoredObject;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.Mutation;
import io.cffs.txn.Mutation.FileBytes;
import io.cffs.txn.Mutation.TimeChange;
import io.cffs.txn.ReadKey;
import io.cffs.txn.StagedId;
import io.cffs.txn.apply.BlockPatch;
import io.cffs.txn.apply.Effect;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort;
import io.cffs.txn.port.BackendPort.Fetched;
import io.cffs.txn.port.CheckPort;
import io.cffs.txn.port.DirectoryPage;
import io.cffs.txn.port.FileExtents;
import io.cffs.txn.port.LaidFile;
import io.cffs.txn.port.QuotaPort;
import io.cffs.txn.validate.CommittedFootprint;
import io.cffs.txn.validate.WriteFootprint;
import io.cffs.txn.validate.WriteFootprint.Change;
import io.cffs.txn.validate.WriteFootprint.Field;
import io.cffs.txn.validate.WriteFootprint.NameChange;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Values of every type and variant, drawn by a seed; extremes are as likely as anything. */
final class Samples {
    private final SplittableRandom random;

    Samples(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /** A codec and where its values come from. */
    record Source<T>(String file, Codec<T> codec, Supplier<T> draw) {}

    List<Source<?>> sources() {
        return List.of(
                new Source<>("read-key", Codecs.READ_KEY, this::readKey),
                new Source<>("mutation", Codecs.MUTATION, this::mutation),
                new Source<>("commit-request", Codecs.COMMIT_REQUEST, this::commitRequest),
                new Source<>("commit-outcome", Codecs.COMMIT_OUTCOME, this::outcome),
                new Source<>("write-footprint", Codecs.WRITE_FOOTPRINT, this::footprint),
                new Source<>("committed-footprint", Codecs.COMMITTED_FOOTPRINT,
                        () -> new CommittedFootprint(ts(), txn(), footprint())),
                new Source<>("stored-object", Codecs.STORED_OBJECT, this::storedObject),
                new Source<>("object-key", Codecs.OBJECT_KEY, this::objectKey),
                new Source<>("effects", Codecs.EFFECTS, () -> list(this::effect)),
                new Source<>("request", Codecs.REQUEST, this::request),
                new Source<>("response", Codecs.RESPONSE, this::response),
                new Source<>("check-request", Codecs.REQUEST, this::checkRequest),
                new Source<>("check-response", Codecs.RESPONSE, this::checkResponse),
                new Source<>("quota-request", Codecs.REQUEST,
                        () -> new Request.Quotas(volume(), ts(), maybe(this::ino), random.nextInt(1001))),
                new Source<>("quota-response", Codecs.RESPONSE, () -> new Response.Quotas(
                        list(() -> new QuotaPort.TreeQuota(ino(), quota())))),
                new Source<>("extents-request", Codecs.REQUEST,
                        () -> new Request.Extents(volume(), ts(), ino(), number(1L << 50))),
                new Source<>("extents-response", Codecs.RESPONSE, () -> new Response.Extents(extents())),
                new Source<>("object-keys", Codecs.OBJECT_KEYS, () -> list(this::objectKey)),
                new Source<>("laid-request", Codecs.REQUEST, this::laidRequest),
                new Source<>("laid-response", Codecs.RESPONSE,
                        () -> new Response.StagingDirectory(maybe(this::text))),
                new Source<>("flags", Codecs.MUTATION, () -> new Mutation.SetFlags(ino(), random.nextInt(16) << 4)));
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private boolean yes() {
        return random.nextBoolean();
    }

    /** 0 to max, small and extreme ones often. */
    private long number(long max) {
        return switch (random.nextInt(5)) {
            case 0 -> Math.min(max, random.nextInt(4));
            case 1 -> max;
            case 2 -> Math.min(max, random.nextInt(100_000));
            default -> max == Long.MAX_VALUE ? random.nextLong() & max : random.nextLong(max + 1);
        };
    }

    private <T> T maybe(Supplier<T> draw) {
        return yes() ? draw.get() : null;
    }

    private <T> List<T> list(Supplier<T> draw) {
        List<T> values = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            values.add(draw.get());
        }
        return values;
    }

    private <E> E one(E[] values) {
        return values[random.nextInt(values.length)];
    }

    private Ino ino() {
        return new Ino(Math.max(1, number(Long.MAX_VALUE)));
    }

    private CommitTs ts() {
        return new CommitTs(number(Long.MAX_VALUE));
    }

    private TxnId txn() {
        return new TxnId(random.nextLong(), random.nextLong());
    }

    private StagedId staged() {
        return new StagedId(txn(), (int) number(Integer.MAX_VALUE));
    }

    private VolumeName volume() {
        return yes() ? VolumeName.DEFAULT : new VolumeName("v" + random.nextInt(1000));
    }

    private Name name() {
        byte[] bytes = bytes(random.nextInt(20) == 0 ? 255 : 1 + random.nextInt(12));
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = bytes[i] == 0 || bytes[i] == '/' || bytes[i] == '.' ? (byte) 'x' : bytes[i];
        }
        try {
            return Name.of(bytes);
        } catch (io.cffs.model.FsException e) {
            throw new AssertionError(e);
        }
    }

    /** May hold a slash, which no name of a file may. */
    private Name xattrName() {
        try {
            return Name.ofXattr(("user.x/" + name()).getBytes(StandardCharsets.ISO_8859_1));
        } catch (io.cffs.model.FsException e) {
            return name();
        }
    }

    private Bytes run(int lengthMax) {
        return Bytes.owning(bytes(random.nextInt(lengthMax + 1)));
    }

    private String text() {
        return yes() ? "invocation-" + random.nextInt() : "größer \uD83D\uDE00 " + random.nextInt(10);
    }

    private Inode inode() {
        FileType type = one(FileType.values());
        return new Inode(ino(), type, random.nextInt(010000), random.nextInt(), random.nextInt(),
                number(Long.MAX_VALUE), number(1L << 62), random.nextLong(), random.nextLong(), random.nextLong(),
                random.nextLong(), random.nextLong(), type == FileType.DIRECTORY ? ino() : null,
                type == FileType.SYMLINK ? run(40) : null, 2 + (int) number(1000), random.nextInt(4),
                maybe(this::ino), type == FileType.REGULAR ? 4096 * number(1L << 50) : 0);
    }

    private FileExtents extents() {
        List<FileExtents.Run> runs = new ArrayList<>();
        long page = 0;
        for (int i = random.nextInt(4); i > 0; i--) {
            page += 1 + number(1000);
            long last = page + number(1L << 20);
            runs.add(new FileExtents.Run(page, last));
            page = last + 1;
        }
        return new FileExtents(runs, yes() ? Long.MAX_VALUE : page);
    }

    private ReadKey readKey() {
        return switch (random.nextInt(14)) {
            case 0 -> new ReadKey.NamePresent(ino(), name());
            case 1 -> new ReadKey.NameAbsent(ino(), name());
            case 2 -> new ReadKey.Listing(ino());
            case 3 -> new ReadKey.Emptiness(ino());
            case 4 -> new ReadKey.Identity(ino());
            case 5 -> new ReadKey.LengthExactly(ino());
            case 6 -> new ReadKey.LengthAtLeast(ino(), 1 + number(1L << 61));
            case 7 -> new ReadKey.Links(ino());
            case 8 -> new ReadKey.Parent(ino());
            case 9 -> {
                long first = number(1L << 50);
                yield new ReadKey.Pages(ino(), first, first + number(Long.MAX_VALUE - first));
            }
            case 10 -> new ReadKey.Xattr(ino(), xattrName());
            case 11 -> new ReadKey.XattrList(ino());
            case 12 -> new ReadKey.AnyChange();
            default -> new ReadKey.Times(ino());
        };
    }

    private TimeChange timeChange() {
        return new TimeChange(random.nextLong(), random.nextLong(), yes());
    }

    private FileBytes fileBytes() {
        return yes()
                ? new FileBytes.Inline(run(60))
                : new FileBytes.Staged(staged(), number(StagedId.BYTES_MAX), number(StagedId.BYTES_MAX));
    }

    private Mutation mutation() {
        return switch (random.nextInt(15)) {
            case 0 -> new Mutation.CreateInode(inode());
            case 1 -> new Mutation.PutDentry(ino(), name(), ino(), one(FileType.values()));
            case 2 -> new Mutation.RemoveDentry(ino(), name(), ino(), one(FileType.values()));
            case 3 -> new Mutation.SetIdentity(ino(), random.nextInt(010000), random.nextInt(), random.nextInt());
            case 4 -> new Mutation.SetTimes(
                    ino(), maybe(this::timeChange), maybe(this::timeChange), maybe(this::timeChange));
            case 5 -> new Mutation.SetLength(ino(), number(1L << 62) - 1, number(1L << 62) - 1);
            case 6 -> new Mutation.WriteBytes(ino(), number(1L << 62), fileBytes());
            case 7 -> new Mutation.PunchHole(ino(), number(1L << 62), number(1L << 62));
            case 8 -> new Mutation.Append(ino(), fileBytes());
            case 9 -> new Mutation.SetXattr(ino(), xattrName(), run(50));
            case 10 -> new Mutation.SetQuota(
                    ino(), number(Long.MAX_VALUE), number(Long.MAX_VALUE), one(Quota.Phase.values()));
            case 11 -> new Mutation.RemoveQuota(ino());
            case 12 -> new Mutation.SetQuotaTree(ino(), maybe(this::ino));
            case 13 -> new Mutation.CloneRange(ino(), number(1L << 62), ino(), number(1L << 62), number(1L << 62));
            default -> new Mutation.RemoveXattr(ino(), xattrName());
        };
    }

    private CommitRequest commitRequest() {
        return new CommitRequest(volume(), txn(), 1 + random.nextInt(9), maybe(this::text), ts(), random.nextLong(),
                list(this::readKey), list(this::mutation));
    }

    private CommitOutcome outcome() {
        return switch (random.nextInt(5)) {
            case 0 -> new CommitOutcome.Committed(ts(), yes());
            case 1 -> new CommitOutcome.Conflicted(new CommitOutcome.Witness(
                    readKey(), maybe(this::txn), maybe(this::ts), maybe(this::text)));
            case 2 -> new CommitOutcome.SnapshotExpired(ts());
            case 3 -> new CommitOutcome.Refused(one(CommitOutcome.RefusalCause.values()), text());
            default -> new CommitOutcome.Unknown(text());
        };
    }

    private WriteFootprint footprint() {
        return new WriteFootprint(list(this::change));
    }

    private Change change() {
        return switch (random.nextInt(5)) {
            case 0 -> new Change.OfName(ino(), name(), one(NameChange.values()));
            case 1 -> new Change.OfFields(ino(), EnumSet.of(one(Field.values()), one(Field.values())));
            case 2 -> new Change.OfLength(ino(), number(1L << 62) - 1);
            case 3 -> {
                long first = number(1L << 50);
                yield new Change.OfPages(ino(), first, first + number(1L << 50));
            }
            default -> new Change.OfXattr(ino(), xattrName(), one(NameChange.values()));
        };
    }

    private StoredObject storedObject() {
        return switch (random.nextInt(5)) {
            case 0 -> new StoredObject.InodeObject(inode());
            case 1 -> new StoredObject.DentryObject(ino(), one(FileType.values()));
            case 2 -> new StoredObject.BlockObject(Bytes.owning(bytes(1 + random.nextInt(300))), random.nextInt(2));
            case 3 -> new StoredObject.QuotaObject(quota());
            default -> new StoredObject.XattrObject(run(40));
        };
    }

    private Quota quota() {
        return new Quota(number(Long.MAX_VALUE), number(Long.MAX_VALUE), number(Long.MAX_VALUE),
                number(Long.MAX_VALUE), one(Quota.Phase.values()));
    }

    private ObjectKey objectKey() {
        return switch (random.nextInt(5)) {
            case 0 -> new ObjectKey.InodeKey(ino());
            case 1 -> new ObjectKey.DentryKey(ino(), name());
            case 2 -> new ObjectKey.BlockKey(ino(), number(1L << 45));
            case 3 -> new ObjectKey.QuotaKey(ino());
            default -> new ObjectKey.XattrKey(ino(), xattrName());
        };
    }

    private Effect effect() {
        return switch (random.nextInt(7)) {
            case 4 -> new Effect.PatchBlock(new ObjectKey.BlockKey(ino(), number(1L << 45)), new BlockPatch(List.of(
                    new BlockPatch.Part(random.nextInt(100), 40, new BlockPatch.Inline(Bytes.owning(bytes(40)))),
                    new BlockPatch.Part(200, 1 + random.nextInt(100), new BlockPatch.Staged(staged(), 77)))), yes());
            case 0 -> new Effect.Put(objectKey(), storedObject());
            case 1 -> new Effect.PutStagedBlock(new ObjectKey.BlockKey(ino(), number(1L << 45)), staged(),
                    131072L * random.nextInt(32), 1 + random.nextInt(131072));
            case 2 -> new Effect.Delete(objectKey());
            case 3 -> new Effect.DeleteBlocks(ino(), number(1L << 45), number(1L << 45));
            case 5 -> new Effect.CloneBlocks(
                    ino(), number(1L << 45), ino(), number(1L << 45), 1 + number((1L << 45) - 1));
            default -> new Effect.DeleteInodeContent(ino());
        };
    }

    private Request request() {
        return switch (random.nextInt(11)) {
            case 0 -> new Request.Begin(new BackendPort.BeginRequest(volume(), txn(), 1 + random.nextInt(5),
                    maybe(this::text), ts(), maybe(this::ts), list(this::readKey), yes(), list(this::ino)));
            case 1 -> new Request.Fetch(volume(), ts(),
                    list(() -> new BackendPort.FetchItem(objectKey(), maybe(this::ts))));
            case 2 -> new Request.ListNames(volume(), ts(), ino(), maybe(this::name), random.nextInt(4097));
            case 3 -> new Request.XattrNames(volume(), ts(), ino());
            case 4 -> new Request.Stage(volume(), staged(), run(200));
            case 5 -> new Request.Commit(commitRequest());
            case 6 -> new Request.OutcomeOf(volume(), txn());
            case 7 -> new Request.ReserveInos(volume(), random.nextInt(Request.INOS_MAX));
            case 8 -> new Request.End(volume(), random.nextLong());
            case 9 -> new Request.Renew(volume(), random.nextLong());
            default -> new Request.Status(volume());
        };
    }

    private Request laidRequest() {
        if (yes()) {
            return new Request.StagingDirectory(volume());
        }
        int length = 1 + (int) number(StagedId.BYTES_MAX - 1);
        return new Request.StageFile(volume(), new LaidFile(staged(), length,
                Stream.generate(random::nextInt).limit(LaidFile.blockCount(length)).toList()));
    }

    private Request checkRequest() {
        return switch (random.nextInt(4)) {
            case 0 -> new Request.StartCheck(volume(), yes());
            case 3 -> new Request.Ping();
            case 1 -> new Request.CheckReport(volume(), number(Long.MAX_VALUE), (int) number(Integer.MAX_VALUE));
            default -> new Request.CancelCheck(volume(), number(Long.MAX_VALUE));
        };
    }

    private Response checkResponse() {
        if (yes()) {
            return new Response.CheckStarted(number(Long.MAX_VALUE));
        }
        return new Response.CheckReport(new CheckPort.Report(one(CheckPort.State.values()), ts(),
                list(() -> new CheckPort.Finding("D" + below(9), text(), number(9), list(this::text), text(), text(),
                        maybe(this::ts), maybe(this::txn))),
                number(9), number(9), number(Long.MAX_VALUE), number(9), number(9), maybe(this::text)));
    }

    private Fetched fetched() {
        return switch (random.nextInt(4)) {
            case 0 -> new Fetched.Found(objectKey(), ts(), storedObject());
            case 1 -> new Fetched.Unchanged(objectKey(), ts());
            case 2 -> new Fetched.Patched(new ObjectKey.BlockKey(ino(), random.nextInt(9)), ts(),
                    list(() -> new Fetched.Piece(random.nextInt(9), run(50))));
            default -> new Fetched.Absent(objectKey());
        };
    }

    private Response response() {
        return switch (random.nextInt(11)) {
            case 0 -> new Response.Begun(new BackendPort.Begun(ts(), random.nextLong(), number(Long.MAX_VALUE),
                    maybe(() -> list(this::objectKey)), maybe(this::ts), list(this::fetched)));
            case 1 -> new Response.Objects(list(this::fetched), yes());
            case 2 -> new Response.Names(new DirectoryPage(list(() -> new DirectoryPage.Entry(
                    name(), ino(), one(FileType.values()), maybe(this::inode))), yes()));
            case 3 -> new Response.XattrNames(list(this::xattrName));
            case 4 -> new Response.Done();
            case 5 -> new Response.Outcome(outcome());
            case 6 -> new Response.Ledger(
                    new BackendPort.LedgerAnswer(maybe(() -> new CommitOutcome.Committed(ts(), yes()))));
            case 7 -> new Response.Inos(new BackendPort.InoRange(number(Long.MAX_VALUE), random.nextInt(1000)));
            case 8 -> new Response.Renewed(yes());
            case 9 -> new Response.Status(new BackendPort.VolumeStatus(volume(),
                    new UUID(random.nextLong(), random.nextLong()), number(Long.MAX_VALUE), ts(), ts(), ts(), number(9),
                    number(Long.MAX_VALUE), number(Long.MAX_VALUE), number(9), number(9), 800_000L));
            default -> new Response.Failed(one(BackendException.Cause.values()), text());
        };
    }
}
