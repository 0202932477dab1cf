package io.cffs.txn.codec;

import io.cffs.model.Blocks;
import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort.Begun;
import io.cffs.txn.port.BackendPort.Fetched;
import io.cffs.txn.port.BackendPort.InoRange;
import io.cffs.txn.port.BackendPort.LedgerAnswer;
import io.cffs.txn.port.BackendPort.VolumeStatus;
import io.cffs.txn.port.DirectoryPage;
import io.cffs.txn.port.FileExtents;
import io.cffs.txn.port.QuotaPort;
import io.cffs.txn.port.QuotaPort.TreeQuota;
import java.util.UUID;
import java.util.List;

/** The form of a response: its tag, then its fields in order. */
final class ResponseForms {
    /** More than a fetch asks for, because related objects may come along. */
    private static final int OBJECTS_MAX = 4 * Request.FETCH_ITEMS_MAX;
    /** Most changed objects that an answer to begin lists. */
    private static final int CHANGES_MAX = 1_000_000;
    private static final int XATTR_NAMES_MAX = 65_536;

    private ResponseForms() {}

    static void put(Response response, ByteWriter to) {
        switch (response) {
            case Response.Begun begun -> {
                to.putByte(1);
                putBegun(begun.begun(), to);
            }
            case Response.Objects objects -> {
                to.putByte(2);
                to.putList(objects.objects(), ResponseForms::putFetched);
                to.putBoolean(objects.more());
            }
            case Response.Names names -> {
                to.putByte(3);
                putPage(names.page(), to);
            }
            case Response.XattrNames names -> {
                to.putByte(4);
                to.putList(names.names(), ModelForms::putName);
            }
            case Response.Extents found -> putExtents(found.extents(), to);
            case Response.Done done -> to.putByte(5);
            case Response.Outcome outcome -> {
                to.putByte(6);
                CommitForms.putOutcome(outcome.outcome(), to);
            }
            case Response.Ledger ledger -> {
                to.putByte(7);
                to.putOptional(ledger.answer().outcome(), CommitForms::putCommitted);
            }
            case Response.Inos inos -> {
                to.putByte(8);
                to.putUnsigned(inos.range().first());
                to.putUnsigned(inos.range().count());
            }
            case Response.Renewed renewed -> putRenewed(renewed, to);
            case Response.Status status -> {
                to.putByte(10);
                putStatus(status.status(), to);
            }
            case Response.CheckStarted started -> {
                to.putByte(12);
                to.putFixed(started.check());
            }
            case Response.CheckReport report -> {
                to.putByte(13);
                CheckForms.putReport(report.report(), to);
            }
            case Response.Quotas quotas -> {
                to.putByte(14);
                to.putList(quotas.quotas(), ResponseForms::putTreeQuota);
            }
            case Response.StagingDirectory directory -> putDirectory(directory, to);
            case Response.Failed failed -> {
                to.putByte(11);
                to.putEnum(failed.kind());
                CommitForms.putSentence(failed.sentence(), to);
            }
        }
    }

    static Response take(ByteReader from) throws CodecException {
        int tag = from.takeByte();
        return switch (tag) {
            case 1 -> new Response.Begun(takeBegun(from));
            case 2 -> new Response.Objects(
                    from.takeList(OBJECTS_MAX, 3, ResponseForms::takeFetched), from.takeBoolean());
            case 3 -> new Response.Names(takePage(from));
            case 4 -> new Response.XattrNames(from.takeList(XATTR_NAMES_MAX, 2, ModelForms::takeXattrName));
            case 5 -> new Response.Done();
            case 6 -> new Response.Outcome(CommitForms.takeOutcome(from));
            case 7 -> new Response.Ledger(new LedgerAnswer(from.takeOptional(CommitForms::takeCommitted)));
            case 8 -> new Response.Inos(
                    new InoRange(from.takeUnsigned(Long.MAX_VALUE), from.takeInt(Request.INOS_MAX)));
            case 9 -> new Response.Renewed(from.takeBoolean());
            case 10 -> new Response.Status(takeStatus(from));
            case 11 -> new Response.Failed(
                    from.takeEnum(BackendException.Cause.values()), from.takeText(CommitForms.SENTENCE_MAX));
            case 12 -> new Response.CheckStarted(from.takeFixed());
            case 13 -> new Response.CheckReport(CheckForms.takeReport(from));
            case 14 -> new Response.Quotas(from.takeList(QuotaPort.QUOTAS_MAX, 6, ResponseForms::takeTreeQuota));
            case 15 -> new Response.Extents(takeExtents(from));
            case 16 -> new Response.StagingDirectory(
                    from.takeOptional(source -> source.takeText(CommitForms.PATH_MAX)));
            default -> throw new CodecException("no response has number " + tag);
        };
    }

    private static void putDirectory(Response.StagingDirectory directory, ByteWriter to) {
        to.putByte(16);
        to.putOptional(directory.path(), (path, target) -> target.putText(path));
    }

    private static void putRenewed(Response.Renewed renewed, ByteWriter to) {
        to.putByte(9);
        to.putBoolean(renewed.alive());
    }

    /** Runs as the distance to the one before, and their length. */
    private static void putExtents(FileExtents extents, ByteWriter to) {
        to.putByte(15);
        long[] end = new long[1];
        to.putList(extents.runs(), (run, target) -> {
            target.putUnsigned(run.firstPage() - end[0]);
            target.putUnsigned(run.lastPage() - run.firstPage());
            end[0] = run.lastPage();
        });
        to.putUnsigned(extents.stopPage());
    }

    private static FileExtents takeExtents(ByteReader from) throws CodecException {
        long[] end = new long[1];
        List<FileExtents.Run> runs = from.takeList(FileExtents.RUNS_MAX, 2, source -> {
            long first = end[0] + source.takeUnsigned(ModelForms.PAGE_MAX);
            end[0] = first + source.takeUnsigned(ModelForms.PAGE_MAX);
            return new FileExtents.Run(first, end[0]);
        });
        return new FileExtents(runs, from.takeUnsigned(Long.MAX_VALUE));
    }

    private static void putTreeQuota(TreeQuota of, ByteWriter to) {
        ModelForms.putIno(of.tree(), to);
        ModelForms.putQuota(of.quota(), to);
    }

    private static TreeQuota takeTreeQuota(ByteReader from) throws CodecException {
        return new TreeQuota(ModelForms.takeIno(from), ModelForms.takeQuota(from));
    }

    private static void putBegun(Begun begun, ByteWriter to) {
        ModelForms.putTs(begun.snapshot(), to);
        to.putFixed(begun.leaseId());
        to.putUnsigned(begun.leaseMillis());
        to.putOptional(begun.changes(), (changes, target) -> target.putList(changes, ModelForms::putKey));
        to.putOptional(begun.alreadyCommitted(), ModelForms::putTs);
        to.putList(begun.news(), ResponseForms::putFetched);
    }

    private static Begun takeBegun(ByteReader from) throws CodecException {
        return new Begun(
                ModelForms.takeTs(from),
                from.takeFixed(),
                from.takeUnsigned(Long.MAX_VALUE),
                from.takeOptional(source -> source.takeList(CHANGES_MAX, 2, ModelForms::takeKey)),
                from.takeOptional(ModelForms::takeTs),
                from.takeList(OBJECTS_MAX, 3, ResponseForms::takeFetched));
    }

    private static void putFetched(Fetched fetched, ByteWriter to) {
        switch (fetched) {
            case Fetched.Found found -> {
                to.putByte(1);
                ModelForms.putKey(found.key(), to);
                ModelForms.putTs(found.version(), to);
                ModelForms.putObject(found.object(), to);
            }
            case Fetched.Unchanged unchanged -> {
                to.putByte(2);
                ModelForms.putKey(unchanged.key(), to);
                ModelForms.putTs(unchanged.version(), to);
            }
            case Fetched.Absent absent -> {
                to.putByte(3);
                ModelForms.putKey(absent.key(), to);
            }
            case Fetched.Patched patched -> {
                to.putByte(4);
                ModelForms.putIno(patched.key().ino(), to);
                to.putUnsigned(patched.key().index());
                ModelForms.putTs(patched.version(), to);
                to.putList(patched.pieces(), ResponseForms::putPiece);
            }
        }
    }

    private static Fetched takeFetched(ByteReader from) throws CodecException {
        int tag = from.takeByte();
        return switch (tag) {
            case 1 -> new Fetched.Found(
                    ModelForms.takeKey(from), ModelForms.takeTs(from), ModelForms.takeObject(from));
            case 2 -> new Fetched.Unchanged(ModelForms.takeKey(from), ModelForms.takeTs(from));
            case 3 -> new Fetched.Absent(ModelForms.takeKey(from));
            case 4 -> new Fetched.Patched(EffectForms.takeBlockKey(from), ModelForms.takeTs(from),
                    from.takeList(Blocks.BLOCK_BYTES, 2, ResponseForms::takePiece));
            default -> throw new CodecException("no kind of fetched object has number " + tag);
        };
    }

    private static void putPiece(Fetched.Piece piece, ByteWriter to) {
        to.putUnsigned(piece.start());
        to.putRun(piece.bytes());
    }

    private static Fetched.Piece takePiece(ByteReader from) throws CodecException {
        int start = from.takeInt(Blocks.BLOCK_BYTES);
        Bytes bytes = Bytes.owning(from.takeRun(Blocks.BLOCK_BYTES));
        if (start > Blocks.BLOCK_BYTES - bytes.length()) {
            throw new CodecException("a piece ends behind its block");
        }
        return new Fetched.Piece(start, bytes);
    }

    private static void putPage(DirectoryPage page, ByteWriter to) {
        to.putList(page.entries(), ResponseForms::putEntry);
        to.putBoolean(page.complete());
    }

    private static DirectoryPage takePage(ByteReader from) throws CodecException {
        return new DirectoryPage(
                from.takeList(DirectoryPage.ENTRIES_MAX, 5, ResponseForms::takeEntry), from.takeBoolean());
    }

    private static void putEntry(DirectoryPage.Entry entry, ByteWriter to) {
        ModelForms.putName(entry.name(), to);
        ModelForms.putIno(entry.ino(), to);
        ModelForms.putType(entry.type(), to);
        to.putOptional(entry.inode(), ModelForms::putInode);
    }

    private static DirectoryPage.Entry takeEntry(ByteReader from) throws CodecException {
        return new DirectoryPage.Entry(ModelForms.takeName(from), ModelForms.takeIno(from),
                ModelForms.takeType(from), from.takeOptional(ModelForms::takeInode));
    }

    private static void putStatus(VolumeStatus status, ByteWriter to) {
        ModelForms.putVolume(status.volume(), to);
        to.putFixed(status.identity().getMostSignificantBits());
        to.putFixed(status.identity().getLeastSignificantBits());
        to.putUnsigned(status.epoch());
        ModelForms.putTs(status.lastCommitted(), to);
        ModelForms.putTs(status.lastApplied(), to);
        ModelForms.putTs(status.trimHorizon(), to);
        to.putUnsigned(status.openLeases());
        to.putUnsigned(status.inodes());
        to.putUnsigned(status.usedBytes());
        to.putUnsigned(status.capacityBytes());
        to.putUnsigned(status.availableBytes());
        to.putUnsigned(status.commitChangesMax());
    }

    private static VolumeStatus takeStatus(ByteReader from) throws CodecException {
        var volume = ModelForms.takeVolume(from);
        UUID identity = new UUID(from.takeFixed(), from.takeFixed());
        long epoch = from.takeUnsigned(Long.MAX_VALUE);
        CommitTs lastCommitted = ModelForms.takeTs(from);
        CommitTs lastApplied = ModelForms.takeTs(from);
        CommitTs trimHorizon = ModelForms.takeTs(from);
        long openLeases = from.takeUnsigned(Long.MAX_VALUE);
        long inodes = from.takeUnsigned(Long.MAX_VALUE);
        long usedBytes = from.takeUnsigned(Long.MAX_VALUE);
        long capacityBytes = from.takeUnsigned(Long.MAX_VALUE);
        return new VolumeStatus(volume, identity, epoch, lastCommitted, lastApplied, trimHorizon, openLeases, inodes,
                usedBytes, capacityBytes, from.takeUnsigned(Long.MAX_VALUE), from.takeUnsigned(Long.MAX_VALUE));
    }
}
