package io.cffs.daemon.host;

/** What the host daemon will not do for a client, in one sentence with the remedy. Has no stack trace. */
public final class HostRefusal extends Exception {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /** Whose fault it is. */
    public enum Reason {
        /** The request cannot be right. */
        USAGE,
        /** It could be done at another time or on another host. */
        UNAVAILABLE
    }

    HostRefusal(Reason reason, String sentence) {
        super(sentence, null, false, false);
        this.reason = reason;
    }

    static HostRefusal usage(String sentence) {
        return new HostRefusal(Reason.USAGE, sentence);
    }

    static HostRefusal unavailable(String sentence) {
        return new HostRefusal(Reason.UNAVAILABLE, sentence);
    }

    public Reason reason() {
        return reason;
    }
}
