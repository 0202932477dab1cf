package io.cffs.daemon.fuse;

import io.cffs.fuse.FuseReply;
import io.cffs.fuse.FuseRequest;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;

/** What all answers have in common. */
final class Answers {
    private Answers() {}

    /** Work that ends in an answer, or in a refusal that becomes one. */
    @FunctionalInterface
    interface Answering {
        void run() throws FsException;
    }

    static void answer(FuseReply out, Answering answering) {
        try {
            answering.run();
        } catch (FsException e) {
            out.error(Errnos.of(e.error()));
        }
    }

    /** A name, for as long as it is valid; its attributes are asked for when somebody wants them. */
    static void entry(Inode inode, long validNanos, FuseReply out) {
        out.entry(inode.ino().value(), 0, validNanos, 0, Attributes.of(inode));
    }

    static Ino ino(FuseRequest in) {
        return new Ino(in.nodeId());
    }
}
