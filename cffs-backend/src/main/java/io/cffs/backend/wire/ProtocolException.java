package io.cffs.backend.wire;

import java.io.IOException;

/** The other end does not keep to the protocol; the connection is of no more use. */
public final class ProtocolException extends IOException {
    private static final long serialVersionUID = 1L;

    public ProtocolException(String sentence) {
        super(sentence);
    }
}
