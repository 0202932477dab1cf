package io.cffs.test.history;

/** A promise was broken. The message names which; the facts say where. */
public final class HistoryViolation extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String promise;

    public HistoryViolation(String promise, String facts) {
        super(promise + ": " + facts);
        this.promise = promise;
    }

    /** The promise that was broken, the same words for every violation of it. */
    public String promise() {
        return promise;
    }
}
