package io.cffs.txn.codec;

/** These bytes are not the form of a value. Says what is wrong in one sentence; has no stack trace. */
public final class CodecException extends Exception {
    private static final long serialVersionUID = 1L;

    public CodecException(String sentence) {
        super(sentence, null, false, false);
    }
}
