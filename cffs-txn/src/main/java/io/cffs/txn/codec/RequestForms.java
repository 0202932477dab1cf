package io.cffs.txn.codec;

import io.cffs.model.CommitTs;
import io.cffs.model.VolumeName;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.StagedId;
import io.cffs.txn.port.BackendPort.BeginRequest;
import io.cffs.txn.port.BackendPort.FetchItem;
import io.cffs.txn.port.DirectoryPage;
import io.cffs.txn.port.LaidFile;
import io.cffs.txn.port.QuotaPort;
import java.util.ArrayList;
import java.util.List;

/** The form of a request: its tag, then its fields in order. */
final class RequestForms {
    /** Tag of a commit. */
    static final int COMMIT = 6;

    private RequestForms() {}

    static void put(Request request, ByteWriter to) {
        switch (request) {
            case Request.Begin begin -> {
                to.putByte(1);
                putBegin(begin.begin(), to);
            }
            case Request.Fetch fetch -> {
                at(2, fetch.volume(), fetch.snapshot(), to);
                to.putList(fetch.items(), RequestForms::putItem);
            }
            case Request.ListNames list -> {
                at(3, list.volume(), list.snapshot(), to);
                ModelForms.putIno(list.directory(), to);
                to.putOptional(list.after(), ModelForms::putName);
                to.putUnsigned(list.limit());
            }
            case Request.XattrNames names -> {
                at(4, names.volume(), names.snapshot(), to);
                ModelForms.putIno(names.ino(), to);
            }
            case Request.Extents asked -> {
                at(17, asked.volume(), asked.snapshot(), to);
                ModelForms.putIno(asked.ino(), to);
                to.putUnsigned(asked.fromPage());
            }
            case Request.Stage stage -> {
                of(5, stage.volume(), to);
                ModelForms.putStaged(stage.object(), to);
                ModelForms.putBytes(stage.bytes(), to);
            }
            case Request.StagingDirectory asked -> of(18, asked.volume(), to);
            case Request.StageFile laid -> putLaid(laid, to);
            case Request.Commit commit -> {
                to.putByte(COMMIT);
                CommitForms.putRequest(commit.commit(), to);
            }
            case Request.OutcomeOf asked -> {
                of(7, asked.volume(), to);
                ModelForms.putTxn(asked.txn(), to);
            }
            case Request.ReserveInos reserve -> {
                of(8, reserve.volume(), to);
                to.putUnsigned(reserve.count());
            }
            case Request.End end -> {
                of(9, end.volume(), to);
                to.putFixed(end.leaseId());
            }
            case Request.Renew renew -> {
                of(10, renew.volume(), to);
                to.putFixed(renew.leaseId());
            }
            case Request.Status status -> of(11, status.volume(), to);
            case Request.StartCheck check -> putCheck(check, to);
            case Request.CheckReport check -> putCheck(check, to);
            case Request.CancelCheck check -> putCheck(check, to);
            case Request.Ping ping -> to.putByte(15);
            case Request.Quotas quotas -> putQuotas(quotas, to);
        }
    }

    private static void putCheck(Request.StartCheck start, ByteWriter to) {
        of(12, start.volume(), to);
        to.putBoolean(start.readBytes());
    }

    private static void putCheck(Request.CheckReport asked, ByteWriter to) {
        of(13, asked.volume(), to);
        to.putFixed(asked.check());
        to.putUnsigned(asked.findingsFrom());
    }

    private static void putCheck(Request.CancelCheck cancel, ByteWriter to) {
        of(14, cancel.volume(), to);
        to.putFixed(cancel.check());
    }

    private static void putQuotas(Request.Quotas quotas, ByteWriter to) {
        at(16, quotas.volume(), quotas.snapshot(), to);
        to.putOptional(quotas.after(), ModelForms::putIno);
        to.putUnsigned(quotas.limit());
    }

    private static void putLaid(Request.StageFile laid, ByteWriter to) {
        of(19, laid.volume(), to);
        ModelForms.putStaged(laid.file().object(), to);
        to.putUnsigned(laid.file().lengthBytes());
        laid.file().checksums().forEach(checksum -> to.putUnsigned(checksum & 0xffff_ffffL));
    }

    private static LaidFile takeLaid(ByteReader from) throws CodecException {
        StagedId object = ModelForms.takeStaged(from);
        int lengthBytes = from.takeInt(StagedId.BYTES_MAX);
        if (lengthBytes == 0) {
            throw new CodecException("an object without bytes");
        }
        List<Integer> checksums = new ArrayList<>();
        for (int block = 0; block < LaidFile.blockCount(lengthBytes); block++) {
            checksums.add((int) from.takeUnsigned(0xffff_ffffL));
        }
        return new LaidFile(object, lengthBytes, checksums);
    }

    private static void of(int tag, VolumeName volume, ByteWriter to) {
        to.putByte(tag);
        ModelForms.putVolume(volume, to);
    }

    private static void at(int tag, VolumeName volume, CommitTs snapshot, ByteWriter to) {
        of(tag, volume, to);
        ModelForms.putTs(snapshot, to);
    }

    static Request take(ByteReader from) throws CodecException {
        int tag = from.takeByte();
        return switch (tag) {
            case 1 -> new Request.Begin(takeBegin(from));
            case 2 -> new Request.Fetch(ModelForms.takeVolume(from), ModelForms.takeTs(from),
                    from.takeList(Request.FETCH_ITEMS_MAX, 3, RequestForms::takeItem));
            case 3 -> new Request.ListNames(ModelForms.takeVolume(from), ModelForms.takeTs(from),
                    ModelForms.takeIno(from), from.takeOptional(ModelForms::takeName),
                    from.takeInt(DirectoryPage.ENTRIES_MAX));
            case 4 -> new Request.XattrNames(
                    ModelForms.takeVolume(from), ModelForms.takeTs(from), ModelForms.takeIno(from));
            case 5 -> new Request.Stage(ModelForms.takeVolume(from), ModelForms.takeStaged(from),
                    ModelForms.takeBytes(from, StagedId.BYTES_MAX));
            case COMMIT -> new Request.Commit(CommitForms.takeRequest(from));
            case 7 -> new Request.OutcomeOf(ModelForms.takeVolume(from), ModelForms.takeTxn(from));
            case 8 -> new Request.ReserveInos(ModelForms.takeVolume(from), from.takeInt(Request.INOS_MAX));
            case 9 -> new Request.End(ModelForms.takeVolume(from), from.takeFixed());
            case 10 -> new Request.Renew(ModelForms.takeVolume(from), from.takeFixed());
            case 11 -> new Request.Status(ModelForms.takeVolume(from));
            case 12 -> new Request.StartCheck(ModelForms.takeVolume(from), from.takeBoolean());
            case 13 -> new Request.CheckReport(
                    ModelForms.takeVolume(from), from.takeFixed(), from.takeInt(Integer.MAX_VALUE));
            case 14 -> new Request.CancelCheck(ModelForms.takeVolume(from), from.takeFixed());
            case 15 -> new Request.Ping();
            case 16 -> new Request.Quotas(ModelForms.takeVolume(from), ModelForms.takeTs(from),
                    from.takeOptional(ModelForms::takeIno), from.takeInt(QuotaPort.QUOTAS_MAX));
            case 17 -> new Request.Extents(ModelForms.takeVolume(from), ModelForms.takeTs(from),
                    ModelForms.takeIno(from), from.takeUnsigned(ModelForms.PAGE_MAX));
            case 18 -> new Request.StagingDirectory(ModelForms.takeVolume(from));
            case 19 -> new Request.StageFile(ModelForms.takeVolume(from), takeLaid(from));
            default -> throw new CodecException("no request has number " + tag);
        };
    }

    private static void putBegin(BeginRequest begin, ByteWriter to) {
        ModelForms.putVolume(begin.volume(), to);
        ModelForms.putTxn(begin.txn(), to);
        to.putUnsigned(begin.attempt());
        to.putOptional(begin.invocationId(), (id, target) -> target.putText(id));
        ModelForms.putTs(begin.covers(), to);
        to.putOptional(begin.lastSeen(), ModelForms::putTs);
        to.putList(begin.witnesses(), ReadKeyForms::put);
        to.putBoolean(begin.readOnly());
        to.putList(begin.follows(), ModelForms::putIno);
    }

    private static BeginRequest takeBegin(ByteReader from) throws CodecException {
        return new BeginRequest(
                ModelForms.takeVolume(from),
                ModelForms.takeTxn(from),
                CommitForms.takeAttempt(from),
                from.takeOptional(source -> source.takeText(CommitRequest.INVOCATION_ID_MAX)),
                ModelForms.takeTs(from),
                from.takeOptional(ModelForms::takeTs),
                from.takeList(BeginRequest.WITNESSES_MAX, ReadKeyForms.BYTES_MIN, ReadKeyForms::take),
                from.takeBoolean(),
                from.takeList(BeginRequest.FOLLOWS_MAX, 1, ModelForms::takeIno));
    }

    private static void putItem(FetchItem item, ByteWriter to) {
        ModelForms.putKey(item.key(), to);
        to.putOptional(item.known(), ModelForms::putTs);
    }

    private static FetchItem takeItem(ByteReader from) throws CodecException {
        return new FetchItem(ModelForms.takeKey(from), from.takeOptional(ModelForms::takeTs));
    }
}
