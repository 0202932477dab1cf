package io.cffs.txn.codec;

import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitOutcome.RefusalCause;
import io.cffs.txn.CommitOutcome.Witness;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.Mutation;
import io.cffs.txn.ReadKey;

/** Forms of a commit request and of its outcome. */
final class CommitForms {
    /** Longest sentence for people, in UTF-16 characters; longer ones are cut when they are written. */
    static final int SENTENCE_MAX = 2000;
    /** Longest path for people, in UTF-16 characters. */
    static final int PATH_MAX = 8192;

    private CommitForms() {}

    /** About what the keys and numbers of a mutation take; those of a new inode; those of a read key. */
    private static final int MUTATION_BYTES = 24;
    private static final int INODE_BYTES = 64;
    /** What SetTimes has more: three times 17. */
    private static final int TIMES_BYTES = 51;
    /** What a request has beside its lists: the longest names of a volume and of an invocation fit. */
    private static final int REQUEST_BYTES = 512;
    private static final int READ_BYTES = 10;

    /** Of many new files, so that there is one copy of them and not three while the array grows. */
    private static long expectedBytes(CommitRequest request, ByteWriter to) {
        long bytes = REQUEST_BYTES + (long) MUTATION_BYTES * request.writes().size();
        for (Mutation write : request.writes()) {
            bytes += switch (write) {
                case Mutation.CreateInode create -> INODE_BYTES;
                case Mutation.PutDentry put -> put.name().lengthBytes();
                case Mutation.RemoveDentry remove -> remove.name().lengthBytes();
                case Mutation.WriteBytes bytesOf -> copiedBytes(bytesOf.data(), to);
                case Mutation.Append append -> copiedBytes(append.data(), to);
                case Mutation.SetTimes times -> TIMES_BYTES;
                default -> 0;
            };
        }
        for (ReadKey read : request.reads()) {
            bytes += READ_BYTES + switch (read) {
                case ReadKey.NameAbsent absent -> absent.name().lengthBytes();
                case ReadKey.NamePresent present -> present.name().lengthBytes();
                default -> 0;
            };
        }
        return bytes;
    }

    private static long copiedBytes(Mutation.FileBytes data, ByteWriter to) {
        boolean copied = data instanceof Mutation.FileBytes.Inline && !to.leaves(data.lengthBytes());
        return copied ? data.lengthBytes() : 0;
    }

    static void putRequest(CommitRequest request, ByteWriter to) {
        to.expect(expectedBytes(request, to));
        ModelForms.putVolume(request.volume(), to);
        ModelForms.putTxn(request.txn(), to);
        to.putUnsigned(request.attempt());
        to.putOptional(request.invocationId(), (id, target) -> target.putText(id));
        ModelForms.putTs(request.snapshot(), to);
        to.putFixed(request.leaseId());
        to.putList(request.reads(), ReadKeyForms::put);
        to.putList(request.writes(), MutationForms::put);
    }

    static CommitRequest takeRequest(ByteReader from) throws CodecException {
        return new CommitRequest(
                ModelForms.takeVolume(from),
                ModelForms.takeTxn(from),
                takeAttempt(from),
                from.takeOptional(source -> source.takeText(CommitRequest.INVOCATION_ID_MAX)),
                ModelForms.takeTs(from),
                from.takeFixed(),
                from.takeList(CommitRequest.READS_MAX, ReadKeyForms.BYTES_MIN, ReadKeyForms::take),
                from.takeList(CommitRequest.WRITES_MAX, MutationForms.BYTES_MIN, MutationForms::take));
    }

    static int takeAttempt(ByteReader from) throws CodecException {
        int attempt = from.takeInt(Integer.MAX_VALUE);
        if (attempt < 1) {
            throw new CodecException("attempts count from 1");
        }
        return attempt;
    }

    static void putOutcome(CommitOutcome outcome, ByteWriter to) {
        switch (outcome) {
            case CommitOutcome.Committed committed -> {
                to.putByte(1);
                putCommitted(committed, to);
            }
            case CommitOutcome.Conflicted conflicted -> {
                to.putByte(2);
                putWitness(conflicted.witness(), to);
            }
            case CommitOutcome.SnapshotExpired expired -> {
                to.putByte(3);
                ModelForms.putTs(expired.trimHorizon(), to);
            }
            case CommitOutcome.Refused refused -> {
                to.putByte(4);
                to.putEnum(refused.cause());
                putSentence(refused.sentence(), to);
            }
            case CommitOutcome.Unknown unknown -> {
                to.putByte(5);
                putSentence(unknown.reason(), to);
            }
        }
    }

    static CommitOutcome takeOutcome(ByteReader from) throws CodecException {
        int tag = from.takeByte();
        return switch (tag) {
            case 1 -> takeCommitted(from);
            case 2 -> new CommitOutcome.Conflicted(takeWitness(from));
            case 3 -> new CommitOutcome.SnapshotExpired(ModelForms.takeTs(from));
            case 4 -> new CommitOutcome.Refused(from.takeEnum(RefusalCause.values()), from.takeText(SENTENCE_MAX));
            case 5 -> new CommitOutcome.Unknown(from.takeText(SENTENCE_MAX));
            default -> throw new CodecException("no outcome has number " + tag);
        };
    }

    static void putCommitted(CommitOutcome.Committed committed, ByteWriter to) {
        ModelForms.putTs(committed.at(), to);
        to.putBoolean(committed.byEarlierDelivery());
    }

    static CommitOutcome.Committed takeCommitted(ByteReader from) throws CodecException {
        return new CommitOutcome.Committed(ModelForms.takeTs(from), from.takeBoolean());
    }

    private static void putWitness(Witness witness, ByteWriter to) {
        ReadKeyForms.put(witness.key(), to);
        to.putOptional(witness.other(), ModelForms::putTxn);
        to.putOptional(witness.otherAt(), ModelForms::putTs);
        to.putOptional(witness.path(), (path, target) -> target.putText(cut(path, PATH_MAX)));
    }

    private static Witness takeWitness(ByteReader from) throws CodecException {
        return new Witness(
                ReadKeyForms.take(from),
                from.takeOptional(ModelForms::takeTxn),
                from.takeOptional(ModelForms::takeTs),
                from.takeOptional(source -> source.takeText(PATH_MAX)));
    }

    static void putSentence(String sentence, ByteWriter to) {
        to.putText(cut(sentence == null ? "" : sentence, SENTENCE_MAX));
    }

    private static String cut(String text, int charsMax) {
        if (text.length() <= charsMax) {
            return text;
        }
        // Never between the halves of a character.
        int end = Character.isHighSurrogate(text.charAt(charsMax - 1)) ? charsMax - 1 : charsMax;
        return text.substring(0, end);
    }
}
