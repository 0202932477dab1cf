package io.cffs.txn.apply;

import io.cffs.txn.CommitOutcome.RefusalCause;

/**
 * The mutations of a request do not fit the state that they were validated against, so the request is broken and none
 * of it may take effect. Has no stack trace: it is an answer.
 */
public final class MutationRefused extends Exception {
    private static final long serialVersionUID = 1L;

    private final RefusalCause kind;

    public MutationRefused(RefusalCause kind, String sentence) {
        super(sentence, null, false, false);
        this.kind = kind;
    }

    public RefusalCause kind() {
        return kind;
    }
}
