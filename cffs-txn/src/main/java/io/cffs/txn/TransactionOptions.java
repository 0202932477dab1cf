package io.cffs.txn;

/**
 * How one transaction behaves.
 *
 * @param readOnly operations that change anything are refused with READ_ONLY
 * @param strictTimes times that were reported are validated at commit
 * @param relatime reading a file advances its access time when that is not newer than its last change, or a day old;
 *     without it access times change only when they are set
 * @param limits how large it may grow
 */
public record TransactionOptions(boolean readOnly, boolean strictTimes, boolean relatime, WriteLimits limits) {
    public static final TransactionOptions DEFAULT = new TransactionOptions(false, false, true);

    /** As large as a backend takes. */
    public TransactionOptions(boolean readOnly, boolean strictTimes, boolean relatime) {
        this(readOnly, strictTimes, relatime, WriteLimits.OF_COMMIT);
    }
}
