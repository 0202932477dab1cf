package io.cffs.daemon.quota;

/** What was asked for cannot be: the message is one sentence that names the path and the remedy. No stack trace. */
public final class QuotaRefused extends Exception {
    private static final long serialVersionUID = 1L;

    QuotaRefused(String sentence) {
        super(sentence, null, false, false);
    }
}
